"""The HTTP face of a site."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import Response

from tests.fakes.faults import Fault
from tests.fakes.jira import comments, issues, search
from tests.fakes.jira.asked import Asked
from tests.fakes.jira.control import control_routes
from tests.fakes.jira.errors import Failed, throttled
from tests.fakes.jira.site import Jira
from tests.fakes.serving import cut, serving

_METHODS = ["GET", "POST", "PUT", "DELETE"]
_DESK = "servicedeskapi/"
_ISSUE = r"api/3/issue/([^/]+)"
_REQUEST = r"servicedeskapi/request/([^/]+)"

_ROUTES: list[tuple[str, str, Callable[..., Response]]] = [
    ("GET", r"api/3/search/jql", search.search),
    ("POST", r"api/3/search/jql", search.search),
    ("GET", r"api/3/search", issues.withdrawn_search),
    ("POST", r"api/3/search", issues.withdrawn_search),
    ("GET", _ISSUE, issues.issue),
    ("GET", rf"{_ISSUE}/changelog", issues.changelog),
    ("GET", rf"{_ISSUE}/comment", comments.comments),
    ("POST", rf"{_ISSUE}/comment", comments.add_comment),
    ("GET", rf"{_ISSUE}/comment/(\d+)", comments.comment),
    ("PUT", rf"{_ISSUE}/comment/(\d+)", comments.edit_comment),
    ("DELETE", rf"{_ISSUE}/comment/(\d+)", comments.delete_comment),
    ("GET", r"api/3/comment/(\d+)/properties/([^/]+)", comments.comment_property),
    ("GET", rf"{_ISSUE}/remotelink", issues.links),
    ("POST", rf"{_ISSUE}/remotelink", issues.put_link),
    ("DELETE", rf"{_ISSUE}/remotelink", issues.delete_link),
    ("GET", rf"{_ISSUE}/properties/([^/]+)", issues.get_property),
    ("PUT", rf"{_ISSUE}/properties/([^/]+)", issues.put_property),
    ("GET", r"api/3/field", issues.fields),
    ("GET", r"api/3/myself", issues.myself),
    ("GET", r"api/3/serverInfo", issues.server_info),
    ("GET", rf"{_REQUEST}/comment", comments.request_comments),
    ("POST", rf"{_REQUEST}/comment", comments.add_request_comment),
]


def application(site: Jira) -> FastAPI:
    """Both APIs and the controls of a site."""
    app = FastAPI(openapi_url=None)
    app.include_router(control_routes(site), prefix="/__control")

    @app.api_route("/rest/{path:path}", methods=_METHODS)
    async def rest(request: Request, path: str) -> Response:
        return await _with_faults(site, request, path)

    return app


@contextmanager
def running(
    state: Path | None = None, clock: Callable[[], datetime] | None = None
) -> Iterator[Jira]:
    """A site that is served by a thread until the context ends."""
    site = Jira(state, clock)
    with serving(application(site)) as url:
        site.url = url
        yield site
    site.store.close()


async def _with_faults(site: Jira, request: Request, path: str) -> Response:
    # Before anything hangs: whoever gives up must have sent all of it.
    body = await request.body()
    site.url = site.url or str(request.base_url).rstrip("/")
    site.requests.append((request.method, request.url.path, request.url.query))
    fault = site.faults.next(request.method, request.url.path)
    if fault is not None and fault.kind == "drop-before":
        return await cut(request)
    if fault is not None and fault.kind == "hang":
        await asyncio.sleep(fault.seconds)
    try:
        _fail(site, fault)
        response = _routed(site, request, path, body)
    except Failed as failed:
        response = failed.answer(desk=path.startswith(_DESK))
    if fault is not None and fault.kind == "drop-after":
        return await cut(request)
    return response


def _fail(site: Jira, fault: Fault | None) -> None:
    if fault is not None and fault.kind == "throttle":
        raise throttled(fault.seconds, site.store.now())
    if fault is not None and fault.kind == "status":
        # Some 503 carry Retry-After: JRACLOUD-69262.
        headers = {"Retry-After": str(round(fault.seconds))} if fault.seconds else {}
        raise Failed(fault.status, fault.message, headers=headers)


def _routed(site: Jira, request: Request, path: str, body: bytes) -> Response:
    authorization = request.headers.get("authorization", "")
    who = site.account(authorization)
    if authorization and who is None:
        raise Failed(401, "Client must be authenticated to access this resource.")
    asked = Asked(site, request.method, request.query_params, body, who)
    for method, pattern, route in _ROUTES:
        match = re.fullmatch(pattern, path)
        if match is not None and method == request.method:
            return route(asked, *match.groups())
    raise Failed(404, "Oops, you've found a dead link.")
