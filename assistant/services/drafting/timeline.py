"""What happened when: dated entries of a record, in the order of time."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby, pairwise
from statistics import median_high

from assistant.services.drafting.reading import Unit
from assistant.services.drafting.wording import Part
from assistant.services.sentences import UnitKind
from assistant.services.verification.folding import folded, tidy

# A journal entry of several sentences stays whole up to this length; beyond it, the first
# sentence stands for it.
_ENTRY_CHARS = 280
# Further than this from the middle of the timeline, or that long before the line above it,
# a date is more likely a slip of the pen.
_FAR = timedelta(days=60)
_BACK = timedelta(days=2)

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = "|".join(_MONTHS)
_ON = (
    rf"(?:(?P<y>\d{{4}})-(?P<m>\d\d)-(?P<d>\d\d)|(?P<d2>\d{{1,2}})/(?P<m2>\d{{1,2}})/(?P<y2>\d{{2,4}})"
    rf"|(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m3>{_MONTH})[a-z]*\.?,?(?: (?P<y3>\d{{4}}))?)"
)
_AT = r"(?P<H>[01]?\d|2[0-3]):(?P<M>[0-5]\d)(?::[0-5]\d)?(?!\d)"
# After a date, 14.43 is a time; alone it is a version or an amount.
_AT_DATE = _AT.replace(":(?P<M>", "[:.](?P<M>")
_MOMENT = re.compile(rf"(?<!\d){_ON}(?:[T ,]+(?:at )?(?:{_AT_DATE}|(?P<HM>\d{{4}})(?!\d)))?", re.I)
_TIME = re.compile(rf"(?<![\d.:-]){_AT}")
_BEGINS = re.compile(rf"[\[(]?(?:{_ON}|{_AT})", re.I)
_ENDS = re.compile(rf"{_ON}(?:[T ]+(?:{_AT_DATE}|\d{{4}}))?(?: ?(?:UTC|GMT|BST|Z))?\W*$", re.I)
_ON_DAY = re.compile(rf"on (?:the )?{_ON}", re.I)
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. ``moment`` is ``None`` when the text has no usable one."""

    unit: Unit
    moment: datetime | None
    taken: frozenset[int]
    """Where the units begin that the entry stands for."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Entries in order; ``doubtful`` ones are dated far from all others."""

    entries: tuple[Entry, ...]
    doubtful: tuple[Entry, ...]


def timeline(units: Sequence[Unit], opened_at: datetime | None = None) -> Timeline:
    """The dated entries of a record, sorted by time.

    An entry without a usable moment keeps its place behind the one before it in the
    text. Entries that say less than another one of the same minute are left out.
    """
    found = list(_entries(units, opened_at))
    known = [entry.moment.timestamp() for entry in found if entry.moment]
    middle = datetime.fromtimestamp(median_high(known), UTC) if known else None
    doubtful = [e for e in found if middle and e.moment and abs(e.moment - middle) > _FAR]
    doubtful += _stepping_back([e for e in found if e.moment and e not in doubtful])
    placed = [replace(e, moment=None) if e in doubtful else e for e in found]
    return Timeline(tuple(_sorted(_without_repeats(placed))), tuple(doubtful))


def is_dated(unit: Unit) -> bool:
    """True when the unit begins with a date or a time, or tells an event that ends with one."""
    if _BEGINS.match(unit.text):
        return True
    if unit.part not in (Part.TIMELINE, Part.CONTEXT, Part.OTHER):
        return False
    return bool(_ENDS.search(unit.text) or _ON_DAY.match(unit.text))


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
    day: date | None = None
    for _, block in groupby(units, key=lambda unit: (unit.part is Part.DURATION, unit.block)):
        sentences = list(block)
        first = sentences[0]
        if first.part is Part.DURATION:
            continue
        day = day or (opened_at.date() if opened_at else None)
        moment = _moment(first, day)
        day = _day(first, day) or day
        if not (is_dated(first) or first.part is Part.TIMELINE) or not _WORD.search(first.text):
            continue
        if first.part in (Part.ACTION, Part.IMPACT):
            continue
        unit = _whole(sentences)
        # Of a dated story the rest may tell the cause; of a journal entry it never stands alone.
        story = _ON_DAY.match(first.text) and not _BEGINS.match(first.text)
        taken = frozenset(u.start for u in sentences if not story or u.start < unit.end)
        yield Entry(unit, moment, taken)


def _whole(sentences: list[Unit]) -> Unit:
    """The entry with all its sentences while it is short, else its first sentence."""
    first, last = sentences[0], sentences[-1]
    span = first.record.text[first.start : last.end]
    if len(sentences) == 1 or last.end - first.start > _ENTRY_CHARS or first.kind is UnitKind.ROW:
        return first
    return replace(first, end=last.end, text=tidy(span))


def _moment(unit: Unit, day: date | None) -> datetime | None:
    if match := _MOMENT.search(unit.text):
        on = _date(match, day)
        at = _time(match)
        return datetime.combine(on, at, UTC) if on else None
    match = _TIME.search(unit.text)
    return datetime.combine(day, _time(match), UTC) if match and day else None


def _day(unit: Unit, day: date | None) -> date | None:
    match = _MOMENT.search(unit.text)
    return _date(match, day) if match else None


def _date(match: re.Match[str], day: date | None) -> date | None:
    part = match.groupdict()
    try:
        if part["y"]:
            return date(int(part["y"]), int(part["m"]), int(part["d"]))
        if part["y2"]:
            year = int(part["y2"]) + (2000 if len(part["y2"]) == 2 else 0)
            return date(year, int(part["m2"]), int(part["d2"]))
        if part["y3"] or day:
            year = int(part["y3"] or (day.year if day else 0))
            return date(year, _MONTHS.index(part["m3"].lower()) + 1, int(part["d3"]))
    except ValueError:  # 31/02/2026: not a day of any calendar
        return None
    return None


def _time(match: re.Match[str]) -> time:
    part = match.groupdict()
    if part.get("H"):
        return time(int(part["H"]), int(part["M"]))
    digits = part.get("HM") or "0000"
    hour, minute = int(digits[:2]), int(digits[2:])
    return time(hour, minute) if hour < 24 and minute < 60 else time()


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
    said = _MOMENT.sub(" ", entry.unit.text)
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
