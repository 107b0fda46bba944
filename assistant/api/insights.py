"""The figures of the insight pages, by the same roles."""

from fastapi import APIRouter

from assistant.api.errors import PROBLEMS
from assistant.api.identity import App, CurrentPerson
from assistant.services.insights.connector_health import ConnectorHealth
from assistant.services.insights.corpus_hygiene import CorpusHygiene
from assistant.services.insights.knowledge_gaps import KnowledgeGaps
from assistant.services.insights.quality import Quality
from assistant.services.insights.recurring import Recurring
from assistant.services.insights.usage import UsageReport

router = APIRouter(tags=["insights"], responses=PROBLEMS, prefix="/insights")


@router.get("/corpus-hygiene", operation_id="corpus_hygiene")
def corpus_hygiene(app: App, person: CurrentPerson) -> CorpusHygiene:
    """What the newest closed incidents that the person may read do not tell, by source."""
    return app.insights.corpus_hygiene(person)


@router.get("/recurring", operation_id="recurring_incidents")
def recurring(app: App, person: CurrentPerson) -> Recurring:
    """Groups of incidents that are alike, among the newest that the person may read."""
    return app.insights.recurring(person)


@router.get("/knowledge-gaps", operation_id="knowledge_gaps")
def knowledge_gaps(app: App, person: CurrentPerson) -> KnowledgeGaps:
    """What recurs or is asked and is written down nowhere, and what was written long ago."""
    return app.insights.knowledge_gaps(person)


@router.get("/usage", operation_id="suggestion_usage")
def usage(app: App, person: CurrentPerson) -> UsageReport:
    """What was done with suggestions in the last twelve weeks. For evaluators and admins."""
    return app.insights.usage(person)


@router.get("/quality", operation_id="quality_over_time")
def quality(app: App, person: CurrentPerson) -> Quality:
    """What evaluation runs measured. For evaluators and admins."""
    return app.insights.quality(person)


@router.get("/connectors", operation_id="connector_health")
def connectors(app: App, person: CurrentPerson) -> ConnectorHealth:
    """How every stream of every connection stands. For admins."""
    return app.insights.connectors(person)
