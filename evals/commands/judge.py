"""``precedent eval judge``: a chat model judges what people have not, if it agrees with them."""

from pathlib import Path
from typing import Annotated

import typer

from evals.commands.measuring import Json, module


def judge(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="DIR|FILE", help="A dataset that people judged, or labelled claims (.jsonl)."
        ),
    ],
    *,
    run: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Judge what this TREC run found and nobody judged."),
    ] = None,
    depth: Annotated[
        int, typer.Option(min=1, max=100, metavar="N", help="How many records of each query.")
    ] = 10,
    most: Annotated[
        int, typer.Option(min=1, metavar="N", help="Check against at most so many labels.")
    ] = 200,
    keep: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the judge's labels; without it, only check."),
    ] = None,
    json: Json = None,
) -> None:
    """Check the chat model against people's labels; it judges from κ 0.6 on, else status 1."""
    runs, report = module("evals.runners.judge"), module("evals.report")
    module("evals.json_target").check_target(json)
    wanted = runs.JudgeRun(source=source, run=run, depth=depth, most=most, keep=keep)
    with report.bars() as bars:
        outcome = runs.run_judge(wanted, bars.asking)
    report.write(outcome.result, json)
    if outcome.refusal is not None:
        report.say_refused(outcome.refusal)
        raise typer.Exit(1)
