"""What happened when: dated entries of a record, in the order of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import groupby, pairwise
from statistics import median_high

from assistant.services.drafting.moments import (
    begins_with_date,
    begins_with_moment,
    day_in,
    distance,
    ends_with_date,
    has_time,
    moment_in,
    tells_of_a_day,
    without_moments,
    zone_of,
)
from assistant.services.drafting.reading import Unit
from assistant.services.drafting.wording import WORD, Part
from assistant.services.sentences import UnitKind
from assistant.services.verification.folding import folded, tidy

# A journal entry of several sentences stays whole up to this length; beyond it, the first
# sentence stands for it.
_ENTRY_CHARS = 280
# Further than this from the middle of the timeline, or that long before the line above it,
# a date is more likely a slip of the pen.
_FAR = timedelta(days=60)
_BACK = timedelta(days=2)
# A time of day that is that much earlier than the line above it is of the next day.
_MIDNIGHT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. ``moment`` is in UTC, ``None`` when the text has no usable one.

    ``exact`` is false for a moment that is only a day.
    """

    unit: Unit
    moment: datetime | None
    taken: frozenset[int]
    """Where the units begin that the entry stands for."""
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Timeline:
    """Entries in order; ``doubtful`` ones are dated far from all others.

    ``repeats`` counts the entries left out because another one says more of the same minute.
    """

    entries: tuple[Entry, ...]
    doubtful: tuple[Entry, ...]
    repeats: int = 0


def timeline(units: Sequence[Unit], opened_at: datetime | None = None) -> Timeline:
    """The dated entries of a record, sorted by time.

    Times are read in the zone that they name, else in the one that the record declares for
    all ("all times in CET"), else in UTC. "T+15" counts from the first entry, "10 minutes
    later" from the entry before. An entry without a usable moment keeps its place behind the
    one before it in the text. Entries that say less than another one of the same minute are
    left out.
    """
    found = list(_entries(units, opened_at))
    known = [entry.moment.timestamp() for entry in found if entry.moment]
    middle = datetime.fromtimestamp(median_high(known), UTC) if known else None
    doubtful = [e for e in found if middle and e.moment and abs(e.moment - middle) > _FAR]
    doubtful += _stepping_back([e for e in found if e.moment and e not in doubtful])
    placed = [replace(e, moment=None) if e in doubtful else e for e in found]
    kept = _without_repeats(placed)
    return Timeline(tuple(_sorted(kept)), tuple(doubtful), len(placed) - len(kept))


def is_dated(unit: Unit) -> bool:
    """True when the unit begins with a moment, or tells an event that ends with a date."""
    if begins_with_date(unit.text):
        return True
    if unit.part not in (Part.TIMELINE, Part.CONTEXT, Part.OTHER):
        return False
    told = ends_with_date(unit.text) or tells_of_a_day(unit.text)
    return told or begins_with_moment(unit.text)


def _stepping_back(entries: Sequence[Entry]) -> list[Entry]:
    """Entries days before the line above them, in a section that otherwise goes forward."""
    found: list[Entry] = []
    for _, section in groupby(entries, key=lambda entry: (entry.unit.section, entry.unit.part)):
        dated = [(entry, entry.moment) for entry in section if entry.moment]
        steps = [(entry, after - before) for (_, before), (entry, after) in pairwise(dated)]
        if sum(step < timedelta() for _, step in steps) <= len(steps) / 2:
            found.extend(entry for entry, step in steps if step < -_BACK)
    return found


def _entries(units: Sequence[Unit], opened_at: datetime | None) -> Iterator[Entry]:
    clock = _Clock(opened_at, zone_of(units[0].record.text) if units else UTC)
    for _, block in groupby(units, key=lambda unit: (unit.part is Part.DURATION, unit.block)):
        sentences = list(block)
        first = sentences[0]
        if first.part is Part.DURATION:
            continue
        dated = is_dated(first)
        moment = clock.read(first, dated)
        if not (dated or first.part is Part.TIMELINE) or not WORD.search(first.text):
            continue
        if first.part in (Part.ACTION, Part.IMPACT):
            continue
        unit = _whole(sentences)
        # Of a dated story the rest may tell the cause; of a journal entry it never stands alone.
        story = tells_of_a_day(first.text) and not begins_with_date(first.text)
        taken = frozenset(u.start for u in sentences if not story or u.start < unit.end)
        exact = has_time(first.text) or distance(first.text) is not None
        yield Entry(unit, moment, taken, exact)


class _Clock:
    """Reads moments one after the other, with what the lines before have said of the day."""

    def __init__(self, opened_at: datetime | None, zone: timezone) -> None:
        self._day: date | None = None
        self._opened_at = opened_at
        self._zone = zone
        self._first: datetime | None = None
        self._last: tuple[datetime, str] | None = None
        self._section: str | None = None

    def read(self, unit: Unit, dated: bool) -> datetime | None:
        """The moment of a unit in UTC; only a dated one moves the clock on."""
        if unit.section != self._section and self._first is not None:
            # A list of its own begins where the incident began, not where the last list ended.
            self._day = self._first.astimezone(self._zone).date()
        self._section = unit.section
        day = self._day or (self._opened_at.date() if self._opened_at else None)
        if dated and (apart := distance(unit.text)) is not None:
            start = self._first or self._opened_at if apart.of_start else self._before()
            moment = start + apart.after if start else None
        else:
            moment = moment_in(unit.text, day, self._zone)
            named = day_in(unit.text, day)
            if moment is not None and dated and named is None and self._past_midnight(unit, moment):
                moment += timedelta(days=1)
                named = moment.astimezone(self._zone).date()
            self._day = named or day
        if dated and moment is not None:
            self._first = self._first or moment
            self._last = (moment, unit.section)
        return moment

    def _before(self) -> datetime | None:
        return self._last[0] if self._last else self._opened_at

    def _past_midnight(self, unit: Unit, moment: datetime) -> bool:
        if self._last is None or self._last[1] != unit.section:
            return False
        return self._last[0] - moment > _MIDNIGHT


def _whole(sentences: list[Unit]) -> Unit:
    """The entry with all its sentences while it is short, else its first sentence."""
    first, last = sentences[0], sentences[-1]
    span = first.record.text[first.start : last.end]
    if len(sentences) == 1 or last.end - first.start > _ENTRY_CHARS or first.kind is UnitKind.ROW:
        return first
    return replace(first, end=last.end, text=tidy(span))


def _without_repeats(entries: Sequence[Entry]) -> list[Entry]:
    """Key events are told again in the journal: the entry that says more stays."""
    by_moment: dict[datetime, list[int]] = {}
    for index, entry in enumerate(entries):
        if entry.moment is not None:
            by_moment.setdefault(entry.moment, []).append(index)
    words = {i: _words(entries[i]) for same in by_moment.values() for i in same}
    repeated = {
        index
        for same in by_moment.values()
        for index in same
        for other in same
        if words[index] < words[other] or (words[index] == words[other] and other < index)
    }
    return [entry for index, entry in enumerate(entries) if index not in repeated]


def _words(entry: Entry) -> frozenset[str]:
    said = without_moments(entry.unit.text)
    return frozenset(folded(said).split()) - {"is", "was", "the", "a", "-"}


def _sorted(entries: Sequence[Entry]) -> list[Entry]:
    """In the order of time; an entry without one follows the entry before it."""
    keys: list[float] = []
    before = float("-inf")
    for entry in entries:
        before = entry.moment.timestamp() if entry.moment else before
        keys.append(before)
    order = sorted(range(len(entries)), key=lambda index: (keys[index], index))
    return [entries[index] for index in order]
