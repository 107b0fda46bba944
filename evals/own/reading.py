"""Reads the corpus of this installation as questions with the answers that its links name."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from assistant.services.backtest.history import PastIncident, dated_incidents
from evals.own.gold import LinkKind, kind_of, strongest
from retrieval.access import Reader
from retrieval.corpus.store import SqlRecordStore
from retrieval.links import links
from retrieval.records import GUIDANCE_KINDS, PRECEDENT_KINDS, Record

# A change or an alert that is linked was there; it is no answer to "have we seen this?".
_ANSWERING = PRECEDENT_KINDS | GUIDANCE_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An incident as a question that could have been asked when it was opened.

    ``known`` are the linked records that were known then; ``later`` counts those that were not.
    """

    past: PastIncident
    opened_at: datetime
    known: Mapping[str, LinkKind]
    later: int

    @property
    def id(self) -> str:
        """The id of the incident, and of the question."""
        return self.past.record.id


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHistory:
    """The records that a reader may read, by id, and the questions among them, oldest first."""

    records: Mapping[str, Record]
    questions: tuple[Question, ...]


def own_history(store: SqlRecordStore, reader: Reader) -> OwnHistory:
    """Read the corpus. By the same links and the same questions as ``precedent fit``."""
    readable = (record for record in store.iter_current() if reader.may_read(record))
    records = {record.id: record for record in sorted(readable, key=lambda record: record.id)}
    kinds = _kinds(records)
    questions = tuple(
        _question(past, records, kinds.get(past.record.id, {}))
        for past in dated_incidents(records.values())
    )
    return OwnHistory(records=records, questions=questions)


def early_text(store: SqlRecordStore, question: Question) -> str:
    """What could have been asked at the opening: early sentences of the oldest revision kept."""
    past = question.past
    first = store.get(past.record.id, 1) if past.record.revision > 1 else None
    return (past if first is None else replace(past, record=first)).question().text


def _kinds(records: Mapping[str, Record]) -> dict[str, dict[str, LinkKind]]:
    found = {}
    for record, linked in links(records.values()).items():
        told: dict[str, list[LinkKind]] = defaultdict(list)
        for link in linked:
            told[link.other].append(kind_of(link))
        found[record] = {other: strongest(kinds) for other, kinds in sorted(told.items())}
    return found


def _question(
    past: PastIncident, records: Mapping[str, Record], linked: Mapping[str, LinkKind]
) -> Question:
    opened_at = past.record.opened_at
    if opened_at is None:
        raise ValueError(f"{past.record.id} has no date")
    answers = {other: kind for other, kind in linked.items() if records[other].kind in _ANSWERING}
    known = dict(_known(answers, records, opened_at))
    return Question(past=past, opened_at=opened_at, known=known, later=len(answers) - len(known))


def _known(
    linked: Mapping[str, LinkKind], records: Mapping[str, Record], by: datetime
) -> Iterator[tuple[str, LinkKind]]:
    for other, kind in linked.items():
        if records[other].known_at <= by:
            yield other, kind
