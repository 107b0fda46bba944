"""What every request passes: a number, a size limit, and no form posts from other sites."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.errors import problem

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE = frozenset({"same-origin", "none"})

Next = Callable[[Request], Awaitable[Response]]


def install(app: FastAPI, max_body_bytes: int) -> None:
    """Add the guards; the one added last runs first."""
    app.add_middleware(BodyLimit, max_body_bytes=max_body_bytes)

    @app.middleware("http")
    async def guard(request: Request, call_next: Next) -> Response:
        request.state.request_id = uuid4().hex
        structlog.contextvars.bind_contextvars(request_id=request.state.request_id)
        try:
            if is_cross_site(request):
                return problem(
                    request,
                    403,
                    "cross-site",
                    "A page of another site sent this request. Send it from Precedent's own pages.",
                )
            if _declared_length(request) > max_body_bytes:
                return problem(
                    request,
                    413,
                    "too-large",
                    f"The request body may have {max_body_bytes:,} bytes.",
                )
            response = await call_next(request)
            response.headers["X-Request-Id"] = request.state.request_id
            return response
        finally:
            structlog.contextvars.clear_contextvars()


def is_cross_site(request: Request) -> bool:
    """True for a changing request that a browser sent on behalf of another origin.

    Browsers say so in ``Sec-Fetch-Site``, older ones in ``Origin``; programs send
    neither and carry no cookie that could be abused.
    """
    if request.method in _SAFE:
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in _OWN_SITE
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


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


def _declared_length(request: Request) -> int:
    declared = request.headers.get("content-length", "0")
    return int(declared) if declared.isdigit() else 0
