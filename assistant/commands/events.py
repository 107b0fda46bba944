"""``events``: what other systems have sent, and what could not be taken in."""

from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from assistant import console
from assistant.commands import Json, application
from assistant.db.webhook_deliveries import DeliveryState, KeptDelivery
from assistant.schemas import Shape

events = typer.Typer(help="What other systems have sent.", invoke_without_command=True)

_COLUMNS = ("Event", "Connection", "Format", "Received", "State", "Attempts", "Reason")


class EventOut(Shape):
    """A delivery as it stands."""

    id: int
    connection: str
    delivery_id: str
    format: str
    received_at: datetime
    state: DeliveryState
    attempts: int
    reason: str

    @classmethod
    def of(cls, kept: KeptDelivery) -> "EventOut":
        """From the kept delivery."""
        return cls(**kept._asdict())


@events.callback()
def list_events(
    context: typer.Context,
    state: Annotated[DeliveryState | None, typer.Option(help="Only those that stand so.")] = None,
    limit: Annotated[int, typer.Option(help="How many to show.")] = 50,
    json: Json = None,
) -> None:
    """What other systems have sent, the newest first."""
    if context.invoked_subcommand is not None:
        return
    found = [EventOut.of(kept) for kept in application().events.latest(limit, state)]
    if json is not None:
        console.write_json(json, "\n".join(entry.model_dump_json() for entry in found))
        return
    table = Table(*_COLUMNS)
    for entry in found:
        received = f"{entry.received_at:%Y-%m-%d %H:%M:%S}"
        cells = (entry.connection, entry.format, received, entry.state, entry.attempts)
        table.add_row(str(entry.id), *(escape(str(c)) for c in (*cells, entry.reason)))
    console.out.print(table)


@events.command("retry")
def retry(
    event: Annotated[int, typer.Argument(metavar="ID", help="The number of a failed event.")],
) -> None:
    """Have an event that failed taken in again."""
    application().events.retry(event)
    console.err.print(f"Event {event} is due again; the worker takes it in.")
