"""``/livez``: the process answers. ``/readyz``: it can do its work. And how connectors stand."""

from datetime import datetime

from fastapi import APIRouter

from assistant.api.errors import PROBLEMS
from assistant.api.identity import App
from assistant.schemas import Shape

router = APIRouter(tags=["health"])


class Health(Shape):
    """Whether it is well, without details for strangers."""

    status: str


@router.get("/livez", operation_id="livez")
def livez() -> Health:
    """The process is alive."""
    return Health(status="alive")


@router.get("/readyz", operation_id="readyz", responses={503: PROBLEMS[503]})
def readyz(app: App) -> Health:
    """The database answers and the published index can be read; an empty corpus is ready too."""
    app.check_ready()
    return Health(status="ready")


class ConnectorHealth(Shape):
    """How a stream of a connection stands; ``error`` is the code of its last failure, if any.

    ``lag_seconds`` is the time since it last had everything that there was.
    """

    connection: str
    stream: str
    status: str
    last_success: datetime | None
    lag_seconds: float | None
    parked_until: datetime | None
    error: str


class ConnectorsHealth(Shape):
    """All streams; ``status`` is ``failing`` when one of them is."""

    status: str
    streams: list[ConnectorHealth]


@router.get("/healthz/connectors", operation_id="connectorsHealth")
def connectors(app: App) -> ConnectorsHealth:
    """How far outside systems are read, without what they said: that is for those who sign in."""
    now = app.clock()
    streams = [
        ConnectorHealth(
            connection=state.name.connection,
            stream=state.name.stream,
            status=state.status(now),
            last_success=state.complete_at,
            lag_seconds=None
            if state.complete_at is None
            else (now - state.complete_at).total_seconds(),
            parked_until=state.parked_until,
            error=state.error_code,
        )
        for state in app.syncing.states()
    ]
    failing = any(each.status == "failing" for each in streams)
    return ConnectorsHealth(status="failing" if failing else "ok", streams=streams)
