"""Where the moments of an incident stand, to scale. ``_timeline.html`` draws them.

Units are those of ``charts``. The claims of the section are the alternative in words: each dot
has the number of its claim.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.domain.drafts import Claim
from assistant.services.drafting.timeline_doubts import in_words
from assistant.services.phases import Phase, phases
from assistant.web.charts import WIDTH, Tick

_LEFT = _RIGHT = 20.0
_ACROSS = WIDTH - _LEFT - _RIGHT
# Dots that are closer than this cover each other's numbers; the later one goes a row up.
_APART = 19.0
_ROW = 20.0
_TOP = 12.0
# Higher than wide, a timeline is no line: beyond, dots of one minute do cover each other.
_MOST_ROWS = 6
# One moment is no length of time; of more than this only the list can be read.
_LEAST, _MOST = 2, 60


@dataclass(frozen=True, slots=True)
class Dot:
    """A moment; ``number`` is that of its claim in the section."""

    x: float
    y: float
    number: int
    claim: Claim


@dataclass(frozen=True, slots=True)
class Span:
    """A phase and how long it lasted."""

    phase: Phase
    x: float
    width: float
    lasted: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A timeline to draw: ``axis`` is the height of its axis, ``height`` that of the whole."""

    dots: tuple[Dot, ...]
    spans: tuple[Span, ...]
    ends: tuple[Tick, Tick]
    axis: float
    height: float


def drawing(claims: Sequence[Claim]) -> Drawing | None:
    """The timeline of a section; ``None`` where fewer than two moments are known, or too many."""
    told = sorted(
        ((claim.at, number, claim) for number, claim in enumerate(claims, 1) if claim.at),
        key=lambda each: each[:2],
    )
    if not _LEAST <= len(told) <= _MOST:
        return None
    first, last = told[0][0], told[-1][0]
    if first == last:
        return None

    def x(moment: datetime) -> float:
        return round(_LEFT + _ACROSS * ((moment - first) / (last - first)), 1)

    rows = _rows([x(at) for at, _, _ in told])
    axis = _TOP + _ROW * (max(rows) + 1)
    dots = tuple(
        Dot(x(at), axis - _ROW * (row + 0.75), number, claim)
        for (at, number, claim), row in zip(told, rows, strict=True)
    )
    spans = tuple(
        Span(
            each.phase,
            x(each.began),
            round(x(each.ended) - x(each.began), 1),
            in_words(each.lasted),
        )
        for each in phases(claims)
    )
    is_one_day = first.date() == last.date()
    shown = "%H:%M" if is_one_day else "%d %b %H:%M"
    ends = (Tick(_LEFT - 12, f"{first:{shown}}"), Tick(WIDTH - _RIGHT + 12, f"{last:{shown}}"))
    return Drawing(dots, spans, ends, axis, axis + 26)


def _rows(places: Iterable[float]) -> list[int]:
    """The lowest row of each place in which nothing is too close to it."""
    taken: list[float] = []
    rows = []
    for place in places:
        free = (row for row, until in enumerate(taken) if place - until >= _APART)
        row = next(free, len(taken))
        if row >= _MOST_ROWS:
            row = _MOST_ROWS - 1
        if row == len(taken):
            taken.append(place)
        taken[row] = place
        rows.append(row)
    return rows
