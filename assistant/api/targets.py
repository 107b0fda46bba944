"""The places that approved text may be written to, and their kill switch."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from assistant.api.errors import PROBLEMS
from assistant.api.identity import App, CurrentPerson
from assistant.bootstrap import Application
from assistant.schemas import Shape, TargetOut

router = APIRouter(tags=["targets"], responses=PROBLEMS)


class StopIn(Shape):
    """Why nothing more may be written."""

    reason: Annotated[str, Field(min_length=1, max_length=1_000)]


class TargetList(Shape):
    """The configured targets."""

    items: list[TargetOut]


@router.get("/targets", operation_id="list_targets")
def list_targets(app: App, person: CurrentPerson) -> TargetList:
    """Where approved text may be written, into which fields, and what is stopped."""
    stops = app.kill_switch.stopped()
    return TargetList(
        items=[
            TargetOut.of(name, app.places.fields(name), stops.get(name))
            for name in app.places.names
        ]
    )


@router.post("/targets/{name}/stop", operation_id="stop_target")
def stop_target(name: str, stop: StopIn, app: App, person: CurrentPerson) -> TargetOut:
    """Write nothing more there, at once; what is approved waits."""
    app.kill_switch.stop(person, name, app.redactor.clean(stop.reason))
    return _shown(app, name)


@router.post("/targets/{name}/start", operation_id="start_target")
def start_target(name: str, app: App, person: CurrentPerson) -> TargetOut:
    """Carry out again what is approved."""
    app.kill_switch.start(person, name)
    return _shown(app, name)


def _shown(app: Application, name: str) -> TargetOut:
    return TargetOut.of(name, app.places.fields(name), app.kill_switch.stopped().get(name))
