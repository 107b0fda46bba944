"""What came of a suite: each task's main metric, systems × datasets, against the product."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from assistant import console
from assistant.services.backtest.intervals import Interval
from evals.comparison import Compared, Pairing, compare_all
from evals.runs import RunRecord, shared_scores
from evals.statistics.corrections import ALPHA
from evals.suite.jobs import SYSTEMS, Job

MAIN = {
    "retrieval": "ndcg@10",
    "hypotheses": "ac@3",
    "drafts": "coverage_resolution",
    "triage": "accuracy",
    "calibration": "ece",
    "verifier": "false_recall",
    "guardrails": "passed",
}
"""The metric of a task that a table has room for; the runs have all."""


@dataclass(frozen=True, slots=True)
class Made:
    """A job and the run that came of it."""

    job: Job
    run: RunRecord

    @property
    def main(self) -> Interval | None:
        """The main metric of the task, where the run has it."""
        return self.run.metrics.get(MAIN[self.job.task])

    @property
    def column(self) -> str:
        """The dataset, with what is asked of it where that is more than one thing."""
        return f"{self.job.dataset} {self.job.variant}".strip()


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """All runs, and by the name of its job each baseline's difference from the product.

    The p values are corrected for all of these comparisons together.
    """

    made: tuple[Made, ...]
    against_product: Mapping[str, Compared]

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "alpha": ALPHA,
            "runs": [
                {
                    "name": each.job.name,
                    "dataset": each.job.dataset,
                    "task": each.job.task,
                    "variant": each.job.variant,
                    "system": each.job.system,
                    "n": len(each.run.ids),
                    "metrics": {name: v.as_json() for name, v in each.run.metrics.items()},
                    "latency_ms": each.run.latency_ms.model_dump(),
                    "file": str(each.run.file),
                }
                for each in self.made
            ],
            "comparisons": {
                name: compared.as_json() for name, compared in self.against_product.items()
            },
        }


def result_of(made: Sequence[Made]) -> SuiteResult:
    """Compare every baseline with the product where both were asked the same."""
    products = {
        (each.job.task, each.column): each
        for each in made
        if each.job.system == SYSTEMS[each.job.task][0]
    }
    pairings = [
        Pairing(MAIN[each.job.task], each.job.name, *scores)
        for each in made
        if (product := products.get((each.job.task, each.column))) not in (None, each)
        for scores in _shared(product, each)
    ]
    return SuiteResult(
        tuple(made), {compared.system: compared for compared in compare_all(pairings)}
    )


def show(result: SuiteResult, page: Path) -> None:
    """A table a task, systems × datasets, and where the page with the reports is."""
    for task in dict.fromkeys(each.job.task for each in result.made):
        console.out.print(_table(task, result))
    console.out.print(
        "95 % intervals. ▼ less, ▲ more than the first system by more than chance (paired "
        f"randomisation test, Holm over {len(result.against_product)} comparisons, p < {ALPHA}).",
        soft_wrap=True,
    )
    console.out.print(f"Reports: {escape(str(page))}", soft_wrap=True)


def _table(task: str, result: SuiteResult) -> Table:
    made = [each for each in result.made if each.job.task == task]
    columns = dict.fromkeys(each.column for each in made)
    table = console.narrow_table(MAIN[task], *columns)
    table.title, table.title_justify = task, "left"
    for system in SYSTEMS[task]:
        cells = {each.column: _cell(each, result) for each in made if each.job.system == system}
        table.add_row(system, *(cells.get(column, "") for column in columns))
    return table


def _cell(each: Made, result: SuiteResult) -> str:
    if each.main is None:
        return ""
    compared = result.against_product.get(each.job.name)
    sign = ""
    if compared is not None and compared.is_shown:
        sign = " ▼" if compared.paired.difference.mean < 0 else " ▲"
    value = each.main
    return f"{value.mean:.3f} ({value.lo:.2f}–{value.hi:.2f}){sign}"


def _shared(product: Made, each: Made) -> Iterator[tuple[list[float], list[float]]]:
    metric = MAIN[each.job.task]
    if metric in product.run.scores and metric in each.run.scores:
        yield shared_scores(product.run, each.run, metric)
