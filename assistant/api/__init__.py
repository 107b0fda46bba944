"""JSON over HTTP under ``/api/v1``. ``install`` adds it to an application."""

from fastapi import FastAPI

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
    lint,
    proposals,
    questions,
    records,
    targets,
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
)


def install(app: FastAPI, application: Application) -> None:
    """Add the routes, the error handlers and the guards."""
    app.state.application = application
    errors.install(app)
    guards.install(app, max_body_bytes=application.settings.web.max_body_bytes)
    for module in _ROUTES:
        app.include_router(module.router, prefix=PREFIX)
    app.include_router(health.router)
