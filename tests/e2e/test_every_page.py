"""Every page and state of ``make screenshots``: axe-clean, never wider than its window, silent."""

from collections.abc import Iterable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage

from tests.e2e.faults import sticks_out, unfold, violations
from tests.screenshots.__main__ import served
from tests.screenshots.installation import filled_by, opened
from tests.screenshots.pages import Shot, of_nothing, of_the_demo

# A sidebar at its narrowest, and a window of 1280 pixels at twice the size (WCAG 2.2, 1.4.4).
_WIDTHS = (320, 640)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[str, list[Shot]]]]:
    """Addresses with what there is to see: a service in use, and one without anything."""
    folder = tmp_path_factory.mktemp("pages")
    full = opened(folder / "demo", empty=False)
    record = next(row.id for row in full.store.iter_current() if row.source == "demo-open")
    empty = opened(folder / "nothing", empty=True)
    with served(full) as used, served(empty) as unused:
        yield [(used, of_the_demo(filled_by(full, used), record)), (unused, of_nothing())]


def faults(browser: Browser, address: str, shots: Iterable[Shot], theme: str) -> Iterator[str]:
    """What is wrong with each page, everything on it unfolded."""
    for shot in shots:
        context = browser.new_context(
            base_url=address,
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            extra_http_headers={"X-Precedent-Person": shot.person} if shot.person else {},
        )
        page = context.new_page()
        said: list[str] = []

        def note(message: ConsoleMessage, said: list[str] = said) -> None:
            # Chromium reports the status of what is refused; the page says what it means.
            if not message.text.startswith("Failed to load resource"):
                said.append(message.text)

        page.on("console", note)
        page.goto(shot.path)
        if shot.act is not None:
            shot.act(page)
        unfold(page)
        for width in _WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if sticks_out(page):
                yield f"{shot.name} is wider than {width} pixels"
        yield from (f"{shot.name}: {each}" for each in (*violations(page), *said))
        context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_wrong_with_any_page(
    browser: Browser, places: list[tuple[str, list[Shot]]], theme: str
) -> None:
    assert sum(len(shots) for _, shots in places) > 40
    found = [each for place in places for each in faults(browser, *place, theme)]
    assert found == []
