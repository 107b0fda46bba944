"""The HTTP face of an instance."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from tests.fakes.servicenow.control import control_routes
from tests.fakes.servicenow.errors import failure, throttled
from tests.fakes.servicenow.instance import ServiceNow
from tests.fakes.servicenow.table_api import Asked, answer
from tests.fakes.serving import cut, serving

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_RULE_SECONDS = 3_600.0


def application(instance: ServiceNow) -> FastAPI:
    """The Table API, the token endpoint and the controls of an instance."""
    app = FastAPI(openapi_url=None)

    @app.api_route("/api/now/table/{table}", methods=_METHODS)
    @app.api_route("/api/now/table/{table}/{sys_id}", methods=_METHODS)
    @app.api_route("/api/now/v2/table/{table}", methods=_METHODS)
    @app.api_route("/api/now/v2/table/{table}/{sys_id}", methods=_METHODS)
    async def rows(request: Request, table: str, sys_id: str = "") -> Response:
        return await _with_faults(instance, request, table, sys_id)

    @app.post("/oauth_token.do")
    async def token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        given = instance.access.token(form)
        if given is None:
            refused = {"error": "access_denied", "error_description": "access_denied"}
            return JSONResponse(refused, 401)
        return JSONResponse(given)

    app.include_router(control_routes(instance), prefix="/__control")
    return app


@contextmanager
def running(state: Path | None = None) -> Iterator[ServiceNow]:
    """An instance that is served by a thread until the context ends."""
    instance = ServiceNow(state)
    with serving(application(instance)) as url, instance.closing:
        instance.url = url
        yield instance
    instance.store.close()


async def _with_faults(instance: ServiceNow, request: Request, table: str, sys_id: str) -> Response:
    body = await request.body()
    instance.requests.append((request.method, request.url.path, request.url.query))
    fault = instance.faults.next(request.method, request.url.path)
    match fault.kind if fault else "":
        case "status":
            assert fault is not None
            return failure(fault.status, "Operation Failed", fault.message)
        case "throttle":
            assert fault is not None
            return throttled(fault.seconds)
        case "drop-before":
            return await cut(request)
        case "hang":
            assert fault is not None
            await asyncio.sleep(fault.seconds)
    response = _at_the_door(instance, request, table, sys_id, body)
    if fault is not None and fault.kind == "drop-after":
        return await cut(request)
    if request.method == "GET" and not sys_id:
        instance.list_answered(table)
    return _cancelled(response) if fault is not None and fault.kind == "cancel" else response


def _at_the_door(
    instance: ServiceNow, request: Request, table: str, sys_id: str, body: bytes
) -> Response:
    limit = instance.options.rate_limit
    if limit and len(instance.requests) > limit:
        return throttled(_RULE_SECONDS)
    who = instance.access.identity(request.headers)
    if who is None:
        detail = "Required to provide Auth information"
        return failure(401, "User Not Authenticated", detail, {"WWW-Authenticate": "Basic"})
    asked = Asked(
        method=request.method,
        table=table,
        sys_id=sys_id,
        params=dict(request.query_params),
        body=body,
        base=str(request.base_url).rstrip("/"),
        who=who,
    )
    response = answer(instance, asked)
    if limit:
        response.headers["X-RateLimit-Limit"] = str(limit)
        response.headers["X-RateLimit-Rule"] = "2a2e5b1d0b10220050192f15d6673a5c"
    return response


def _cancelled(response: Response) -> Response:
    """What is left of an answer when the quota rule ends its transaction.

    Sources: Default quota rules (60 s); the vendor's client looks for this sentence in answers
    with status 200 (pysnc, ``record.py``); servicenow.itsm issue 76 shows that rows and
    the error come together.
    """
    sentence = "Transaction cancelled: maximum execution time exceeded"
    detail = f"{sentence} Check logs for error trace or enable glide.rest.debug property"
    text = bytes(response.body)
    rows = text[: text.rfind(b"},{") + 1] + b"]" if b"},{" in text else b'{"result":[]'
    error = failure(200, sentence, detail).body
    return Response(rows + b"," + bytes(error)[1:], 200, media_type="application/json")
