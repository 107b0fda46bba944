"""JSON over HTTP under ``/api/v1``. ``install`` adds it to an application."""

from typing import Any

from fastapi import FastAPI
from starlette.types import Lifespan

from assistant.api import (
    changes,
    comments,
    companions,
    draft_exports,
    draft_history,
    draft_stream,
    drafts,
    errors,
    feedback,
    guards,
    health,
    insights,
    judging,
    lint,
    proposals,
    questions,
    records,
    session,
    targets,
    webhooks,
)
from assistant.bootstrap import Application

PREFIX = "/api/v1"

_ROUTES = (
    questions,
    records,
    drafts,
    draft_stream,
    draft_exports,
    companions,
    draft_history,
    comments,
    proposals,
    targets,
    feedback,
    changes,
    lint,
    judging,
    insights,
    webhooks,
    session,
)


class _Described(FastAPI):
    """An application whose document tells of each kind of problem once."""

    def openapi(self) -> dict[str, Any]:
        """The document; made at the first call."""
        made = super().openapi()
        for kind, members in errors.components().items():
            made["components"].setdefault(kind, {}).update(members)
        return made


def described(version: str, lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """An application that says what it is, and answers nothing yet."""
    return _Described(
        title="Precedent",
        version=version,
        summary="Similar incidents, ranked hypotheses and RCA drafts with citations.",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
        lifespan=lifespan,
    )


def install(app: FastAPI, application: Application) -> None:
    """Add the routes, the error handlers and the guards."""
    app.state.application = application
    errors.install(app)
    guards.install(app, application.settings)
    _add_routes(app)


def document(version: str) -> dict[str, Any]:
    """The OpenAPI document, as it is served; no installation is needed for it."""
    app = described(version)
    _add_routes(app)
    return app.openapi()


def _add_routes(app: FastAPI) -> None:
    for module in _ROUTES:
        app.include_router(module.router, prefix=PREFIX)
    app.include_router(health.router)
