"""A sweep as one page: quality against time, and the table."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

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
from retrieval.errors import InvalidInput

SWEEP_PAGE = "index.html"

# Of the height of the plot: intervals must not end in the frame.
_ROOM = 0.08
# SVG units from a dot to its number.
_BESIDE = 18


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


def _plot(result: SweepResult) -> Plot | None:
    """Quality by the time of an answer; none where no variant has a run."""
    found = [
        (each, quality, each.run.latency_ms.p50)
        for each in result.tried
        if each.run is not None and (quality := result.quality(each)) is not None
    ]
    if not found:
        return None
    low = min(quality.lo for _, quality, _ in found)
    high = max(quality.hi for _, quality, _ in found)
    room = (high - low or 1.0) * _ROOM
    y = upward(low - room, high + room)
    x = across(0, rounded_up(max(time for *_, time in found) * (1 + _ROOM)))

    def ends(quality: Interval, time: float) -> str:
        return f"M {x.at(time)} {y.at(quality.lo)} V {y.at(quality.hi)}"

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
        drawing=Drawing(
            said=f"{metric} by milliseconds of an answer. "
            + " ".join(
                f"{each.variant.name}: {figure(quality.mean)}, {milliseconds(time)}."
                for each, quality, time in found
            ),
            across="milliseconds (p50)",
            up=metric,
            x_ticks=ticks(x, lambda value: f"{value:,g}"),
            y_ticks=ticks(y, lambda value: f"{value:.3g}"),
            lines=[Line(ends(quality, time), _tone(result, each)) for each, quality, time in found],
            dots=[
                Dot(
                    x.at(time),
                    y.at(quality.mean),
                    4,
                    _tone(result, each),
                    f"{each.variant.name}: {figure(quality.mean)} ({interval(quality)}), "
                    f"{milliseconds(time)}",
                )
                for each, quality, time in found
            ],
            labels=[
                Label(x.at(time) - _BESIDE / 2, y.at(quality.mean) + 4, str(each.variant.number))
                for each, quality, time in found
            ],
        ),
        headings=(),
        rows=(),
    )
