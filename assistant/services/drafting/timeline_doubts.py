"""What does not fit together in a timeline, as questions: gaps, steps back, impossible order."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise

from assistant.services.drafting.timeline import Entry, Timeline
from assistant.services.drafting.wording import RESTORES
from assistant.services.shortening import shortened
from retrieval.records import Record

# Of a longer silence during an incident an approver will ask what was done.
_SILENCE = timedelta(minutes=60)
_MAX_OF_A_KIND = 2
# Clocks of two systems differ by minutes; a person's entry may be typed later.
_TOLERANCE = timedelta(minutes=5)
_QUOTE_CHARS = 100


def doubts(found: Timeline, record: Record) -> Iterator[str]:
    """Questions about the times of a record, the gravest first; none for a sound timeline."""
    yield from _impossible(found, record)
    yield from _stepping_back(found)
    yield from _silences(found)
    for entry in found.doubtful[:_MAX_OF_A_KIND]:
        yield f"Is the date right in: '{_short(entry)}'? It is far from all others."


def _impossible(found: Timeline, record: Record) -> Iterator[str]:
    opened, resolved = record.opened_at, record.resolved_at
    if opened and resolved and resolved < opened:
        yield f"Was it resolved ({_at(resolved)}) before it was opened ({_at(opened)})?"
    early = [
        entry
        for entry in _timed(found.entries)
        if opened
        and entry.moment
        and entry.moment < opened - _TOLERANCE
        # What is told of a day before is history, not a repair of this incident.
        and entry.moment.date() == opened.date()
        and RESTORES.search(entry.unit.text)
    ]
    for entry in early[:_MAX_OF_A_KIND]:
        yield f"Is the time right in: '{_short(entry)}'? It was opened later, at {_at(opened)}."


def _stepping_back(found: Timeline) -> Iterator[str]:
    """Entries that stand below a later one, where the section otherwise goes forward."""
    odd: list[tuple[Entry, Entry]] = []
    in_text = sorted(_timed(found.entries), key=lambda entry: entry.unit.start)
    for _, section in groupby(in_text, key=lambda entry: (entry.unit.section, entry.unit.part)):
        steps = list(pairwise(section))
        back = [(before, after) for before, after in steps if _moment(after) < _moment(before)]
        # A journal that is printed newest first goes back at every step.
        if len(back) * 3 <= len(steps):
            odd.extend(back)
    for before, after in odd[:_MAX_OF_A_KIND]:
        yield (
            f"Is the time right in: '{_short(after)}'? "
            f"It stands below an entry of {_at(_moment(before))}."
        )


def _silences(found: Timeline) -> Iterator[str]:
    """The longest gaps between two entries, before the last one."""
    steps = list(pairwise(_timed(found.entries)))
    gaps = [(before, after) for before, after in steps if _length(before, after) > _SILENCE]
    gaps.sort(key=lambda gap: _length(*gap), reverse=True)
    longest = sorted(gaps[:_MAX_OF_A_KIND], key=lambda gap: _moment(gap[0]))
    for before, after in longest:
        begin, end = _moment(before), _moment(after)
        until = f"{end:%H:%M} UTC" if begin.date() == end.date() else _at(end)
        since = f"{begin:%Y-%m-%d %H:%M}" if begin.date() == end.date() else _at(begin)
        yield (
            f"What happened between {since} and {until} ({in_words(end - begin)})? "
            "The record has no entry."
        )
    if more := len(gaps) - len(longest):
        others = "one more time" if more == 1 else f"{more} more times"
        yield f"Why is the record silent for over an hour {others}?"


def in_words(length: timedelta) -> str:
    """A duration as people say it: "1 h 53 min", "2 days"."""
    minutes = round(length.total_seconds() / 60)
    if minutes >= 48 * 60:
        return f"{round(minutes / 1440)} days"
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours))


def _timed(entries: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.moment is not None and entry.exact]


def _moment(entry: Entry) -> datetime:
    return entry.moment or datetime.min.replace(tzinfo=UTC)


def _length(before: Entry, after: Entry) -> timedelta:
    return _moment(after) - _moment(before)


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""


def _short(entry: Entry) -> str:
    return shortened(entry.unit.text.rstrip("."), _QUOTE_CHARS)
