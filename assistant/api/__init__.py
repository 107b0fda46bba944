"""JSON over HTTP under ``/api/v1``. ``install`` adds it to an application."""

from fastapi import FastAPI

from assistant.api import (
    changes,
    drafts,
    errors,
    feedback,
    guards,
    health,
    lint,
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
    for module in (questions, records, drafts, proposals, feedback, changes, lint):
        app.include_router(module.router, prefix=PREFIX)
    app.include_router(health.router)
