"""A sweep as one page: quality against time, and the table."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from assistant.services.backtest.intervals import Interval
from evals.reporting.drawing import (
    Dot,
    Drawing,
    Key,
    Label,
    Line,
    Plot,
    across,
    rounded_up,
    ticks,
    upward,
)
from evals.reporting.figures import counted, figure, interval, milliseconds
from evals.reporting.page import styled
from evals.sweeps.making import Tried
from evals.sweeps.result import SweepResult, notes
from evals.sweeps.showing import COSTS, conclusions, costs_of, difference_of, named
from evals.sweeps.variants import Variant
from retrieval.errors import InvalidInput

SWEEP_PAGE = "index.html"

# Of the height of the plot: intervals must not end in the frame.
_ROOM = 0.08
# SVG units: of a dot, and from it to its number.
_RADIUS, _BESIDE = 4, 9


@dataclass(frozen=True, slots=True)
class _Row:
    """A variant as it stands in the table of the page."""

    number: int
    name: str
    tone: str
    quality: str
    ends: str
    difference: Sequence[str]
    costs: Sequence[str]
    notes: Sequence[str]


def write_sweep(result: SweepResult, folder: Path) -> Path:
    """Write the page into the folder; returns the file.

    Raises ``InvalidInput`` where it cannot be written.
    """
    text = styled(
        "sweep.html",
        result=result,
        run=result.first_run,
        variants=counted(len(result.tried), "variant", "variants"),
        plot=_plot(result),
        rows=[_row(result, each) for each in result.tried],
        costs=COSTS,
        conclusions=conclusions(result),
    )
    file = folder / SWEEP_PAGE
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise InvalidInput(f"{file} cannot be written: {exc.strerror}.") from exc
    return file


def _row(result: SweepResult, each: Tried) -> _Row:
    quality = result.quality(each)
    failed = (f"failed: {each.reason}",) if each.run is None else ()
    return _Row(
        number=each.variant.number,
        name=named(result, each),
        tone=_tone(result, each),
        quality="–" if quality is None else figure(quality.mean),
        ends="" if quality is None else interval(quality),
        difference=difference_of(result.against_reference.get(each.variant.name)),
        costs=costs_of(each),
        notes=(*failed, *notes(each)),
    )


def _tone(result: SweepResult, each: Tried) -> str:
    if each.variant == result.reference:
        return "reference"
    compared = result.against_reference.get(each.variant.name)
    if compared is None or not compared.is_shown:
        return "same"
    return "worse" if compared.is_worse else "better"


class _Point(NamedTuple):
    """A variant with its quality and the milliseconds of an answer."""

    variant: Variant
    tone: str
    quality: Interval
    time: float

    def __str__(self) -> str:
        return f"{self.variant.name}: {figure(self.quality.mean)}, {milliseconds(self.time)}"


def _plot(result: SweepResult) -> Plot | None:
    """Quality by the time of an answer; none where no variant has a run."""
    points = [
        _Point(each.variant, _tone(result, each), quality, each.run.latency_ms.p50)
        for each in result.tried
        if each.run is not None and (quality := result.quality(each)) is not None
    ]
    if not points:
        return None
    metric = result.asked.metric
    return Plot(
        name="plot",
        title=f"{metric} and the time of an answer",
        note="A dot is a variant by its number in the table, its line the 95 % interval. Further "
        "up is more, further left is faster.",
        keys=[
            Key("reference", f"reference: {result.reference.name}"),
            Key("better", "better by more than chance"),
            Key("worse", "worse by more than chance"),
            Key("same", "no difference shown"),
        ],
        drawing=_drawing(metric, points),
        headings=(),
        rows=(),
    )


def _drawing(metric: str, points: Sequence[_Point]) -> Drawing:
    low, high = min(p.quality.lo for p in points), max(p.quality.hi for p in points)
    room = (high - low or 1.0) * _ROOM
    y = upward(low - room, high + room)
    x = across(0, rounded_up(max(point.time for point in points) * (1 + _ROOM)))
    places = [(point, x.at(point.time), y.at(point.quality.mean)) for point in points]
    return Drawing(
        said=f"{metric} by milliseconds of an answer. {'; '.join(map(str, points))}.",
        across="milliseconds (p50)",
        up=metric,
        x_ticks=ticks(x, lambda value: f"{value:,g}"),
        y_ticks=ticks(y, lambda value: f"{value:.3g}"),
        lines=[
            Line(f"M {at} {y.at(p.quality.lo)} V {y.at(p.quality.hi)}", p.tone)
            for p, at, _ in places
        ],
        dots=[Dot(at, up, _RADIUS, point.tone, str(point)) for point, at, up in places],
        labels=[
            Label(at - _BESIDE, up + _RADIUS, str(point.variant.number)) for point, at, up in places
        ],
    )
