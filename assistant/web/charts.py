"""Where the parts of a chart stand. ``_charts.html`` draws them, with a table of the same values.

Units are those of the SVG, whose width is that of a narrow sidebar: on a phone its text is as
large as the page's small print.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.services.insights.quality import Run, Series
from assistant.web.words import Words

WIDTH, HEIGHT = 360, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 40.0, 8.0, 10.0, 24.0
_ACROSS = WIDTH - _LEFT - _RIGHT
_UP = HEIGHT - _TOP - _BOTTOM
# Lines beyond these cannot be told apart; the table has them all.
_MOST_LINES = 4
# More labels than these touch each other below the axis.
_MOST_LABELS = 4


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid at ``at``, and what it says."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a bar; ``series`` is the number of what it counts."""

    x: float
    y: float
    width: float
    height: float
    series: int
    label: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of stacked bars. ``rows`` are its table: a label, then one value a series."""

    title: str
    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A value with the two ends of its interval."""

    x: float
    y: float
    hi: float
    lo: float
    label: str


@dataclass(frozen=True, slots=True)
class Lines:
    """A chart of values over time with intervals; ``lines`` are in the order of ``series``."""

    title: str
    series: tuple[str, ...]
    lines: tuple[tuple[Point, ...], ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


def stacked(
    words: Words, title: str, series: Sequence[str], values: Mapping[str, Sequence[int]]
) -> Bars:
    """Bars by label, each with one count a series."""
    top = _round_top(max((sum(counts) for counts in values.values()), default=0))
    slot = _ACROSS / max(len(values), 1)
    bars = []
    for place, (label, counts) in enumerate(values.items()):
        base = 0
        for number, count in enumerate(counts):
            if count:
                x, height = _LEFT + slot * (place + 0.15), _UP * count / top
                y = _TOP + _UP - _UP * base / top - height
                told = f"{label}: {words.number(count)} {series[number]}"
                bars.append(Bar(_r(x), _r(y), _r(slot * 0.7), _r(height), number, told))
            base += count
    labels = list(values)
    every = -(-len(labels) // _MOST_LABELS)
    return Bars(
        title=title,
        series=tuple(series),
        bars=tuple(bars),
        across=tuple(
            Tick(_r(_LEFT + slot * (place + 0.5)), label)
            for place, label in enumerate(labels)
            if place % every == 0
        ),
        up=_ticks(words, top, whole=True),
        rows=tuple((label, *(words.number(c) for c in counts)) for label, counts in values.items()),
    )


def over_time(words: Words, series: Series) -> Lines:
    """The first metric of a task on a dataset, a line for each of the latest systems."""
    runs = [(run, _measured(run, series.metric)) for run in series.runs]
    told = [(run, found) for run, found in runs if found is not None]
    names = list(dict.fromkeys(run.system for run, _ in reversed(told)))[:_MOST_LINES]
    shown = [(run, found) for run, found in told if run.system in names]
    most = max((found[2] for _, found in shown), default=1.0)
    top = 1.0 if most <= 1.0 else float(_round_top(most))
    first = min(run.finished_at for run, _ in shown) if shown else None
    last = max(run.finished_at for run, _ in shown) if shown else None
    lines = []
    for name in names:
        points = [
            Point(
                _at(run.finished_at, first, last),
                _y(mean, top),
                _y(hi, top),
                _y(lo, top),
                words.gettext(
                    "%(system)s, %(day)s: %(mean)s (%(low)s to %(high)s)",
                    system=name,
                    day=words.day(run.finished_at),
                    mean=words.number(mean, 3),
                    low=words.number(lo, 3),
                    high=words.number(hi, 3),
                ),
            )
            for run, (mean, lo, hi) in shown
            if run.system == name
        ]
        lines.append(tuple(points))
    ends = [] if first is None or last is None else list(dict.fromkeys((first, last)))
    return Lines(
        title=words.gettext(
            "%(metric)s: %(task)s on %(dataset)s",
            metric=series.metric,
            task=words.term(series.task, "task"),
            dataset=series.dataset,
        ),
        series=tuple(names),
        lines=tuple(lines),
        across=tuple(Tick(_at(each, first, last), words.day(each)) for each in ends),
        up=_ticks(words, top, whole=False),
    )


def _measured(run: Run, metric: str) -> tuple[float, float, float] | None:
    return next(((m.mean, m.lo, m.hi) for m in run.measures if m.metric == metric), None)


def _at(moment: datetime, first: datetime | None, last: datetime | None) -> float:
    """With room at both sides for the label of a day; a single moment is in the middle."""
    if first is None or last is None or first == last:
        return _r(_LEFT + _ACROSS / 2)
    share = (moment - first) / (last - first)
    return _r(_LEFT + 30 + share * (_ACROSS - 60))


def _y(value: float, top: float) -> float:
    return _r(_TOP + _UP * (1 - min(max(value, 0.0), top) / top))


def _ticks(words: Words, top: float, *, whole: bool) -> tuple[Tick, ...]:
    values = (0, top / 2, top)
    return tuple(
        Tick(_y(each, top), words.number(each, 0 if whole or top > _MOST_LABELS else 1))
        for each in values
        if not (whole and each % 1)
    )


def _round_top(most: float) -> int:
    """The next of 2, 4, 10, 20, 40, 100, …: halves of these are whole numbers."""
    size = 1
    while True:
        for step in (2, 4, 10):
            if most <= step * size:
                return step * size
        size *= 10


def _r(value: float) -> float:
    return round(value, 1)
