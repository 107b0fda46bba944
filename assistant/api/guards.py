"""What every request passes: a number, who sent it, how often, how much, and from which page."""

import ipaddress
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.errors import problem
from assistant.api.forgery import is_cross_site, require_own_page
from assistant.api.identity import identify
from assistant.api.limits import RequestLimits
from assistant.settings import Settings
from retrieval.errors import NotSignedIn, PrecedentError

# Asked by those who watch, who must never be kept waiting; and what is the same for everybody.
_OPEN = ("/livez", "/readyz", "/static/")
# Known by the signature of what they send; their Authorization header is none of ours.
_WEBHOOKS = "/api/v1/webhooks/"
_NUL = "\x00"

log = structlog.get_logger()

Next = Callable[[Request], Awaitable[Response]]


def install(app: FastAPI, settings: Settings) -> None:
    """Add the guards; the one added last runs first."""
    max_body_bytes = settings.web.max_body_bytes
    limits = app.state.limits = RequestLimits(settings.web)
    only_here = settings.auth.mode == "local" and not settings.auth.allow_remote

    async def answered(request: Request, call_next: Next) -> Response:
        refusal = _refusal(request, max_body_bytes, only_here=only_here)
        if refusal is not None:
            return refusal
        try:
            await _admit(request, limits)
            return await call_next(request)
        except PrecedentError as exc:
            return told(request, exc)
        except ClientDisconnect:
            return _too_large(request, max_body_bytes)

    @app.middleware("http")
    async def guard(request: Request, call_next: Next) -> Response:
        began = time.monotonic()
        request.state.request_id = uuid4().hex
        structlog.contextvars.bind_contextvars(request_id=request.state.request_id)
        try:
            response = await answered(request, call_next)
            _note(request, response, began)
        finally:
            structlog.contextvars.clear_contextvars()
        response.headers["X-Request-Id"] = request.state.request_id
        return response

    app.add_middleware(BodyLimit, max_body_bytes=max_body_bytes)


def _note(request: Request, response: Response, began: float) -> None:
    """Log who asked for what. Without the query: codes of a sign-in stand there."""
    path = request.url.path
    if not path.startswith(_OPEN):
        taken = round((time.monotonic() - began) * 1000)
        log.info("request", method=request.method, path=path, status=response.status_code, ms=taken)


async def _admit(request: Request, limits: RequestLimits) -> None:
    """Find out who sends this, and raise for what they may not send."""
    path = request.url.path
    request.state.caller = None
    if path.startswith(_OPEN):
        return
    if path.startswith(_WEBHOOKS):
        limits.webhook(request)
        return
    try:
        caller = await run_in_threadpool(identify, request)
    except NotSignedIn:
        limits.sign_in(request)
        raise
    limits.request(request, caller)
    await require_own_page(request, caller)
    request.state.caller = caller
    if caller is not None:
        structlog.contextvars.bind_contextvars(person=caller.person.name)


def _refusal(request: Request, max_body_bytes: int, *, only_here: bool) -> Response | None:
    """The answer to what is refused whoever sends it."""
    if only_here and not is_loopback_name(request.headers.get("host", "")):
        return problem(
            request,
            403,
            "wrong-host",
            "The local sign-in answers to names of this machine only, such as localhost.",
        )
    if is_cross_site(request):
        return problem(
            request,
            403,
            "cross-site",
            "A page of another site sent this request. Send it from Precedent's own pages.",
        )
    if _NUL in request.scope["path"]:
        # No name has one, and PostgreSQL refuses to look for it.
        return problem(request, 404, "not-found", "No name contains the character NUL.")
    if _declared_length(request) > max_body_bytes:
        return _too_large(request, max_body_bytes)
    return None


def told(request: Request, error: PrecedentError) -> Response:
    """An error in the form that the pages or the API give it."""
    handler = request.app.exception_handlers[PrecedentError]
    response: Response = handler(request, error)
    return response


def is_loopback_name(host: str) -> bool:
    """Whether a Host header can only mean a machine of one's own.

    A page of another site can let its own name point to this machine, and then sends that
    name. Such a name has a dot; a name of this machine has none, or ends in ``.localhost``.
    """
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return "." not in name or name.endswith(".localhost")


class BodyLimit:
    """Stops reading a body that turns out longer than it may be, whatever it declared."""

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self._app = app
        self._limit = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received; end the stream at the limit."""
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                return {"type": "http.disconnect"}
            return message

        await self._app(scope, limited if scope["type"] == "http" else receive, send)


def _too_large(request: Request, max_body_bytes: int) -> Response:
    detail = f"The request body may have {max_body_bytes:,} bytes."
    return problem(request, 413, "too-large", detail)


def _declared_length(request: Request) -> int:
    declared = request.headers.get("content-length", "0")
    return int(declared) if declared.isdigit() else 0
