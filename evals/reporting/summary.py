"""The summary for a pull request: a small table in Markdown, and the worst regressions."""

import re

from evals.reporting.figures import figure, interval, p_value, signed, signed_interval
from evals.reporting.view import Report

# A reviewer sees it without scrolling: 25 lines in all.
_MOST_METRICS = 9
_WORST = 3

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&!])")


def summary(report: Report) -> str:
    """At most 25 lines of Markdown; names are escaped, so that they stand as they are."""
    lines = [f"### {_plain(report.title)}", "", f"{_plain(report.about)}", ""]
    lines += _compared(report) if report.comparison is not None else _alone(report)
    return "\n".join(lines) + "\n"


def _compared(report: Report) -> list[str]:
    comparison = report.comparison
    if comparison is None:
        return []
    rows = [
        [
            _plain(row.metric),
            figure(row.paired.reference.mean),
            figure(row.paired.other.mean),
            f"{signed(row.paired.difference.mean)} [{signed_interval(row.paired.difference)}]",
            p_value(row.p_holm),
            _plain(row.verdict),
        ]
        for row in comparison.rows
    ]
    headings = ["metric", "before", "after", "difference [95 % interval]", "p", "verdict"]
    count = len(comparison.rows)
    corrected = f", corrected for {count} comparisons (Holm)" if count > 1 else ""
    worst = [
        f"- `{_code(change.id)}`: {figure(change.reference)} → {figure(change.other)}"
        for change in report.worst[:_WORST]
    ]
    heading = (
        f"Largest drops of {_plain(report.metric)}:"
        if worst
        else f"No query got worse at {_plain(report.metric)}."
    )
    return [
        *_table(headings, rows),
        "",
        f"p of a paired randomisation test{corrected}.",
        "",
        heading,
        *(["", *worst] if worst else []),
    ]


def _alone(report: Report) -> list[str]:
    run = list(report.runs.values())[-1]
    rows = [
        [_plain(name), figure(value.mean), interval(value)] for name, value in run.metrics.items()
    ]
    return _table(["metric", "mean", "95 % interval"], rows)


def _table(headings: list[str], rows: list[list[str]]) -> list[str]:
    shown = [headings, ["---"] * len(headings), *rows[:_MOST_METRICS]]
    lines = [f"| {' | '.join(cells)} |" for cells in shown]
    left = len(rows) - _MOST_METRICS
    return lines if left <= 0 else [*lines, "", f"{left} more in the full report."]


def _plain(text: str) -> str:
    """A text as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    """A name between backticks, which nothing can be escaped in."""
    return " ".join(text.replace("`", "'").split())
