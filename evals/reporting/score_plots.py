"""The scores of single queries: how they are spread, or how they differ between two runs."""

import math
from collections.abc import Mapping, Sequence

from evals.directions import Direction, direction
from evals.reporting.drawing import (
    BOTTOM,
    LEFT,
    RIGHT,
    Bar,
    Drawing,
    Key,
    Line,
    Plot,
    Scale,
    across,
    rounded_up,
    steps,
    ticks,
    upward,
)
from evals.reporting.figures import counted, figure, signed
from evals.reporting.queries import Change

# One bar for each unit that they can be told apart in; with more queries, every n-th is drawn.
_MOST_BARS = 200
_GAPS_FROM = 4.0
_MOST_ROWS = 200
_BINS = 10
# Two ways to the same number differ by less.
_EQUAL = 1e-9


def deltas_plot(changes: Sequence[Change], metric: str) -> Plot:
    """A bar for each query, the largest rise on the left and the largest drop on the right."""
    ordered = sorted(changes, key=lambda change: -change.change)
    y = upward(*_reach(ordered))
    shown = _thinned(ordered)
    slot = (RIGHT - LEFT) / len(shown)
    gap = min(2.0, slot / 4) if slot >= _GAPS_FROM else 0.0
    bars = [
        _bar(change, LEFT + slot * n + gap / 2, slot - gap, y) for n, change in enumerate(shown)
    ]
    kinds = [change.kind for change in changes]
    keys = [
        Key("better", f"{kinds.count('better')} better"),
        Key("worse", f"{kinds.count('worse')} worse"),
        Key("same", f"{kinds.count('same')} the same"),
    ]
    thinned = f" {len(shown)} of them are drawn." if len(shown) < len(ordered) else ""
    return Plot(
        name="deltas",
        title=f"Change of {metric}, query by query",
        note=f"One bar a query, sorted by its change.{thinned}{_less(metric)}",
        keys=keys,
        drawing=Drawing(
            said=f"Change of {metric} for {counted(len(changes), 'query', 'queries')}: "
            + ", ".join(key.text for key in keys)
            + ".",
            across="queries, sorted by their change",
            up=f"change of {metric}",
            x_ticks=(),
            y_ticks=ticks(y, signed_tick),
            bars=bars,
            lines=[Line(f"M {LEFT} {y.at(0)} L {RIGHT} {y.at(0)}", "axis")],
        ),
        headings=["query", "reference", "here", "change"],
        rows=[_row(change) for change in _largest(ordered)],
        rows_note=_rows_note(len(ordered)),
    )


def histogram(scores: Mapping[str, float], metric: str) -> Plot:
    """How many queries have which score."""
    low, high = min(0.0, *scores.values()), max(1.0, *scores.values())
    high = 1.0 if high == 1.0 else rounded_up(high)
    edges = [low + (high - low) * n / _BINS for n in range(_BINS + 1)]
    counts = [0] * _BINS
    for score in scores.values():
        counts[min(_BINS - 1, int((score - low) / (high - low) * _BINS + 1e-9))] += 1
    x, y = across(low, high), upward(0, rounded_up(max(counts)))
    bars = [
        Bar(
            x.at(left) + 1,
            y.at(count),
            round(x.at(right) - x.at(left) - 2, 1),
            round(BOTTOM - y.at(count), 1),
            "other",
            f"{figure(left)} to {figure(right)}: {counted(count, 'query', 'queries')}",
        )
        for left, right, count in zip(edges, edges[1:], counts, strict=False)
        if count
    ]
    best, worst = _ends(scores, metric)
    return Plot(
        name="scores",
        title=f"Scores of {metric}, query by query",
        note=f"{counted(list(scores.values()).count(best), 'query has', 'queries have')} the best "
        f"score seen ({figure(best)}), {list(scores.values()).count(worst):,} the worst "
        f"({figure(worst)}).{_less(metric)}",
        keys=[],
        drawing=Drawing(
            said=f"How many queries have which {metric}. " + " ".join(f"{b.said}." for b in bars),
            across=metric,
            up="queries",
            x_ticks=ticks(x, _plain),
            y_ticks=[tick for tick in ticks(y, _plain) if "." not in tick.label],
            bars=bars,
        ),
        headings=["query", metric],
        rows=[[name, figure(score)] for name, score in list(scores.items())[:_MOST_ROWS]],
        rows_note=_rows_note(len(scores)),
    )


def signed_tick(value: float) -> str:
    """A change as it stands at an axis."""
    return f"{'+' if value > 0 else ''}{_plain(value)}".replace("-", "−")


def _bar(change: Change, x: float, width: float, y: Scale) -> Bar:
    top, bottom = sorted((y.at(change.change), y.at(0)))
    said = f"{change.id}: {signed(change.change)}"
    return Bar(round(x, 2), top, round(width, 2), round(bottom - top, 1), change.kind, said)


def _thinned(ordered: Sequence[Change]) -> Sequence[Change]:
    """Every n-th, with both ends."""
    every = -(-len(ordered) // _MOST_BARS)
    return ordered if every == 1 else [*ordered[:-1:every], ordered[-1]]


def _reach(ordered: Sequence[Change]) -> tuple[float, float]:
    """The ends of the axis: only as far as there are changes, but never without height."""
    low, high = min(0.0, ordered[-1].change), max(0.0, ordered[0].change)
    if low == high:
        return -1.0, 1.0
    # Ends that the grid has lines at.
    grid = steps(low, high)
    step = grid[1] - grid[0]
    return math.floor(low / step + _EQUAL) * step, math.ceil(high / step - _EQUAL) * step


def _largest(ordered: Sequence[Change]) -> Sequence[Change]:
    """The changes that a table has room for, in their order; half of them from each end."""
    half = _MOST_ROWS // 2
    return ordered if len(ordered) <= _MOST_ROWS else [*ordered[:half], *ordered[-half:]]


def _ends(scores: Mapping[str, float], metric: str) -> tuple[float, float]:
    """The best and the worst that there is."""
    low, high = min(scores.values()), max(scores.values())
    return (low, high) if direction(metric) is Direction.LESS else (high, low)


def _row(change: Change) -> list[str]:
    return [change.id, figure(change.reference), figure(change.other), signed(change.change)]


def _less(metric: str) -> str:
    return " Less is better." if direction(metric) is Direction.LESS else ""


def _plain(value: float) -> str:
    return f"{round(value, 6):g}"


def _rows_note(count: int) -> str:
    return "" if count <= _MOST_ROWS else f"{_MOST_ROWS} of {count:,}; the run has them all."
