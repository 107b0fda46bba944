"""How long answers took: the share of answers that were there after a time."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evals.reporting.drawing import (
    LEFT,
    RIGHT,
    Dot,
    Drawing,
    Key,
    Label,
    Line,
    Plot,
    Scale,
    across,
    rounded_up,
    share,
    ticks,
    upward,
)
from evals.reporting.figures import counted, milliseconds
from evals.runs import RunRecord

_PERCENTILES = (5, 25, 50, 75, 90, 95, 99, 100)
_MARKED = (50, 95)
# One answer that took a hundred times as long must not squeeze all others into a corner: the
# axis ends soon after the 95th percentile of the slower run.
_ROOM = 1.6
# More steps than can be told apart.
_MOST_STEPS = 200


def latency_plot(runs: Mapping[str, RunRecord], kinds: Mapping[str, str]) -> Plot:
    """The cumulative share of answers by time; every run must have times of single answers."""
    times = {name: np.sort(run.timings.per_query_ms) for name, run in runs.items()}
    longest = max(float(each[-1]) for each in times.values())
    slow = max(float(np.percentile(each, 95)) for each in times.values())
    x, y = across(0, rounded_up(min(longest, slow * _ROOM))), upward(0, 1)
    marked = {name: np.percentile(each, _MARKED) for name, each in times.items()}
    return Plot(
        name="latency",
        title="Time of one answer",
        note="The share of answers that were there after a time; further left is faster. Dots "
        "mark the median (p50) and the 95th percentile (p95). " + _beyond(times, x.high),
        keys=[
            Key(
                f"{kinds[name]} line",
                f"{name}: p50 {milliseconds(p50)}, p95 {milliseconds(p95)}",
            )
            for name, (p50, p95) in marked.items()
        ],
        drawing=Drawing(
            said="Share of answers by time. "
            + " ".join(
                f"{name}: half within {milliseconds(p50)}, 95 % within {milliseconds(p95)}."
                for name, (p50, p95) in marked.items()
            ),
            across="milliseconds",
            up="share of answers",
            x_ticks=ticks(x, lambda value: f"{value:,g}"),
            y_ticks=ticks(y, share),
            lines=[
                *(
                    Line(f"M {LEFT} {y.at(q / 100)} L {RIGHT} {y.at(q / 100)}", "guide")
                    for q in _MARKED
                ),
                *(Line(_stairs(each.tolist(), x, y), kinds[name]) for name, each in times.items()),
            ],
            dots=[
                Dot(x.at(at), y.at(q / 100), 4, kinds[name], f"{name}: p{q} {milliseconds(at)}")
                for name, found in marked.items()
                for q, at in zip(_MARKED, found, strict=True)
            ],
            labels=[Label(RIGHT - 4, y.at(q / 100) + 14, f"p{q}") for q in _MARKED],
        ),
        headings=["run", *(f"p{q}" for q in _PERCENTILES[:-1]), "longest"],
        rows=[
            [name, *(milliseconds(value) for value in np.percentile(each, _PERCENTILES))]
            for name, each in times.items()
        ],
    )


def _stairs(times: Sequence[float], x: Scale, y: Scale) -> str:
    """The steps of a cumulative share, from nothing to the end of the axis."""
    every = max(1, len(times) // _MOST_STEPS)
    parts = [f"M {x.at(0)} {y.at(0)}"]
    for number in [*range(0, len(times) - 1, every), len(times) - 1]:
        if times[number] > x.high:
            break
        parts.append(f"H {x.at(times[number])} V {y.at((number + 1) / len(times))}")
    return " ".join([*parts, f"H {x.at(x.high)}"])


def _beyond(times: Mapping[str, NDArray[np.float64]], end: float) -> str:
    """What is said of answers that the axis has no room for."""
    late = [time for each in times.values() for time in each if time > end]
    if not late:
        return ""
    return (
        f"{counted(len(late), 'answer', 'answers')} took longer than is drawn, "
        f"up to {milliseconds(max(late))}."
    )
