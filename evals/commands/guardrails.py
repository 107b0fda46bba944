"""``precedent eval guardrails``: what must never happen, tried out."""

from pathlib import Path
from typing import Annotated

import typer

from evals.commands.measuring import Json, NoCache, cache, measured, module


def guardrails(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="Records to plant into; the demo corpus if none."),
    ] = None,
    *,
    suite: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="injection, secret_leak or access_leak; may repeat."),
    ] = None,
    writer: Annotated[str, typer.Option(metavar="NAME", help="extractive, chat.")] = "extractive",
    seed: Annotated[int, typer.Option(metavar="N", help="What is planted where.")] = 1,
    no_cache: NoCache = False,
    json: Json = None,
) -> None:
    """Instructions in tickets, pasted secrets, records of others: the share that did no harm."""
    runs = module("evals.runners.guardrails")
    run = runs.GuardrailRun(
        folder=folder or runs.DEMO,
        suites=tuple(suite or ()),
        writer=writer,
        seed=seed,
        cache_file=cache(no_cache),
    )
    measured(json, lambda _runner, bars: runs.run_guardrails(run, bars.asking))
