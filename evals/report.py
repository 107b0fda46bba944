"""What people see of a result: a table, and progress on standard error."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from rich.markup import escape
from rich.table import Table

from assistant import console
from evals.json_target import write_object
from evals.results import EvalResult
from evals.tasks.retrieval import Step
from retrieval.indexer import Progress


class Bars(NamedTuple):
    """The callbacks that move the two progress bars."""

    embedding: Progress
    asking: Step


@contextmanager
def bars() -> Iterator[Bars]:
    """Progress of embedding and of asking, on standard error where that is a terminal."""
    with console.progress() as progress:
        embedding = progress.add_task("Embedding", total=None)
        asking = progress.add_task("Asking", total=None)
        yield Bars(
            lambda done, total: progress.update(embedding, completed=done, total=total),
            lambda done, total: progress.update(asking, completed=done, total=total),
        )


def write(result: EvalResult, target: str | None) -> None:
    """Show the result as a table, or write it as JSON to a file or (``-``) standard output."""
    for note in result.notes:
        console.err.print(f"[yellow]{escape(note)}[/]", soft_wrap=True)
    if target is None:
        _show(result)
    else:
        write_object(result.as_json(), target)


def say_refused(reason: str) -> None:
    """Why a run ended without what was asked for, on standard error."""
    console.err.print(f"[red]{escape(reason)}[/]", soft_wrap=True)


def _show(result: EvalResult) -> None:
    table = Table("metric", "mean", "95 % interval")
    table.title = f"{escape(result.dataset)}: {len(result.per_query)} asked, {result.system}"
    said = (f"{name} {value}" for name, value in result.settings.items() if value is not None)
    table.caption = escape(", ".join(said))
    for name, value in result.metrics.items():
        table.add_row(name, f"{value.mean:.3f}", f"{value.lo:.3f} – {value.hi:.3f}")
    console.out.print(table)
    if result.confusion:
        console.out.print(_counts(result.confusion))
    latency = result.latency
    console.out.print(f"One answer: p50 {latency.p50:.0f} ms, p95 {latency.p95:.0f} ms")


def _counts(confusion: Mapping[str, Mapping[str, int]]) -> Table:
    columns = list(next(iter(confusion.values())))
    table = Table("kind", *columns)
    for kind, row in confusion.items():
        table.add_row(kind, *(str(row[column]) for column in columns))
    return table
