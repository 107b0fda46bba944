"""``precedent eval report``: a run as a page, and as a summary for a pull request."""

from pathlib import Path
from typing import Annotated

import typer

from evals.commands.measuring import Json, module


def report(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="What 'precedent eval … --json FILE' wrote.")
    ],
    *,
    against: Annotated[
        Path | None, typer.Option(metavar="RUN", help="The run to hold it against.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The dataset of the run, for the texts of queries."),
    ] = None,
    metric: Annotated[
        str | None, typer.Option(metavar="NAME", help="The metric to show single queries by.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The page; beside RUN where not given.")
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a summary for a pull request, too.")
    ] = None,
    json: Json = None,
) -> None:
    """Write a page with plots, intervals and the worst regressions; print where it is."""
    files = module("evals.reporting.files")
    module("evals.json_target").check_target(json)
    files.write_report(
        files.Wanted(
            run=run, against=against, data=data, metric=metric, html=html, markdown=markdown
        ),
        json,
    )
