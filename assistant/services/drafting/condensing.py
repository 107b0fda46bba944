"""A long timeline in few entries: every period keeps its most telling one, the rest is counted.

The rule: the entries are halved by time, again and again, until each part fits its share of
the room; of a part that may keep one entry the most telling stays. So a storm of notes in one
hour never pushes a quiet afternoon out, and nothing is left out without being counted.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant.services.drafting.timeline import Entry
from assistant.services.drafting.wording import DETECTS, DIRECTS, IMPACTS, RESTORES, STRONG_CAUSE
from assistant.services.sentences import causal

# Nobody reads more entries in an RCA.
MAX_ENTRIES = 40
_SHOWN_PERIODS = 8


class Condensed(NamedTuple):
    """The entries that stay, in their order, and what was left out, for people."""

    entries: tuple[Entry, ...]
    notes: tuple[str, ...]


def condensed(entries: Sequence[Entry], most: int = MAX_ENTRIES) -> Condensed:
    """At most ``most`` entries; the first and the last always stay."""
    if len(entries) <= most:
        return Condensed(tuple(entries), ())
    if most <= 2:
        kept = [entries[0], entries[-1]][:most]
    else:
        inner = list(entries[1:-1])
        worth = [_worth(entry) for entry in inner]
        chosen = sorted(_chosen(worth, 0, len(inner), most - 2))
        kept = [entries[0], *(inner[place] for place in chosen), entries[-1]]
    return Condensed(tuple(kept), tuple(_notes(entries, kept)))


def _chosen(worth: Sequence[float], begin: int, end: int, room: int) -> Iterator[int]:
    """Places of the entries that stay of ``begin`` to ``end``."""
    if end - begin <= room:
        yield from range(begin, end)
    elif room == 1:
        yield max(range(begin, end), key=lambda place: (worth[place], -place))
    elif room > 1:
        middle = (begin + end) // 2
        # The half that tells more gets the odd place.
        first_half, second_half = worth[begin:middle], worth[middle:end]
        first = (room + (max(first_half) >= max(second_half))) // 2
        yield from _chosen(worth, begin, middle, first)
        yield from _chosen(worth, middle, end, room - first)


def _worth(entry: Entry) -> float:
    """How much an entry tells: causes and repairs first, then detection, impact and decisions."""
    text = entry.unit.text
    told = 3.0 * causal(text) + 2.0 * bool(STRONG_CAUSE.search(text))
    told += 3.0 * bool(RESTORES.search(text)) + 2.0 * bool(DETECTS.search(text))
    told += 2.0 * bool(IMPACTS.search(text)) + 1.0 * bool(DIRECTS.search(text))
    # Of two that tell as much, the longer one; a pasted dump is no better than a sentence.
    return told + min(len(text), 200) / 400


def _notes(entries: Sequence[Entry], kept: Sequence[Entry]) -> Iterator[str]:
    left_out = len(entries) - len(kept)
    yield (
        f"The timeline shows {len(kept)} of {len(entries)} entries, the most telling of each "
        f"period; {left_out} further ones stand in the record."
    )
    shown = {entry.unit.start for entry in kept}
    hours = Counter(
        f"{entry.moment:%Y-%m-%d %H}:00 UTC" if entry.moment else "without a time"
        for entry in entries
        if entry.unit.start not in shown
    )
    busiest = hours.most_common(_SHOWN_PERIODS)
    listed = "; ".join(f"{hour}: {count}" for hour, count in sorted(busiest))
    yield f"Entries left out by the hour, the busiest: {listed}."
