"""``precedent eval compare`` and ``gate``: is it better, worse, or not known?"""

from pathlib import Path
from typing import Annotated

import typer

from evals.commands.measuring import Json, module

Runs = Annotated[
    list[Path],
    typer.Argument(metavar="RUN…", help="Files that 'precedent eval … --json FILE' wrote."),
]


def compare(runs: Runs, *, json: Json = None) -> None:
    """Hold runs against the first one: differences, 95 % intervals, p values, verdicts."""
    if len(runs) < 2:
        raise typer.BadParameter("Give at least two runs; the first is the reference.")
    report, kept = module("evals.compared_report"), module("evals.runs")
    module("evals.report").check_target(json)
    first, *others = (kept.load_run(file) for file in runs)
    report.write_comparison(module("evals.comparison").compare_runs(first, others), json)


def gate(
    runs: Runs,
    *,
    baseline: Annotated[
        Path, typer.Option(metavar="FILE", help="The committed scores to hold the runs against.")
    ],
    update: Annotated[
        bool, typer.Option("--update", help="Write these runs into the baseline instead.")
    ] = False,
    json: Json = None,
) -> None:
    """Fail with status 1 where a run is worse than the baseline by more than chance."""
    kept, report = module("evals.baseline"), module("evals.compared_report")
    module("evals.report").check_target(json)
    records = [module("evals.runs").load_run(file) for file in runs]
    if update:
        known = kept.load_baseline(baseline) if baseline.exists() else kept.Baseline()
        fresh = [kept.BaselineRun.of(record) for record in records]
        kept.write_baseline(known.updated(fresh), baseline)
        report.say_updated(fresh, baseline)
        return
    found = module("evals.gate").gated(records, kept.load_baseline(baseline), baseline)
    report.write_gated(found, json)
    if found.drops:
        raise typer.Exit(1)
