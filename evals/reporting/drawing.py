"""Plots as SVG, drawn here so that a page needs no script. Colours come from the page's style."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

# In SVG units. Two such plots stand side by side on a page, and one fills a telephone: the
# letters, 12 units high, keep a readable size in both.
WIDTH, HEIGHT = 480.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 466.0, 14.0, 252.0
_STEPS = 5

TEMPLATES = Environment(
    loader=PackageLoader("evals.reporting", "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Scale:
    """From values between ``low`` and ``high`` to places between ``start`` and ``end``."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The place of a value; what is outside stands at the edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


def across(low: float, high: float) -> Scale:
    """The horizontal scale of a plot."""
    return Scale(low, high, LEFT, RIGHT)


def upward(low: float, high: float) -> Scale:
    """The vertical scale of a plot."""
    return Scale(low, high, BOTTOM, TOP)


class Tick(NamedTuple):
    """A line of the grid and what it says."""

    at: float
    label: str


class Line(NamedTuple):
    """A path; ``kind`` is its class in the page's style."""

    d: str
    kind: str


class Bar(NamedTuple):
    """A rectangle, and what is read when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    said: str


class Dot(NamedTuple):
    """A circle, and what is read when it is pointed at."""

    x: float
    y: float
    r: float
    kind: str
    said: str


class Label(NamedTuple):
    """Words inside the plot, ending at ``x``."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What a plot consists of, in SVG units. ``said`` is what it shows, for those who hear it."""

    said: str
    across: str
    up: str
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    lines: Sequence[Line] = ()
    bars: Sequence[Bar] = ()
    dots: Sequence[Dot] = ()
    labels: Sequence[Label] = ()

    def svg(self) -> Markup:
        """The picture, to stand in a page."""
        frame = {"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": RIGHT}
        edges = {"top": TOP, "bottom": BOTTOM}
        text = TEMPLATES.get_template("plot.svg").render(drawing=self, **frame, **edges)
        return Markup(text)  # noqa: S704 — of our template, which escapes what it is given


class Key(NamedTuple):
    """An entry of a legend: the class of its swatch, and its words."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A picture with its words, and its figures as a table for those who do not see it."""

    name: str
    title: str
    note: str
    keys: Sequence[Key]
    drawing: Drawing
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    rows_note: str = ""


def steps(low: float, high: float) -> list[float]:
    """Round numbers from ``low`` to ``high``, some five of them; ``low`` must be less."""
    rough = (high - low) / _STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def rounded_up(value: float) -> float:
    """The least end of an axis that holds a value and has a round number there."""
    if value <= 0:
        return 1.0
    step = steps(0, value)[1]
    return math.ceil(value / step - 1e-9) * step


def ticks(scale: Scale, label: Callable[[float], str]) -> tuple[Tick, ...]:
    """The grid of a scale."""
    return tuple(Tick(scale.at(value), label(value)) for value in steps(scale.low, scale.high))


def path(points: Iterable[tuple[float, float]], x: Scale, y: Scale) -> str:
    """A path through points; empty for none."""
    places = " L ".join(f"{x.at(one)} {y.at(other)}" for one, other in points)
    return f"M {places}" if places else ""


def share(value: float) -> str:
    """A share as it stands at an axis."""
    return f"{value:.0%}"
