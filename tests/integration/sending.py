"""Senders of events for tests: a running installation, and requests signed as vendors sign."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from assistant.bootstrap import Application, utc_now
from assistant.db.migrate import upgrade
from assistant.main import create_app
from assistant.settings import Settings
from retrieval.corpus.database import Database

TOKEN = "token-of-alertmanager-0001"
PAGERDUTY = "secret-of-pagerduty-0001"
JIRA = "secret-of-jira-0000000001"
CONNECTIONS: dict[str, Any] = {
    "am": {"kind": "alertmanager", "webhook": {"secrets": [TOKEN]}, "groups": ["noc"]},
    "pd": {"kind": "pagerduty", "webhook": {"scheme": "pagerduty", "secrets": [PAGERDUTY]}},
    "jira": {"kind": "jira", "webhook": {"scheme": "websub-sha256", "secrets": [JIRA]}},
    "off": {"kind": "x", "enabled": False, "webhook": {"secrets": [TOKEN]}},
    "plain": {"kind": "x"},
}
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def receiving(
    folder: Path,
    database_url: str | None = None,
    clock: Callable[[], datetime] = utc_now,
    **overrides: Any,
) -> Application:
    """An installation with connections that send events, and no worker."""
    if database_url is not None:
        opened = Database(database_url)
        upgrade(opened)
        opened.close()
    chosen = {
        "connections": CONNECTIONS,
        "database_url": database_url,
        "embedder": {"backend": "hashing"},
        "web": {"embedded_worker": False},
        **overrides,
    }
    return Application(Settings(data_dir=folder / "var", **chosen), clock=clock)


@contextmanager
def serving(app: Application) -> Iterator[httpx2.Client]:
    """A client of the installation, which listens on a free port."""
    config = uvicorn.Config(create_app(app), host="127.0.0.1", port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=30) as client:
        yield client
    server.should_exit = True
    thread.join()


def body_of(payload: Any) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()


def signed(secret: str, body: bytes, header: str, prefix: str) -> dict[str, str]:
    return {header: prefix + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def by_pagerduty(body: bytes, secret: str = PAGERDUTY) -> dict[str, str]:
    return signed(secret, body, "X-PagerDuty-Signature", "v1=")


def by_jira(body: bytes, secret: str = JIRA) -> dict[str, str]:
    return signed(secret, body, "X-Hub-Signature", "sha256=")


def at_once(send: Callable[[], Any], times: int) -> list[Any]:
    """What each of several senders gets who all send in the same moment."""
    answers: list[Any] = []
    ready = threading.Barrier(times)

    def wait_and_send() -> None:
        ready.wait()
        answers.append(send())

    threads = [threading.Thread(target=wait_and_send) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
