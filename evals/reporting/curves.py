"""Reliability, and risk against coverage: how far can what a run said be believed?"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from assistant.services.backtest.measures import Bin, Point, reliability, risk_coverage
from assistant.services.triage.same_cause import SAME_CAUSE
from evals.reporting.drawing import (
    Dot,
    Drawing,
    Key,
    Line,
    Plot,
    across,
    path,
    share,
    ticks,
    upward,
)
from evals.reporting.figures import counted, figure
from evals.runs import RunRecord

# A curve of a thousand points looks no different with a hundred.
_MOST_POINTS = 100
_COVERAGES = (0.1, 0.25, 0.5, 0.75, 0.9, 1.0)


class Curves(NamedTuple):
    """The points of one run; either may be empty."""

    reliability: tuple[Bin, ...]
    risk_coverage: tuple[Point, ...]


class _Said(NamedTuple):
    probability: float
    right: bool


def curves_of(run: RunRecord) -> Curves | None:
    """What the run kept in ``curves``, else what its hypotheses or predictions give.

    Reliability is of every hypothesis, risk of the likeliest one of each case that has one.
    ``None`` where nothing was said with a probability.
    """
    if run.curves:
        bins = (Bin(p["said"], p["true"], int(p["size"])) for p in _kept(run, "reliability"))
        points = (
            Point(p["coverage"], p["risk"], p["threshold"]) for p in _kept(run, "risk_coverage")
        )
        return Curves(tuple(bins), tuple(points))
    cases = [said for query in run.queries if (said := _said(query))]
    if not cases:
        return None
    every = [one for said in cases for one in said]
    first = [max(said, key=lambda one: one.probability) for said in cases]
    return Curves(
        reliability([one.probability for one in every], [one.right for one in every]),
        risk_coverage([one.probability for one in first], [one.right for one in first]),
    )


def reliability_plot(runs: Mapping[str, Curves], kinds: Mapping[str, str]) -> Plot:
    """What was said against what came true; on the diagonal both agree. Dots grow with size.

    ``runs`` by what they are called; ``kinds`` are the classes of their marks.
    """
    x, y = across(0, 1), upward(0, 1)
    bins = [(name, each) for name, curves in runs.items() for each in curves.reliability]
    most = max(each.size for _, each in bins)
    dots = [
        Dot(
            x.at(each.said),
            y.at(each.true),
            round(3 + 6 * (each.size / most) ** 0.5, 1),
            kinds[name],
            f"{name}: {counted(each.size, 'answer', 'answers')}, said {each.said:.0%}, "
            f"true {each.true:.0%}",
        )
        for name, each in bins
    ]
    return Plot(
        name="reliability",
        title="Reliability of the probabilities",
        note="Each dot is a group of answers of about the same probability; larger dots are more "
        "answers. On the dashed line what was said came true as often as it was said; below it "
        "too much was promised.",
        keys=[Key(kinds[name], name) for name in runs],
        drawing=Drawing(
            said="Probability said against the share that was right. " + _described(bins),
            across="probability said",
            up="share that was right",
            x_ticks=ticks(x, share),
            y_ticks=ticks(y, share),
            lines=[Line(path([(0, 0), (1, 1)], x, y), "guide")],
            dots=dots,
        ),
        headings=["run", "answers", "said", "true"],
        rows=[[name, str(each.size), figure(each.said), figure(each.true)] for name, each in bins],
    )


def risk_coverage_plot(runs: Mapping[str, Curves], kinds: Mapping[str, str]) -> Plot:
    """The share of wrong answers when only the surest part is answered."""
    x, y = across(0, 1), upward(0, 1)
    lines = [
        Line(
            path([(p.coverage, p.risk) for p in _thinned(curves.risk_coverage)], x, y), kinds[name]
        )
        for name, curves in runs.items()
    ]
    rows = [
        [name, share(wanted), share(point.risk), figure(point.threshold)]
        for name, curves in runs.items()
        for wanted in _COVERAGES
        if (point := _at(curves.risk_coverage, wanted)) is not None
    ]
    return Plot(
        name="risk-coverage",
        title="Risk and coverage",
        note="The share of wrong answers when only the surest part is answered. A curve that "
        "falls to the left says that the probabilities tell good answers from bad ones.",
        keys=[Key(f"{kinds[name]} line", name) for name in runs],
        drawing=Drawing(
            said="Share of wrong answers by the share that is answered, the surest first. "
            + " ".join(f"{name}: {risk} wrong at {said}." for name, said, risk, _ in rows),
            across="share answered, the surest first",
            up="share of these that is wrong",
            x_ticks=ticks(x, share),
            y_ticks=ticks(y, share),
            lines=lines,
        ),
        headings=["run", "answered", "wrong", "from probability"],
        rows=rows,
    )


def _kept(run: RunRecord, name: str) -> Sequence[Mapping[str, float]]:
    return run.curves.get(name, ())


def _said(query: Mapping[str, object]) -> list[_Said]:
    """The probabilities of one query with their truth; none where it has none."""
    named = query.get("hypotheses")
    entries = named if isinstance(named, list) else [query]
    found = [_one(entry) for entry in entries if isinstance(entry, Mapping)]
    return [one for one in found if one is not None]


def _one(entry: Mapping[str, object]) -> _Said | None:
    probability, agreement = entry.get("probability"), entry.get("agreement")
    right = agreement >= SAME_CAUSE if isinstance(agreement, float | int) else entry.get("correct")
    if not isinstance(probability, float | int) or not isinstance(right, bool):
        return None
    return _Said(float(probability), right)


def _described(bins: Sequence[tuple[str, Bin]]) -> str:
    return " ".join(f"{name}: said {each.said:.0%}, true {each.true:.0%}." for name, each in bins)


def _thinned(points: Sequence[Point]) -> Sequence[Point]:
    every = max(1, len(points) // _MOST_POINTS)
    return [*points[::every], *points[-1:]]


def _at(points: Sequence[Point], wanted: float) -> Point | None:
    """The first point that answers so much."""
    return next((point for point in points if point.coverage >= wanted - 1e-9), None)
