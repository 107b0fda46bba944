"""JSON over HTTP under ``/api/v1``. ``install`` adds it to an application."""

from fastapi import FastAPI

from assistant.api import (
    changes,
    draft_stream,
    drafts,
    errors,
    feedback,
    guards,
    health,
    proposals,
    questions,
    records,
)
from assistant.bootstrap import Application

PREFIX = "/api/v1"


def install(app: FastAPI, application: Application) -> None:
    """Add the routes, the error handlers and the guards."""
    app.state.application = application
    errors.install(app)
    guards.install(app, max_body_bytes=application.settings.web.max_body_bytes)
    for module in (questions, records, drafts, draft_stream, proposals, feedback, changes):
        app.include_router(module.router, prefix=PREFIX)
    app.include_router(health.router)
