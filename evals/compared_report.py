"""What people see of a comparison and of the gate."""

from collections.abc import Sequence
from pathlib import Path

from rich.markup import escape

from assistant import console
from assistant.services.backtest.intervals import Interval
from evals.baseline import BaselineRun
from evals.comparison import Compared, Comparison
from evals.gate import Gated, said_of
from evals.report import write_object
from evals.statistics.corrections import ALPHA


def write_comparison(found: Comparison, target: str | None) -> None:
    """Show a comparison as a table with verdicts, or write it as JSON."""
    if target is not None:
        write_object(found.as_json(), target)
        return
    first = found.reference
    asked = f"{escape(first.dataset)}, {first.task}: {len(first.ids)} asked"
    console.out.print(f"[bold]{asked}, against {escape(first.system)}[/]", soft_wrap=True)
    for label in found.labels:
        console.out.print(f"\n[bold]{escape(label)}[/]")
        _show([row for row in found.rows if row.system == label])
    console.out.print(
        f"\n95 % intervals. p: paired randomisation test, corrected for {len(found.rows)} "
        f"comparisons (Holm); below {ALPHA} is more than chance.",
        soft_wrap=True,
    )


def write_gated(found: Gated, target: str | None) -> None:
    """Show what the gate found, or write it as JSON; drops are also told on standard error."""
    for drop in found.drops:
        console.err.print(f"[red]{escape(said_of(drop))}[/]", soft_wrap=True)
    if target is not None:
        write_object(found.as_json(), target)
        return
    for system in dict.fromkeys(row.system for row in found.rows):
        console.out.print(f"[bold]{escape(system)}[/]")
        _show([row for row in found.rows if row.system == system])
    if not found.drops:
        console.out.print("Nothing is worse than the baseline by more than chance.")


def say_updated(runs: Sequence[BaselineRun], file: Path) -> None:
    """Tell on standard error what a baseline now holds."""
    named = ", ".join(f"{run.task} ({run.system}, {len(run.scores)} queries)" for run in runs)
    console.err.print(f"{escape(str(file))} now holds {escape(named)}.", soft_wrap=True)


def _show(rows: list[Compared]) -> None:
    table = console.narrow_table("metric", "reference", "here", "difference", "p")
    for row in rows:
        paired = row.paired
        cells = (_interval(paired.reference), _interval(paired.other), _interval(paired.difference))
        table.add_row(row.metric, *cells, _probability(row.p_holm))
    console.out.print(table)
    for row in rows:
        console.out.print(f"   {row.metric}: {row.verdict}", soft_wrap=True)


def _probability(p: float) -> str:
    return "<.001" if p < 0.001 else _short(p)


def _interval(value: Interval) -> str:
    return f"{_short(value.mean)} ({_short(value.lo)} – {_short(value.hi)})"


def _short(value: float) -> str:
    """Three places without the zero before the point."""
    text = f"{value:.3f}"
    return (
        text.replace("0.", ".", 1) if abs(value) < 1 and text.lstrip("-").startswith("0") else text
    )
