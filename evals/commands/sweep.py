"""``precedent eval sweep``: settings tried out, each in a process of its own."""

from pathlib import Path
from typing import Annotated

import typer

from evals.commands.measuring import Json, module

Over = Annotated[
    list[str],
    typer.Option(
        "--over",
        metavar="NAME=VALUE,VALUE",
        help="A setting, such as embedder.backend or fusion.words, and its values. Several: "
        "every combination. Names joined with + change together.",
    ),
]

Corpus = Annotated[
    str | None, typer.Option(metavar="FILE", help="For retrieval and triage: the corpus.")
]
QueryField = Annotated[
    str | None, typer.Option(metavar="NAME", help="For retrieval: what is asked.")
]
Cases = Annotated[
    str | None, typer.Option(metavar="FILE", help="For hypotheses and drafts: the cases.")
]
Field = Annotated[
    str | None, typer.Option(metavar="NAME", help="For triage: a field of the corpus.")
]


def sweep(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of evaluation data.")],
    *,
    over: Over,
    task: Annotated[
        str, typer.Option(metavar="NAME", help="retrieval, triage, hypotheses, drafts.")
    ] = "retrieval",
    system: Annotated[
        str | None, typer.Option(metavar="NAME", help="The system that is asked; the product.")
    ] = None,
    metric: Annotated[
        str | None, typer.Option(metavar="NAME", help="The metric to compare by.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="first|VARIANT", help="The reference; what is configured, where not given."
        ),
    ] = None,
    into: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the runs and the page are written.")
    ] = Path("var/sweep"),
    corpus: Corpus = None,
    query_field: QueryField = None,
    cases: Cases = None,
    field: Field = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Embed anew in every variant, and so measure it.")
    ] = False,
    json: Json = None,
) -> None:
    """Try settings out: quality with intervals and tests, latency, memory and size."""
    module("evals.json_target").check_target(json)
    result, asking = module("evals.sweeps.result"), module("evals.sweeps.asking")
    variants = module("evals.sweeps.variants").variants_of(over, task, system)
    options = {"corpus": corpus, "query-field": query_field, "cases": cases, "field": field}
    asked = asking.asked_of(task, folder, metric=metric, options=options, no_cache=no_cache)
    reference = result.reference_of(variants, against)
    tried = module("evals.sweeps.making").make(variants, asked, into)
    found = result.result_of(asked, tried, reference)
    page = module("evals.reporting.sweep_page").write_sweep(found, into)
    if json is not None:
        module("evals.json_target").write_object(found.as_json(), json)
    module("evals.sweeps.showing").show(found, page, quiet=json is not None)
    if found.failed:
        raise typer.Exit(1)
