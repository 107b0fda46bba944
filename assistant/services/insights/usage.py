"""What people did with what was suggested, week by week, from the ledger."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, NamedTuple

from assistant.db.audit import AuditLedger
from assistant.db.feedback import GIVEN, FeedbackVerdict, SuggestionKind
from assistant.services.suggestions import SHOWN
from retrieval.access import Reader
from retrieval.corpus.store import SqlRecordStore

WEEKS = 12
"""A quarter: long enough to see a trend, short enough to read from the ledger in a moment."""
# Of a pasted text there is no record that somebody might not be allowed to read.
_PASTED = "text:"
# Suggestions that are records are called by their ids.
_RECORDS = frozenset({SuggestionKind.SIMILAR, SuggestionKind.RUNBOOK, SuggestionKind.CHANGE})
_OUTCOMES = {
    FeedbackVerdict.ACCEPTED: "accepted",
    FeedbackVerdict.USEFUL: "accepted",
    FeedbackVerdict.EDITED: "edited",
    FeedbackVerdict.REJECTED: "rejected",
    FeedbackVerdict.NOT_USEFUL: "rejected",
}


@dataclass(frozen=True, slots=True)
class WeekOfUse:
    """A week from its Monday (UTC): answers that were shown, and verdicts on them.

    ``accepted`` holds what was called useful, ``rejected`` what was called not useful.
    """

    begins: date
    shown: int
    accepted: int
    edited: int
    rejected: int


@dataclass(frozen=True, slots=True)
class KindOfUse:
    """The verdicts on one kind of suggestion."""

    kind: str
    accepted: int
    edited: int
    rejected: int

    @property
    def verdicts(self) -> int:
        """All of them."""
        return self.accepted + self.edited + self.rejected


@dataclass(frozen=True, slots=True)
class UsageReport:
    """The last weeks, oldest first, and their sums.

    ``first_accepted_minutes``: the middle of the times from the first answer about a subject to
    the first that was accepted or edited there, of ``first_accepted`` subjects.
    """

    weeks: tuple[WeekOfUse, ...]
    kinds: tuple[KindOfUse, ...]
    people: int
    shown: int
    verdicts: int
    first_accepted_minutes: float | None
    first_accepted: int


class _Event(NamedTuple):
    at: datetime
    actor: str
    subject: str
    action: str
    told: dict[str, Any]

    @property
    def names(self) -> tuple[str, ...]:
        """The records that it is about."""
        found = () if self.subject.startswith(_PASTED) else (self.subject,)
        is_record = self.told.get("kind") in _RECORDS
        return (*found, str(self.told["suggestion"])) if is_record else found


class UsageReading:
    """Counts what is about records that the reader may read, and about pasted texts."""

    def __init__(
        self, store: SqlRecordStore, audit: AuditLedger, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock

    def of(self, reader: Reader) -> UsageReport:
        """The weeks up to now."""
        today = self._clock().date()
        this_week = today - timedelta(days=today.weekday())
        mondays = [this_week - timedelta(weeks=back) for back in reversed(range(WEEKS))]
        return _report(self._readable(reader, mondays[0]), mondays)

    def _readable(self, reader: Reader, since: date) -> list[_Event]:
        begin = datetime(since.year, since.month, since.day, tzinfo=self._clock().tzinfo)
        events = list(self._events(begin))
        names = {name for event in events for name in event.names}
        known = self._store.titles(names, reader).keys()
        return [event for event in events if known >= set(event.names)]

    def _events(self, begin: datetime) -> Iterator[_Event]:
        for event in self._audit.since(begin, {SHOWN, GIVEN}):
            at, told = datetime.fromisoformat(event.at), json.loads(event.payload)
            yield _Event(at, event.actor, event.subject, event.action, told)


def _report(events: list[_Event], mondays: list[date]) -> UsageReport:
    by_week: Counter[tuple[date, str]] = Counter()
    by_kind: Counter[tuple[str, str]] = Counter()
    first_shown: dict[str, datetime] = {}
    minutes: dict[str, float] = {}
    for event in events:
        monday = event.at.date() - timedelta(days=event.at.weekday())
        if event.action == SHOWN:
            by_week[monday, "shown"] += 1
            first_shown.setdefault(event.subject, event.at)
            continue
        outcome = _OUTCOMES[FeedbackVerdict(event.told["verdict"])]
        by_week[monday, outcome] += 1
        by_kind[event.told.get("kind", "not told"), outcome] += 1
        began = first_shown.get(event.subject)
        if outcome != "rejected" and began is not None:
            minutes.setdefault(event.subject, (event.at - began).total_seconds() / 60)
    outcomes = ("accepted", "edited", "rejected")
    weeks = [WeekOfUse(m, *(by_week[m, name] for name in ("shown", *outcomes))) for m in mondays]
    names = sorted({kind for kind, _ in by_kind})
    kinds = [KindOfUse(kind, *(by_kind[kind, name] for name in outcomes)) for kind in names]
    return UsageReport(
        weeks=tuple(weeks),
        kinds=tuple(sorted(kinds, key=lambda one: (-one.verdicts, one.kind))),
        people=len({event.actor for event in events}),
        shown=sum(week.shown for week in weeks),
        verdicts=by_kind.total(),
        first_accepted_minutes=median(minutes.values()) if minutes else None,
        first_accepted=len(minutes),
    )
