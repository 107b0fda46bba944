"""``precedent eval benefits``: what suggestions are worth, and what it takes to see it."""

from typing import Annotated

import typer

from evals.commands.measuring import Json, module


def benefits(
    *,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only incidents opened since then.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only incidents opened before.")
    ] = None,
    outcome: Annotated[
        str, typer.Option(metavar="FIELD", help="The field that tells when an incident ended.")
    ] = "resolved_at",
    plan: Annotated[
        bool, typer.Option("--plan", help="How long must a comparison be? By past incidents.")
    ] = False,
    effect: Annotated[
        float, typer.Option(metavar="PART", help="With --plan: the part of the time to be saved.")
    ] = 0.2,
    json: Json = None,
) -> None:
    """Do incidents end sooner where suggestions are shown? Against those held back."""
    asking = module("evals.benefits.asking")
    module("evals.json_target").check_target(json)
    if plan:
        asking.look_ahead(since, until, outcome, effect, json)
    else:
        asking.compare(since, until, outcome, json)
