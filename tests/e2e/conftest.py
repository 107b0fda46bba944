"""A running service and a real Chromium."""

import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import uvicorn
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    sync_playwright,
)

from assistant.bootstrap import Application
from assistant.main import create_app
from tests.installation import filled

# As root and without network; the rest keeps Chromium from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

SignIn = Callable[[str], Page]


def chromium() -> str:
    """The browser's program; skips the test where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no Chromium is installed; see .ci/install-chromium")
    return found


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    opened = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    yield opened
    opened.close()


class Service(NamedTuple):
    """A running service: where it answers, where it writes what was approved, what it runs."""

    address: str
    outbox: Path
    app: Application


@contextmanager
def running(app: Application) -> Iterator[str]:
    """The address at which an installation answers, its worker running."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(create_app(app), host="127.0.0.1", port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
        app.database.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with four tickets and a runbook."""
    folder = tmp_path_factory.mktemp("e2e")
    app = filled(folder)
    with running(app) as address:
        yield Service(address, folder / "var" / "outbox", app)


@pytest.fixture
def sign_in(browser: Browser, service: Service) -> Iterator[SignIn]:
    """Pages of signed-in people; every console message of theirs fails the test at its end."""
    contexts: list[BrowserContext] = []
    messages: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # Chromium reports the status of what is refused; the page says what it means.
        if not any(status in message.text for status in ("409 (Conflict)", "401 (Unauthorized)")):
            messages.append(f"{message.type}: {message.text}")

    def opened(name: str) -> Page:
        context = browser.new_context(
            base_url=service.address, viewport={"width": 400, "height": 900}
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.goto("/")
        page.get_by_role("button", name=re.compile(f"^{name}")).click()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert messages == []
