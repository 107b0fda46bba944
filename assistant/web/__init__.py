"""The pages: HTML over the same services as the API. ``install`` adds them."""

import os
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import Scope

from assistant.api import errors
from assistant.bootstrap import Application
from assistant.web import (
    approvals,
    companions,
    draft_life,
    drafts,
    home,
    insights,
    judging,
    language,
    proposing,
    records,
    sidebar,
    sign_in,
)
from assistant.web.headers import SecurityHeaders
from assistant.web.pages import error_page, to_sign_in
from retrieval.errors import NotSignedIn

_STATIC = Path(__file__).parent / "static"
_PAGES = (
    home,
    language,
    sign_in,
    sidebar,
    records,
    drafts,
    draft_life,
    companions,
    proposing,
    approvals,
    judging,
    insights,
)
_API_PATHS = ("/api/", "/livez", "/readyz")


class _KeptFiles(StaticFiles):
    """Files that browsers keep: a changed one gets a new address (``pages.fingerprint``)."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """As its parent's; of an address with a fingerprint no browser need ask again."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        if scope["query_string"]:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def install(app: FastAPI, application: Application) -> None:
    """Add the pages, their files, their headers, and errors that people can read."""
    app.add_middleware(SecurityHeaders, frame_ancestors=application.settings.web.frame_ancestors)
    # Only what is the same for everybody is compressed: the length of a compressed page could
    # tell of the form token in it.
    app.mount("/static", GZipMiddleware(_KeptFiles(directory=_STATIC)), name="static")
    for module in _PAGES:
        app.include_router(module.router, include_in_schema=False)
    for kind in errors.HANDLED:
        app.add_exception_handler(kind, _page_or_problem)


def _page_or_problem(request: Request, error: Exception) -> Response:
    is_api = request.url.path.startswith(_API_PATHS)
    if isinstance(error, NotSignedIn) and not is_api:
        return to_sign_in(request)
    problem = errors.answer(request, error)
    return problem if is_api else error_page(request, problem)
