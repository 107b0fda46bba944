"""The table of metrics: means with their intervals, and what became of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from assistant.services.backtest.intervals import Interval
from evals.comparison import Compared, Comparison, plain
from evals.directions import Direction, direction
from evals.reporting.drawing import Scale, rounded_up
from evals.reporting.figures import figure, interval, p_value, signed, signed_interval
from evals.reporting.interval_plot import EDGE, WIDTH, intervals
from evals.runs import RunRecord

_PARTS = re.compile(r"[^_@:]+[_:]*|[_@:]+[^_@:]*[_:]*")


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its interval, as text. ``kind`` is the class of its mark."""

    kind: str
    mean: str
    ends: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of a metric, as text. ``tone``: better, worse, or same where not known."""

    mean: str
    ends: str
    p: str
    p_holm: str
    detectable: str
    verdict: str
    tone: str
    plot: Markup
    scale: str


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric. ``difference`` is ``None`` without a comparison, or where none can be made."""

    name: str
    direction: str
    means: tuple[Mean, ...]
    plot: Markup
    scale: str
    difference: Difference | None

    @property
    def name_parts(self) -> list[str]:
        """The name in parts that a line may end after."""
        return [part.group() for part in _PARTS.finditer(self.name)]


def metric_rows(
    runs: Sequence[RunRecord], kinds: Sequence[str], comparison: Comparison | None
) -> tuple[MetricRow, ...]:
    """A row for each metric of the last run, which the others may have, too."""
    compared = {} if comparison is None else {row.metric: row for row in comparison.rows}
    widest = max(
        (_reach(row) for row in compared.values() if _is_share(row.paired.other)), default=0.0
    )
    return tuple(_row(name, runs, kinds, compared.get(name), widest) for name in runs[-1].metrics)


def _row(
    name: str,
    runs: Sequence[RunRecord],
    kinds: Sequence[str],
    compared: Compared | None,
    widest: float,
) -> MetricRow:
    found = [
        (kind, run.metrics[name])
        for kind, run in zip(kinds, runs, strict=True)
        if name in run.metrics
    ]
    values = [value for _, value in found]
    shares = all(map(_is_share, values))
    end = 1.0 if shares else rounded_up(max(value.hi for value in values))
    start = min(0.0, *(value.lo for value in values)) if not shares else 0.0
    way = direction(name)
    return MetricRow(
        name=name,
        direction=way if way is Direction.LESS else "",
        means=tuple(Mean(kind, figure(value.mean), interval(value)) for kind, value in found),
        plot=intervals(
            found, Scale(start, end, EDGE, WIDTH - EDGE), [start, (start + end) / 2, end]
        ),
        scale="" if shares else f"{figure(start)} to {figure(end)}",
        difference=None if compared is None else _difference(compared, widest),
    )


def _difference(row: Compared, widest: float) -> Difference:
    paired = row.paired
    end = rounded_up(widest if _is_share(paired.other) else _reach(row))
    tone = "same" if not row.is_shown else "worse" if row.is_worse else "better"
    if direction(row.metric) is Direction.NEITHER:
        tone = "same"
    scale = Scale(-end, end, EDGE, WIDTH - EDGE)
    return Difference(
        mean=signed(paired.difference.mean),
        ends=signed_interval(paired.difference),
        p=p_value(paired.p),
        p_holm=p_value(row.p_holm),
        detectable=plain(row.detectable) if paired.queries > 1 and row.detectable else "–",
        verdict=row.verdict,
        tone=tone,
        plot=intervals([(tone, paired.difference)], scale, [0.0]),
        scale=f"{plain(-end)} to +{plain(end)}".replace("-", "−"),
    )


def _reach(row: Compared) -> float:
    change = row.paired.difference
    return max(abs(change.lo), abs(change.hi))


def _is_share(value: Interval) -> bool:
    return value.lo >= 0 and value.hi <= 1
