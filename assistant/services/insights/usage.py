"""What people did with what was suggested, week by week, from the ledger."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from assistant.db.feedback import GIVEN, FeedbackVerdict, SuggestionKind
from assistant.db.suggestion_events import Given, SuggestionEvents, Used
from assistant.services.suggestions import SHOWN
from retrieval.access import Reader
from retrieval.corpus.store import SqlRecordStore

WEEKS = 12
"""A quarter: long enough to see a trend, short enough to read from the ledger in a moment."""
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


class UsageReading:
    """Counts what is about records that the reader may read, and about pasted texts."""

    def __init__(
        self, store: SqlRecordStore, events: SuggestionEvents, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._events = events
        self._clock = clock

    def of(self, reader: Reader) -> UsageReport:
        """The weeks up to now."""
        now = self._clock()
        mondays = [_monday(now.date()) - timedelta(weeks=back) for back in reversed(range(WEEKS))]
        begin = datetime.combine(mondays[0], time(), now.tzinfo)
        used = self._events.used(reader, begin, shown=SHOWN, given=GIVEN)
        records = {str(one.told["suggestion"]) for one in used.given if _is_of_record(one)}
        known = self._store.readable(records, reader)
        given = [
            one
            for one in used.given
            if not _is_of_record(one) or str(one.told["suggestion"]) in known
        ]
        return _report(used, given, mondays)


def _is_of_record(given: Given) -> bool:
    """Whether what it judges is a record."""
    return given.told.get("kind") in _RECORDS


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _report(used: Used, given: Sequence[Given], mondays: Sequence[date]) -> UsageReport:
    by_week: Counter[tuple[date, str]] = Counter()
    by_kind: Counter[tuple[str, str]] = Counter()
    minutes: dict[str, float] = {}
    for day, count in used.by_day.items():
        by_week[_monday(day), "shown"] += count
    for one in given:
        outcome = _OUTCOMES[FeedbackVerdict(one.told["verdict"])]
        by_week[_monday(one.at.date()), outcome] += 1
        by_kind[one.told.get("kind", "not told"), outcome] += 1
        began = used.first.get(one.subject)
        if outcome != "rejected" and began is not None and began <= one.at:
            minutes.setdefault(one.subject, (one.at - began).total_seconds() / 60)
    outcomes = ("accepted", "edited", "rejected")
    weeks = [WeekOfUse(m, *(by_week[m, name] for name in ("shown", *outcomes))) for m in mondays]
    names = sorted({kind for kind, _ in by_kind})
    kinds = [KindOfUse(kind, *(by_kind[kind, name] for name in outcomes)) for kind in names]
    return UsageReport(
        weeks=tuple(weeks),
        kinds=tuple(sorted(kinds, key=lambda one: (-one.verdicts, one.kind))),
        people=len(used.people | {one.actor for one in given}),
        shown=sum(week.shown for week in weeks),
        verdicts=by_kind.total(),
        first_accepted_minutes=median(minutes.values()) if minutes else None,
        first_accepted=len(minutes),
    )
