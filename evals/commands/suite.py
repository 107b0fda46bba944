"""``precedent eval suite``: every task that folders of data allow, by every system."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from evals.commands.measuring import Json, module

Folders = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[DIR…]", help="Folders of evaluation data. None: the demo corpus."),
]


def suite(
    folders: Folders = None,
    *,
    into: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the runs and their reports are written.")
    ] = Path("var/eval"),
    with_demo: Annotated[
        bool, typer.Option("--demo", help="The demo corpus besides the folders.")
    ] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Embed anew instead of reusing vectors.")
    ] = False,
    json: Json = None,
) -> None:
    """Ask everything that the data allows of every system; a table with 95 % intervals."""
    target, shown, made_of = (
        module("evals.json_target"),
        module("evals.suite.result"),
        module("evals.suite.making"),
    )
    target.check_target(json)
    cache = None if no_cache else module("evals.vector_cache").default_cache_file()
    with tempfile.TemporaryDirectory(prefix="precedent-eval-") as name:
        asked = list(folders or [])
        if with_demo or not asked:
            demo = module("evals.demo_dataset").write_demo_dataset(Path(name) / "demo")
            asked.append(demo)
        jobs = [job for each in asked for job in module("evals.suite.jobs").jobs_of(each, cache)]
        result = shown.result_of(made_of.make(jobs, into))
        data = {folder.resolve().name: folder for folder in asked}
        page = module("evals.reporting.overview").write_overview(result, into, data)
    if json is not None:
        target.write_object(result.as_json(), json)
    else:
        shown.show(result, page)
