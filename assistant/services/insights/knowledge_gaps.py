"""What is asked or happens often, and is written down nowhere; and what was written long ago."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.db.suggestion_events import SuggestionEvents
from assistant.domain.incident import IncidentContext
from assistant.services.insights.recurring import Cluster, RecurringReport
from assistant.services.insights.remembering import Remembered
from assistant.services.suggestions import RECORDED, SHOWN
from assistant.services.triage.service import Triage
from retrieval.access import Reader, RecordFilter
from retrieval.corpus.store import SqlRecordStore
from retrieval.records import GUIDANCE_KINDS, Record, RecordKind

# Each is one search; twenty take half a second among 100,000 records.
_SEARCHED = 20
_LOOKED_AT = 2_000
STALE_AFTER = timedelta(days=365)
"""A page that nobody touched for a year; the usual review interval of operations handbooks."""
QUESTIONS_OF = timedelta(weeks=12)
"""Questions without a precedent are those of a quarter."""
_SHOWN = 50
# The ages that the chart tells apart, in days.
_AGES = ((182, "under 6 months"), (365, "6 to 12 months"), (730, "1 to 2 years"))
_OLDEST = "over 2 years"


@dataclass(frozen=True, slots=True)
class UncoveredCluster:
    """Incidents that recur, for which the card shows no runbook."""

    record_id: str
    title: str
    size: int
    services: tuple[str, ...]
    last: datetime | None


@dataclass(frozen=True, slots=True)
class ServiceGap:
    """A service with incidents, and how many runbooks and articles name it."""

    service: str
    incidents: int
    guides: int


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A record that was asked about without a precedent: how often, and when last."""

    record_id: str
    title: str
    times: int
    last: datetime


@dataclass(frozen=True, slots=True)
class OldGuide:
    """A runbook or article, and since when it is as it is."""

    record_id: str
    title: str
    services: tuple[str, ...]
    as_of: datetime
    days: int


@dataclass(frozen=True, slots=True)
class AgeBand:
    """How many runbooks and articles are of an age."""

    label: str
    guides: int


@dataclass(frozen=True, slots=True)
class KnowledgeGaps:
    """Gaps among what the reader may read, the widest first.

    ``searched`` of the recurring groups were asked for a runbook. ``stale`` lists at most fifty
    of ``stale_count``, the oldest first.
    """

    guides: int
    incidents: int
    searched: int
    uncovered: tuple[UncoveredCluster, ...]
    services: tuple[ServiceGap, ...]
    unanswered: tuple[Unanswered, ...]
    stale: tuple[OldGuide, ...]
    stale_count: int
    ages: tuple[AgeBand, ...]


@dataclass(frozen=True, slots=True)
class _Corpus:
    """What only the corpus decides, and is remembered until it changes."""

    incidents: int
    guides: tuple[Record, ...]
    searched: int
    uncovered: tuple[UncoveredCluster, ...]
    services: tuple[ServiceGap, ...]


class GapReport:
    """Finds gaps by the rules of the triage card: what it would show is covered."""

    def __init__(
        self,
        store: SqlRecordStore,
        recurring: RecurringReport,
        triage: Triage,
        events: SuggestionEvents,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._recurring = recurring
        self._triage = triage
        self._events = events
        self._clock = clock
        self._corpus = Remembered(store, self._of_corpus)

    def of(self, reader: Reader) -> KnowledgeGaps:
        """The gaps as the corpus and the ledger stand."""
        corpus, now = self._corpus(reader), self._clock()
        old = sorted((_guide(record, now) for record in corpus.guides), key=lambda one: -one.days)
        stale = [guide for guide in old if guide.days > STALE_AFTER.days]
        bands = Counter(_band(guide.days) for guide in old)
        labels = [label for _, label in _AGES] + [_OLDEST]
        return KnowledgeGaps(
            guides=len(corpus.guides),
            incidents=corpus.incidents,
            searched=corpus.searched,
            uncovered=corpus.uncovered,
            services=corpus.services,
            unanswered=self._unanswered(reader, now),
            stale=tuple(stale[:_SHOWN]),
            stale_count=len(stale),
            ages=tuple(AgeBand(label, bands[label]) for label in labels),
        )

    def _of_corpus(self, reader: Reader) -> _Corpus:
        guides = self._store.newest(RecordFilter(reader, kinds=GUIDANCE_KINDS), _LOOKED_AT)
        wanted = RecordFilter(reader, kinds=frozenset({RecordKind.INCIDENT}))
        incidents = self._store.newest(wanted, _LOOKED_AT)
        by_size = sorted(self._recurring.of(reader).clusters, key=lambda one: -one.size)
        searched = by_size[:_SEARCHED]
        return _Corpus(
            incidents=len(incidents),
            guides=tuple(guides),
            searched=len(searched),
            uncovered=tuple(
                UncoveredCluster(each.record_id, each.title, each.size, each.services, each.last)
                for each in searched
                if not self._is_covered(each, reader)
            ),
            services=_service_gaps(incidents, guides),
        )

    def _is_covered(self, cluster: Cluster, reader: Reader) -> bool:
        record = self._store.get(cluster.record_id)
        if record is None:
            # Removed a moment ago; the next version of the corpus knows.
            return True
        return bool(self._triage.runbooks(IncidentContext.of_record(record), reader))

    def _unanswered(self, reader: Reader, now: datetime) -> tuple[Unanswered, ...]:
        asked = self._events.without_precedent(
            reader, now - QUESTIONS_OF, {SHOWN, RECORDED}, _SHOWN
        )
        titles = self._store.titles((each.record_id for each in asked), reader)
        return tuple(
            Unanswered(each.record_id, titles[each.record_id], each.times, each.last)
            for each in asked
            # Removed a moment ago.
            if each.record_id in titles
        )


def _service_gaps(incidents: list[Record], guides: list[Record]) -> tuple[ServiceGap, ...]:
    happened = Counter(name for record in incidents for name in record.services)
    written = Counter(name for record in guides for name in record.services)
    gaps = [ServiceGap(name, count, written[name]) for name, count in happened.items()]
    return tuple(sorted(gaps, key=lambda gap: (gap.guides > 0, -gap.incidents, gap.service)))


def _guide(record: Record, now: datetime) -> OldGuide:
    days = max((now - record.known_at).days, 0)
    return OldGuide(record.id, record.title, record.services, record.known_at, days)


def _band(days: int) -> str:
    return next((label for least, label in _AGES if days < least), _OLDEST)
