"""What people see of a sweep."""

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from assistant import console
from assistant.services.backtest.intervals import Interval
from evals.comparison import Compared, plain
from evals.reporting.figures import counted, figure, milliseconds, p_value, signed
from evals.statistics.corrections import ALPHA
from evals.sweeps.making import Tried
from evals.sweeps.result import WARNING, SweepResult, notes

_NONE = "–"


def show(result: SweepResult, page: Path, *, quiet: bool = False) -> None:
    """Quality against the reference, what it takes, and what may be concluded.

    ``quiet``: only the variants that failed, on standard error.
    """
    if not quiet:
        _show_figures(result, page)
    for each in result.failed:
        console.err.print(
            f"[red]{escape(each.variant.name)} failed: {escape(each.reason)}[/]", soft_wrap=True
        )


def _show_figures(result: SweepResult, page: Path) -> None:
    run = result.first_run
    if run is not None:
        said = f"{run.dataset}, {run.task}: {len(run.ids)} asked of each variant"
        console.out.print(f"[bold]{escape(said)}[/]", soft_wrap=True)
        console.out.print(_qualities(result))
        console.out.print()
        console.out.print(_costs(result))
    for each in result.tried:
        for note in dict.fromkeys(notes(each)):
            console.out.print(f"   {escape(each.variant.name)}: {escape(note)}", soft_wrap=True)
    for line in conclusions(result):
        console.out.print(escape(line), soft_wrap=True)
    console.out.print(f"Page: {escape(str(page))}", soft_wrap=True)


def conclusions(result: SweepResult) -> tuple[str, ...]:
    """How the figures are to be read, and what a choice by them is worth."""
    compared = counted(len(result.against_reference), "comparison", "comparisons")
    found = [
        f"95 % intervals. p: paired randomisation test against {result.reference.name}, Holm over "
        f"{compared}; below {ALPHA} is more than chance (▲ ▼). "
        "A difference below the one in the column 'seen from' would mostly be missed."
    ]
    if result.selection is not None:
        paired, difference = result.selection.paired, result.selection.paired.difference
        found.append(
            "Chosen on four fifths of the queries and asked on the fifth left out, the best "
            f"reaches {figure(paired.other.mean)} where the reference has "
            f"{figure(paired.reference.mean)}: {ends_of(difference)}."
        )
    return (*found, WARNING)


def ends_of(difference: Interval) -> str:
    """A difference with its interval."""
    return f"{signed(difference.mean)} ({signed(difference.lo)} to {signed(difference.hi)})"


def named(result: SweepResult, each: Tried) -> str:
    """The name of a variant, and whether it is what the product does now."""
    marks = [
        word
        for word, so in (
            ("reference", each.variant == result.reference),
            ("as configured", each.variant.configured),
        )
        if so
    ]
    return f"{each.variant.name} ({', '.join(marks)})" if marks else each.variant.name


def costs_of(each: Tried) -> tuple[str, ...]:
    """p50, p95, reading in, and the three sizes, as they stand in a table."""
    if each.run is None:
        return (_NONE,) * len(COSTS)
    run, took = each.run, each.run.footprint
    sizes = (took.get(name) for name in ("peak_mb", "index_mb", "model_mb"))
    return (
        milliseconds(run.latency_ms.p50),
        milliseconds(run.latency_ms.p95),
        _seconds(took.get("take_in_s")),
        _embedding(took.get("index_s"), took.get("embedded")),
        *(_NONE if size is None else f"{size:,.1f}" for size in sizes),
    )


COSTS = ("p50", "p95", "take in", "embed, index", "peak MB", "index MB", "model MB")
"""The headings of ``costs_of``."""


def sign_of(compared: Compared | None) -> str:
    """Whether a difference is more than chance, and which way."""
    if compared is None or not compared.is_shown:
        return ""
    return " ▼" if compared.paired.difference.mean < 0 else " ▲"


def _qualities(result: SweepResult) -> Table:
    table = console.narrow_table("", "variant", result.asked.metric, "difference", "p", "seen from")
    for each in result.tried:
        quality = result.quality(each)
        compared = result.against_reference.get(each.variant.name)
        value = "failed" if quality is None else f"{figure(quality.mean)} ({_ends(quality)})"
        table.add_row(
            str(each.variant.number), escape(named(result, each)), value, *difference_of(compared)
        )
    return table


def difference_of(compared: Compared | None) -> tuple[str, str, str]:
    """The difference from the reference, its p and what could have been seen."""
    if compared is None:
        return ("", "", "")
    if compared.paired.spread == 0 and compared.paired.difference.mean == 0:
        return ("the same", p_value(compared.p_holm), "")
    difference = f"{ends_of(compared.paired.difference)}{sign_of(compared)}"
    return (difference, p_value(compared.p_holm), plain(compared.detectable))


def _costs(result: SweepResult) -> Table:
    table = console.narrow_table("", *COSTS)
    for each in result.tried:
        table.add_row(str(each.variant.number), *costs_of(each))
    return table


def _ends(value: Interval) -> str:
    return f"{value.lo:.2f}–{value.hi:.2f}"


def _seconds(value: float | None) -> str:
    return _NONE if value is None else f"{value:.1f} s"


def _embedding(seconds: float | None, embedded: float | None) -> str:
    """Time says nothing of a model whose vectors came from the cache."""
    if seconds is None or embedded is None:
        return _NONE
    return f"{seconds:.1f} s" if embedded else f"{seconds:.1f} s (cached)"
