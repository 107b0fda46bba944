"""The two pictures of a backtest as SVG: reliability, and risk against coverage."""

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from assistant.services.backtest.measures import Bin, Point

# The square that is drawn into, in SVG units, and where it stands.
_SIDE, _LEFT, _TOP = 320.0, 60.0, 50.0
# A curve of a thousand points looks no different with a hundred.
_MOST_POINTS = 100

_TEMPLATES = Environment(
    loader=PackageLoader("assistant.services.backtest", "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def reliability_diagram(bins: Sequence[Bin], error: str) -> str:
    """What was said against what came true; on the diagonal both agree. Dots grow with size."""
    most = max((each.size for each in bins), default=1)
    dots = [
        {
            "x": _x(each.said),
            "y": _y(each.true),
            "r": 3 + 7 * (each.size / most) ** 0.5,
            "label": f"{each.size} answers: said {each.said:.0%}, true {each.true:.0%}",
        }
        for each in bins
    ]
    return _drawn(
        title="Reliability of the hypotheses' probabilities",
        note=f"Expected calibration error {error}",
        across="probability said",
        up="share that was right",
        dots=dots,
        curve=f"M {_x(0)} {_y(0)} L {_x(1)} {_y(1)}",
        curve_class="reference",
    )


def risk_coverage_curve(points: Sequence[Point], threshold_coverage: float) -> str:
    """The share of wrong answers when only the surest part is answered."""
    every = max(1, len(points) // _MOST_POINTS)
    shown = [*points[::every], *points[-1:]]
    path = " L ".join(f"{_x(point.coverage)} {_y(point.risk)}" for point in shown)
    return _drawn(
        title="Risk and coverage of the first hypothesis",
        note=f"At the chosen threshold {threshold_coverage:.0%} are answered",
        across="share answered, the surest first",
        up="share of these that is wrong",
        dots=[],
        curve=f"M {path}" if shown else "",
        curve_class="curve",
    )


def write_svg(file: Path, svg: str) -> None:
    """Replace the file in one step."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_suffix(".new")
    aside.write_text(svg, encoding="utf-8")
    aside.replace(file)


def _drawn(**values: object) -> str:
    ticks = [tick / 5 for tick in range(6)]
    return _TEMPLATES.get_template("square.svg").render(
        side=_SIDE,
        left=_LEFT,
        top=_TOP,
        ticks=[{"x": _x(tick), "y": _y(tick), "label": f"{tick:.0%}"} for tick in ticks],
        **values,
    )


def _x(share: float) -> float:
    return round(_LEFT + share * _SIDE, 1)


def _y(share: float) -> float:
    return round(_TOP + (1 - share) * _SIDE, 1)
