"""Use case: look at the whole instead of one incident, as far as a role and its groups allow.

Corpus hygiene, recurring incidents and knowledge gaps are for everybody who is signed in, made
of what they may read. Usage and quality are for evaluators and admins; of usage too, only what
is about records that they may read is counted. The state of connections is for admins: it tells
of configuration and names no record.
"""

from dataclasses import dataclass

from assistant.domain.people import Person, Role
from assistant.services.insights.connector_health import ConnectorHealth, HealthReport
from assistant.services.insights.corpus_hygiene import CorpusHygiene, HygieneReport
from assistant.services.insights.knowledge_gaps import GapReport, KnowledgeGaps
from assistant.services.insights.quality import Quality, QualityReading
from assistant.services.insights.recurring import Recurring, RecurringReport
from assistant.services.insights.usage import UsageReading, UsageReport

_MEASURED = (Role.EVALUATOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Insights:
    """Each insight for a person; ``NotAllowed`` where their roles do not open it."""

    hygiene_report: HygieneReport
    recurring_report: RecurringReport
    gap_report: GapReport
    health_report: HealthReport
    usage_reading: UsageReading
    quality_reading: QualityReading

    def corpus_hygiene(self, person: Person) -> CorpusHygiene:
        """What incidents miss."""
        return self.hygiene_report.of(person.reader())

    def recurring(self, person: Person) -> Recurring:
        """What comes again and again."""
        return self.recurring_report.of(person.reader())

    def knowledge_gaps(self, person: Person) -> KnowledgeGaps:
        """What is written down nowhere, or long ago."""
        return self.gap_report.of(person.reader())

    def connectors(self, person: Person) -> ConnectorHealth:
        """How connected systems stand."""
        person.require(Role.ADMIN)
        return self.health_report.now()

    def usage(self, person: Person) -> UsageReport:
        """What was done with suggestions."""
        person.require(*_MEASURED)
        return self.usage_reading.of(person.reader())

    def quality(self, person: Person) -> Quality:
        """What evaluations measured."""
        person.require(*_MEASURED)
        return self.quality_reading.now()
