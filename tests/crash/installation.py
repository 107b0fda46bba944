"""One installation that writes into a fake ServiceNow, and its processes."""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

import uvicorn

from assistant.bootstrap import Application
from assistant.domain.drafts import Provenance
from assistant.main import create_app
from assistant.settings import Settings
from retrieval.corpus.writer import CorpusWriter
from tests.conftest import content
from tests.ticket_desk import RUTH, body

TARGET = "sn"
_START_SECONDS = 60.0
# Everything that takes seconds in production takes tenths here, so that a run meets many of
# them: a request that hangs longer than the client waits, a lease that runs out, a look.
_SETTINGS = {
    "EMBEDDER__BACKEND": "hashing",
    "CONNECTIONS__SN__KIND": "servicenow",
    "CONNECTIONS__SN__WRITE__KIND": "basic",
    "CONNECTIONS__SN__WRITE__USER": "writer",
    "CONNECTIONS__SN__WRITE__PASSWORD": "writer-password",
    "CONNECTIONS__SN__PAUSE_SECONDS": "0",
    "CONNECTIONS__SN__TIMEOUT_SECONDS": "0.5",
    "DELIVERY__LEASE_SECONDS": "3",
    "DELIVERY__LOOK_AGAIN_SECONDS": "[0.3, 0.6, 1.2]",
    "LOG_LEVEL": "error",
    "WEB__REQUESTS_PER_MINUTE": "0",
}


def settings(folder: Path, instance: str, database_url: str | None) -> dict[str, str]:
    """The environment of every process of the installation."""
    own = {"DATA_DIR": str(folder), "CONNECTIONS__SN__BASE_URL": instance, **_SETTINGS}
    if database_url is not None:
        own["DATABASE_URL"] = database_url
    return {f"PRECEDENT_{name}": value for name, value in own.items()}


def opened(environment: dict[str, str]) -> Application:
    """The installation as this process sees it, migrated."""
    os.environ.update(environment)
    return Application(Settings(), migrate_database=True)


def filled(app: Application, tickets: dict[str, str]) -> dict[str, str]:
    """A record and a draft for each ticket (number to sys_id); draft ids and their etags."""
    with app.database.write() as connection:
        writer = CorpusWriter(connection, app.clock())
        for number, sys_id in tickets.items():
            fields = {"sys_id": sys_id, "table": "incident"}
            item = content(number, f"Something broke: {number}.", fields=fields)
            writer.upsert(item, item.content_hash())
    evidence = Provenance(writer="extractive", evidence=())
    drafts = [
        app.drafts.create(RUTH, number, body(f"The disk of {number} was full."), evidence)
        for number in tickets
    ]
    return {draft.id: draft.etag for draft in drafts}


def run_worker(ready: Event, environment: dict[str, str]) -> None:
    """A worker, as ``precedent worker`` runs it."""
    os.environ.update(environment)
    app = Application(Settings())
    ready.set()
    stop = threading.Event()
    threading.Thread(target=app.upkeep.run, args=(stop,), daemon=True).start()
    app.worker.run(stop)


def run_server(ready: Event, environment: dict[str, str], port: int) -> None:
    """A server, as ``precedent serve`` runs it."""
    os.environ.update(environment)
    app = create_app()
    ready.set()
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical")


@dataclass(slots=True)
class _Started:
    process: BaseProcess
    ready: Event
    target: Callable[..., None]
    arguments: tuple[object, ...]


class Processes:
    """The processes of an installation; whatever is killed comes back at once.

    They are forked from one that has imported everything, so a start takes no second.
    """

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.crash.installation"])
        self._started: list[_Started] = []

    def __len__(self) -> int:
        return len(self._started)

    def start(self, target: Callable[..., None], *arguments: object) -> None:
        """Start one more."""
        ready = self._context.Event()
        process = self._context.Process(target=target, args=(ready, *arguments), daemon=True)
        process.start()
        self._started.append(_Started(process, ready, target, arguments))

    def kill(self, kind: str, after: float) -> None:
        """SIGKILL the oldest that runs a target, so many seconds after it was ready.

        It is started again.
        """
        number = next(n for n, each in enumerate(self._started) if each.target.__name__ == kind)
        killed = self._started.pop(number)
        killed.ready.wait(_START_SECONDS)
        time.sleep(after)
        self._end(killed.process)
        self.start(killed.target, *killed.arguments)

    def end(self) -> None:
        """Kill them all."""
        for each in self._started:
            self._end(each.process)
        self._started.clear()

    @staticmethod
    def _end(process: BaseProcess) -> None:
        process.kill()
        process.join()
