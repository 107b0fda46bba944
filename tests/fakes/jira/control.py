"""``/__control``: what a test does to a site that runs as another process."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from tests.fakes.faults import FaultBody
from tests.fakes.jira.site import Jira, Options


class IssueBody(BaseModel):
    """An issue, as ``Jira.add`` takes it; ``touch``: as somebody at work would change it."""

    key: str
    fields: dict[str, Any] = {}
    hidden: bool = False
    touch: bool = False


class CommentBody(BaseModel):
    """A comment, as ``Jira.comment`` takes it."""

    key: str
    text: str
    public: bool = True
    by: str = "agent"


class LaterBody(BaseModel):
    """Issues that change between two pages."""

    issues: list[IssueBody]
    after: int = 1


class AccountBody(BaseModel):
    """What an account is from now on."""

    may_comment: bool | None = None
    time_zone: str | None = None
    token: str | None = None


def control_routes(site: Jira) -> APIRouter:
    """The routes of the control endpoint."""
    router = APIRouter()
    _change_routes(router, site)
    _trouble_routes(router, site)
    _look_routes(router, site)
    return router


def _change_routes(router: APIRouter, site: Jira) -> None:
    @router.post("/issues")
    async def issues(bodies: list[IssueBody]) -> list[str]:
        return [_put(site, body) for body in bodies]

    @router.delete("/issues/{key}")
    async def remove(key: str) -> None:
        site.remove(key)

    @router.post("/comments")
    async def comment(body: CommentBody) -> str:
        return site.comment(body.key, body.text, public=body.public, by=body.by)

    @router.post("/between-pages")
    async def between_pages(body: LaterBody) -> None:
        site.between_pages([(each.key, each.fields) for each in body.issues], body.after)


def _trouble_routes(router: APIRouter, site: Jira) -> None:
    @router.post("/faults")
    async def faults(body: FaultBody) -> None:
        body.put_into(site.faults)

    @router.delete("/faults")
    async def no_faults() -> None:
        site.faults.clear()

    @router.post("/options")
    async def options(body: dict[str, Any]) -> dict[str, Any]:
        site.options = Options(**{**asdict(site.options), **body})
        return asdict(site.options)

    @router.post("/accounts/{name}")
    async def account(name: str, body: AccountBody) -> None:
        for key, value in body.model_dump(exclude_none=True).items():
            setattr(site.accounts[name], key, value)


def _look_routes(router: APIRouter, site: Jira) -> None:
    @router.get("/comments/{key}")
    async def comments(key: str) -> dict[str, list[str]]:
        return {"all": site.comments(key), "public": site.public_comments(key)}

    @router.get("/links/{key}")
    async def links(key: str) -> list[dict[str, Any]]:
        return list(site.known(key).links.values())

    @router.get("/writes")
    async def writes() -> list[dict[str, Any]]:
        return [asdict(change) for change in site.writes]

    @router.get("/requests")
    async def requests() -> list[tuple[str, str, str]]:
        return site.requests


def _put(site: Jira, body: IssueBody) -> str:
    if body.touch:
        site.touch(body.key, body.fields)
        return site.known(body.key).id
    return site.add(body.key, body.fields, body.hidden)
