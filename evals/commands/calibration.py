"""``precedent eval calibration``: how far probabilities can be believed."""

from pathlib import Path
from typing import Annotated

import typer

from evals.commands.measuring import Cases, Json, NoCache, cache, measured, module


def calibration(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Folder of cases.jsonl and, if any, corpus.jsonl."),
    ],
    *,
    cases: Cases = "cases.jsonl",
    system: Annotated[
        str, typer.Option(metavar="NAME|URL", help="precedent, copy-nearest.")
    ] = "precedent",
    no_cache: NoCache = False,
    json: Json = None,
) -> None:
    """ECE, Brier score, risk and coverage, and is what is new seen as new?"""
    measured(
        json,
        lambda runner, bars: module("evals.runners.calibration").run_calibration(
            runner.CaseRun(folder=folder, cases=cases, system=system, cache_file=cache(no_cache)),
            bars.embedding,
            bars.asking,
        ),
    )
