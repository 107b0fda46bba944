"""What is missing in incidents that are over, by source: service, cause, closure text."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from assistant.domain.triage import CauseKind
from assistant.services.insights.remembering import Remembered
from assistant.services.triage.stated_causes import recorded_causes
from retrieval.access import Reader, RecordFilter
from retrieval.corpus.store import SqlRecordStore
from retrieval.links import named
from retrieval.records import Record, RecordKind, SectionKind

LOOKED_AT = 1_000
"""The newest incidents that are over. Reading one for its cause takes up to two milliseconds."""
_EXAMPLES = 5
# "Done.", "Fixed", "Resolved by user": too short to say what was done.
_CLOSURE_CHARS = 20


@dataclass(frozen=True, slots=True)
class Example:
    """A record to open."""

    record_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Missing:
    """How many incidents miss something, and the newest of them."""

    count: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class SourceHygiene:
    """What the incidents of a source miss."""

    source: str
    incidents: int
    service: Missing
    cause: Missing
    closure: Missing
    complete: int


@dataclass(frozen=True, slots=True)
class CorpusHygiene:
    """The newest incidents that are over, at most ``LOOKED_AT``, by source, the largest first.

    ``since`` and ``until`` are when the first and the last of them were opened.
    """

    incidents: int
    limit: int
    since: datetime | None
    until: datetime | None
    sources: tuple[SourceHygiene, ...]


class HygieneReport:
    """Looks at what the reader may read."""

    def __init__(self, store: SqlRecordStore, limit: int = LOOKED_AT) -> None:
        self._store = store
        self._limit = limit
        self._has_cause: dict[tuple[str, int], bool] = {}
        self.of = Remembered(store, self._report)

    def _report(self, reader: Reader) -> CorpusHygiene:
        wanted = RecordFilter(reader, kinds=frozenset({RecordKind.INCIDENT}))
        found = self._store.newest(wanted, self._limit, resolved=True)
        # Where systems are followed, the corpus changes every minute, and few of these with it.
        self._has_cause = {_key(record): self._tells_a_cause(record) for record in found}
        by_source: dict[str, list[Record]] = defaultdict(list)
        for record in found:
            by_source[record.source].append(record)
        opened = [record.opened_at for record in found if record.opened_at is not None]
        sources = [self._hygiene(source, records) for source, records in by_source.items()]
        return CorpusHygiene(
            incidents=len(found),
            limit=self._limit,
            since=min(opened, default=None),
            until=max(opened, default=None),
            sources=tuple(sorted(sources, key=lambda one: (-one.incidents, one.source))),
        )

    def _tells_a_cause(self, record: Record) -> bool:
        known = self._has_cause.get(_key(record))
        return has_cause(record) if known is None else known

    def _hygiene(self, source: str, records: list[Record]) -> SourceHygiene:
        no_service = [record for record in records if not has_service(record)]
        no_cause = [record for record in records if not self._has_cause[_key(record)]]
        no_closure = [record for record in records if not has_closure(record)]
        incomplete = {record.id for record in (*no_service, *no_cause, *no_closure)}
        return SourceHygiene(
            source=source,
            incidents=len(records),
            service=_missing(no_service),
            cause=_missing(no_cause),
            closure=_missing(no_closure),
            complete=len(records) - len(incomplete),
        )


def has_service(record: Record) -> bool:
    """Whether it says what was affected."""
    return bool(record.services)


def has_cause(record: Record) -> bool:
    """Whether it tells a cause, or names a problem or another ticket that may.

    What was only done about it is no cause.
    """
    if record.sections_of(SectionKind.CAUSE) or any(True for _ in named(record.fields)):
        return True
    return any(cause.kind is not CauseKind.FIX for cause in recorded_causes(record))


def has_closure(record: Record) -> bool:
    """Whether it says in more than a word or two how it ended."""
    ends = record.sections_of(SectionKind.RESOLUTION)
    return sum(len(record.text[end.start : end.end].strip()) for end in ends) >= _CLOSURE_CHARS


def _key(record: Record) -> tuple[str, int]:
    return record.id, record.revision


def _missing(records: list[Record]) -> Missing:
    examples = tuple(Example(record.id, record.title) for record in records[:_EXAMPLES])
    return Missing(len(records), examples)
