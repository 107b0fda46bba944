"""What the commands share: their options, and how a run is carried out and shown."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from retrieval.errors import InvalidSettings

Json = Annotated[
    str | None,
    typer.Option(
        "--json", metavar="[FILE]", help="Print JSON to FILE, or with - to standard output."
    ),
]
Corpus = Annotated[str, typer.Option(metavar="FILE", help="The corpus: a file of DIR, or a path.")]
Cases = Annotated[str, typer.Option(metavar="FILE", help="The cases: a file of DIR.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Embed anew instead of reusing vectors.")]


def measured(json: str | None, carry_out: Callable[[Any, Any], Any], *also: Path | None) -> None:
    """Carry a run out with the runner and its progress bars, and write what came of it.

    ``also`` are further files that the run writes.
    """
    report, runner = module("evals.report"), module("evals.runners.tasks")
    for target in (json, *(None if file is None else str(file) for file in also)):
        module("evals.json_target").check_target(target)
    with report.bars() as bars:
        result = carry_out(runner, bars)
    report.write(result, json)


def measured_cases(
    json: str | None, run: str, *, folder: Path, cases: str, system: str, no_cache: bool
) -> None:
    """The same for the two tasks that ask past incidents as they were known early."""
    measured(
        json,
        lambda runner, bars: getattr(runner, run)(
            runner.CaseRun(folder=folder, cases=cases, system=system, cache_file=cache(no_cache)),
            bars.embedding,
            bars.asking,
        ),
    )


def cache(none: bool) -> Path | None:
    """Where vectors are kept between runs."""
    file: Path = module("evals.vector_cache").default_cache_file()
    return None if none else file


def module(name: str) -> Any:
    """A module of this room, imported now rather than at every start of the command line.

    The metric libraries are an extra of the package; without them ``InvalidSettings``
    says how to get them.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as exc:
        if exc.name not in ("ir_measures", "scipy"):
            raise
        raise InvalidSettings(
            "Evaluation needs packages that are not installed. Run 'pip install precedent[eval]' "
            "(in a checkout: pip install -e '.[eval]')."
        ) from exc
