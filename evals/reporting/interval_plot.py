"""Intervals as small drawings that stand in a table."""

from collections.abc import Sequence

from markupsafe import Markup

from assistant.services.backtest.intervals import Interval
from evals.reporting.drawing import TEMPLATES, Scale

# In SVG units, which are pixels here: a line is as high as one of text.
WIDTH, EDGE, _LINE = 120.0, 6.0, 22.5


def intervals(found: Sequence[tuple[str, Interval]], scale: Scale, grid: Sequence[float]) -> Markup:
    """Small lines from end to end with a dot at the mean, one below the other."""
    marks = [
        {
            "kind": kind,
            "lo": scale.at(value.lo),
            "hi": scale.at(value.hi),
            "at": scale.at(value.mean),
            "y": _LINE * (number + 0.5),
        }
        for number, (kind, value) in enumerate(found)
    ]
    text = TEMPLATES.get_template("interval.svg").render(
        marks=marks,
        grid=[scale.at(value) for value in grid],
        width=WIDTH,
        height=_LINE * len(marks),
    )
    return Markup(text)  # noqa: S704 — of our template, which escapes what it is given
