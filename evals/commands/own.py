"""``eval import``, ``pool``, ``judgments`` and ``card``: datasets of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from evals.commands.measuring import Json, module

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the dataset.")]
PoolName = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="Name of the pool; else DIR's.")
]


def import_corpus(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder for the dataset.")],
    *,
    reader: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Take only what this configured person may read."),
    ] = None,
    most: Annotated[
        int, typer.Option(min=1, metavar="N", help="At most so many of the newest incidents.")
    ] = 1_000,
    unlinked: Annotated[
        int,
        typer.Option(min=0, metavar="N", help="Add incidents without links, for people to judge."),
    ] = 0,
    split_at: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Ask only what was opened from then on (ISO 8601)."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over the dataset in DIR.")] = False,
    json: Json = None,
) -> None:
    """Make a dataset of your own tickets: what people linked is what should be found."""
    importing, showing = module("evals.own.importing"), module("evals.own.showing")
    commands = module("assistant.commands")
    app = commands.application()
    options = importing.ImportOptions(
        folder=folder,
        most=most,
        unlinked=unlinked,
        split_at=commands.moment(split_at, "--split-at"),
        force=force,
    )
    with module("assistant.console").progress() as bars:
        task = bars.add_task("Reading past incidents", total=None)
        card = importing.import_history(
            app,
            commands.reader_for(app, reader),
            options,
            lambda done, total: bars.update(task, completed=done, total=total),
        )
    if json is None:
        showing.show_imported(folder, card)
    else:
        module("evals.json_target").write_object(card, json)


def card(folder: Folder, *, json: Json = None) -> None:
    """What is in a dataset, where it comes from, what is known to be wrong with it."""
    found = module("evals.cards").dataset_card(folder)
    if json is None:
        module("evals.own.showing").show_card(found)
    else:
        module("evals.json_target").write_object(found.as_json(), json)


def pool(
    folder: Folder,
    *,
    systems: Annotated[
        str, typer.Option(metavar="NAME,…", help="Whose answers to pool.")
    ] = "precedent,bm25,dense,rrf",
    depth: Annotated[int, typer.Option(min=1, max=100, help="How many answers of each.")] = 5,
    most: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many queries.")] = 200,
    seed: Annotated[int, typer.Option(metavar="N", help="The order that judges see.")] = 1,
    name: PoolName = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the queries of a pool; judgements stay.")
    ] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Embed anew instead of reusing vectors.")
    ] = False,
    json: Json = None,
) -> None:
    """Have people judge what several systems find, without telling them which one found it."""
    pooling, report = module("evals.own.pooling"), module("evals.report")
    app = module("assistant.commands").application()
    run = pooling.PoolRun(
        folder=folder,
        name=name,
        systems=tuple(part.strip() for part in systems.split(",") if part.strip()),
        depth=depth,
        most=most,
        seed=seed,
        again=force,
        cache_file=None if no_cache else module("evals.vector_cache").default_cache_file(),
    )
    with report.bars() as bars:
        made = pooling.make_pool(app, run, bars.embedding, bars.asking)
    if json is None:
        module("evals.own.showing").show_pool(made)
    else:
        told = made.pool.model_dump(mode="json")
        told |= {"queries": [each.model_dump(mode="json") for each in made.queries]}
        module("evals.json_target").write_object({**told, "unknown": made.unknown}, json)


def judgments(folder: Folder, *, name: PoolName = None, json: Json = None) -> None:
    """Put what people judged into DIR, and say how far they agree."""
    pooling, merging = module("evals.own.pooling"), module("evals.own.merging")
    app = module("assistant.commands").application()
    wanted = pooling.pool_name(folder, name)
    merged = merging.merge(folder, wanted, app.judging.given(wanted))
    if json is None:
        module("evals.own.showing").show_merged(merged)
    else:
        module("evals.json_target").write_object(merged.as_json(), json)
