"""The HTTP application: JSON API and pages over one wiring."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from assistant import api, web
from assistant.bootstrap import Application
from assistant.logs import configure_logging
from assistant.settings import load_settings


def create_app(application: Application | None = None) -> FastAPI:
    """The application, from the settings of the process unless one is given."""
    wired = application or Application(load_settings())
    configure_logging(wired.settings.log_level)
    app = api.described(wired.version, _lifespan)
    api.install(app, wired)
    web.install(app, wired)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Warm the models; note, deliver, take events in, follow systems and index beside."""
    application: Application = app.state.application
    stop = threading.Event()
    threads = [threading.Thread(target=application.warm_up, daemon=True)]
    if application.settings.web.embedded_worker:
        for work in application.background:
            threads.append(threading.Thread(target=work, args=(stop,), daemon=True))
    for thread in threads:
        thread.start()
    with application.suggestions.in_background():
        yield
    stop.set()
    for thread in threads:
        thread.join(timeout=10)
