"""Take pictures of every page at four widths in both themes, with an index to look through them.

``python -m tests.screenshots --into var/screenshots``; with ``--only`` only pages whose names
contain a word, with ``--width`` and ``--theme`` only those; with ``--language de`` in
another language.
"""

import argparse
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import NamedTuple

import uvicorn
from playwright.sync_api import Browser, sync_playwright
from rich.progress import Progress

from assistant.bootstrap import Application
from assistant.main import create_app
from tests.e2e.conftest import FLAGS
from tests.screenshots.installation import filled_by, opened
from tests.screenshots.pages import Shot, of_nothing, of_the_demo

WIDTHS = (360, 480, 1024, 1440)
THEMES = ("light", "dark")
_HEIGHT = 900


class Wanted(NamedTuple):
    """Which pictures, and where to."""

    into: Path
    only: str
    widths: Sequence[int]
    themes: Sequence[str]
    language: str


@contextmanager
def served(app: Application) -> Iterator[str]:
    """The address at which an application answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(create_app(app), host="127.0.0.1", port=port, log_level="error")
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


def take(browser: Browser, address: str, shots: Iterable[Shot], wanted: Wanted) -> list[str]:
    """The names of the pages that were taken; each is loaded once a theme, then resized."""
    chosen = [shot for shot in shots if wanted.only in shot.name]
    with Progress() as bar:
        task = bar.add_task("Pictures", total=len(chosen) * len(wanted.themes))
        for theme in wanted.themes:
            for shot in chosen:
                _take(browser, address, shot, theme, wanted)
                bar.advance(task)
    return [shot.name for shot in chosen]


def _take(browser: Browser, address: str, shot: Shot, theme: str, wanted: Wanted) -> None:
    context = browser.new_context(
        base_url=address,
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        locale=wanted.language,
        viewport={"width": wanted.widths[0], "height": _HEIGHT},
        extra_http_headers={"X-Precedent-Person": shot.person} if shot.person else {},
    )
    page = context.new_page()
    page.goto(shot.path)
    if shot.act is not None:
        shot.act(page)
    for width in wanted.widths:
        page.set_viewport_size({"width": width, "height": _HEIGHT})
        page.screenshot(path=wanted.into / file_name(shot.name, width, theme), full_page=True)
    context.close()


def file_name(name: str, width: int, theme: str) -> str:
    """The file of a picture."""
    return f"{name}-{width}-{theme}.png"


def index_of(names: Iterable[str], wanted: Wanted) -> str:
    """A page with all pictures, a row a page."""
    rows = []
    for name in names:
        files = [file_name(name, w, t) for t in wanted.themes for w in wanted.widths]
        pictures = "".join(
            f'<a href="{escape(file)}"><img loading="lazy" width="240" src="{escape(file)}" '
            f'alt="{escape(file)}"></a> '
            for file in files
        )
        rows.append(f"<h2>{escape(name)}</h2><p>{pictures}</p>")
    return f'<!doctype html><meta charset="utf-8"><title>Every page</title>{"".join(rows)}\n'


def chosen(arguments: Sequence[str]) -> Wanted:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("--into", type=Path, default=Path("var/screenshots"))
    parser.add_argument("--only", default="", help="only pages whose names contain this")
    parser.add_argument("--width", type=int, action="append", help="only this width (repeatable)")
    parser.add_argument("--theme", choices=THEMES, action="append", help="only this theme")
    parser.add_argument("--language", default="en-GB", help="what the browser asks for")
    given = parser.parse_args(arguments)
    return Wanted(
        given.into, given.only, given.width or WIDTHS, given.theme or THEMES, given.language
    )


def main(arguments: Sequence[str]) -> int:
    """Take the pictures; says where they are."""
    wanted = chosen(arguments)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.stderr.write("No Chromium is installed; .ci/install-chromium installs one.\n")
        return 1
    wanted.into.mkdir(parents=True, exist_ok=True)
    names = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        full = opened(Path(folder) / "demo", empty=False)
        record = next(row.id for row in full.store.iter_current() if row.source == "demo-open")
        with served(full) as address:
            made = filled_by(full, address)
            names += take(browser, address, of_the_demo(made, record), wanted)
        with served(opened(Path(folder) / "nothing", empty=True)) as address:
            names += take(browser, address, of_nothing(), wanted)
        browser.close()
    (wanted.into / "index.html").write_text(index_of(names, wanted), encoding="utf-8")
    sys.stdout.write(f"{len(names)} pages: {wanted.into / 'index.html'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
