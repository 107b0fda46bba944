"""``connect``: the outside systems, and the switch that keeps anything from being written."""

from typing import Annotated

import typer

from assistant import console
from assistant.commands import As, acting_person, application

connect = typer.Typer(help="Outside systems.", no_args_is_help=True)

Target = Annotated[str, typer.Argument(metavar="NAME")]


@connect.command("stop")
def stop(
    name: Target,
    reason: Annotated[str, typer.Option(help="Why; others must know whether they may start it.")],
    person: As = None,
) -> None:
    """Write nothing more there, at once; what is approved waits."""
    app = application()
    app.kill_switch.stop(acting_person(app, person), name, app.redactor.clean(reason))
    console.err.print(f"{name} is stopped; precedent connect start {name} lets it go on.")


@connect.command("start")
def start(name: Target, person: As = None) -> None:
    """Carry out again what is approved."""
    app = application()
    app.kill_switch.start(acting_person(app, person), name)
    console.err.print(f"{name} takes deliveries again.")
