"""``/__control``: what a test does to an instance that runs as another process."""

from dataclasses import asdict, replace
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from tests.fakes.faults import FaultBody
from tests.fakes.servicenow.instance import Policy, ServiceNow


class RowBody(BaseModel):
    """A row, as ``ServiceNow.add`` takes it; ``touch``: as somebody at work would change it."""

    table: str
    fields: dict[str, str]
    display: dict[str, str] = {}
    hidden: bool = False
    touch: bool = False


class LaterBody(BaseModel):
    """Rows that come between two pages."""

    table: str
    rows: list[dict[str, str]]
    after: int = 1


class OptionsBody(BaseModel):
    """Which of the options change; see ``instance.Options``."""

    invalid_query_returns_no_rows: bool = False
    journal_hidden: bool = False
    rate_limit: int = 0
    policies: list[dict[str, str]] | None = None


class IdentityBody(BaseModel):
    """What an identity may do from now on."""

    roles: list[str] | None = None
    may_write: bool | None = None
    time_zone: str | None = None


def control_routes(instance: ServiceNow) -> APIRouter:
    """The routes of the control endpoint."""
    router = APIRouter()
    _rows(router, instance)
    _faults(router, instance)
    _set_up(router, instance)
    _seen(router, instance)
    return router


def _rows(router: APIRouter, instance: ServiceNow) -> None:
    @router.post("/rows")
    async def rows(bodies: list[RowBody]) -> list[str]:
        return [_put(instance, body) for body in bodies]

    @router.delete("/rows/{table}/{sys_id}")
    async def remove(table: str, sys_id: str) -> None:
        instance.remove(table, sys_id)

    @router.post("/between-pages")
    async def between_pages(body: LaterBody) -> None:
        instance.between_pages(body.table, body.rows, body.after)


def _faults(router: APIRouter, instance: ServiceNow) -> None:
    @router.post("/faults")
    async def faults(body: FaultBody) -> None:
        body.put_into(instance.faults)

    @router.delete("/faults")
    async def no_faults() -> None:
        instance.faults.clear()


def _set_up(router: APIRouter, instance: ServiceNow) -> None:
    @router.post("/options")
    async def options(body: OptionsBody) -> None:
        given = body.model_dump(exclude_unset=True, exclude={"policies"})
        instance.options = replace(instance.options, **given)
        if body.policies is not None:
            instance.options.policies = [Policy(**each) for each in body.policies]

    @router.post("/identities/{name}")
    async def identity(name: str, body: IdentityBody) -> None:
        who = instance.access.identities[name]
        who.roles = who.roles if body.roles is None else set(body.roles)
        who.may_write = who.may_write if body.may_write is None else body.may_write
        who.time_zone = body.time_zone or who.time_zone

    @router.delete("/tokens")
    async def revoke() -> None:
        instance.access.revoke_tokens()


def _seen(router: APIRouter, instance: ServiceNow) -> None:
    @router.get("/writes")
    async def writes() -> list[dict[str, Any]]:
        return [asdict(change) for change in instance.writes]

    @router.get("/requests")
    async def requests() -> list[tuple[str, str, str]]:
        return instance.requests

    @router.get("/notes/{sys_id}")
    async def notes(sys_id: str, element: str = "work_notes") -> list[str]:
        return instance.notes(sys_id, element)


def _put(instance: ServiceNow, body: RowBody) -> str:
    if body.touch:
        instance.touch(body.table, body.fields["sys_id"], body.fields)
        return body.fields["sys_id"]
    return instance.add(body.table, body.fields, display=body.display, hidden=body.hidden)
