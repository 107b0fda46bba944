"""The pages in German, in a real browser: what scripts say, and longer words in little room."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.e2e.conftest import Service
from tests.e2e.faults import sticks_out, unfold, violations


@pytest.fixture
def german(browser: Browser, service: Service) -> Iterator[Page]:
    """A browser that asks for German; every console message fails the test at its end."""
    context = browser.new_context(
        base_url=service.address,
        locale="de-DE",
        timezone_id="Europe/Berlin",
        viewport={"width": 360, "height": 900},
    )
    messages: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # Chromium reports the status of a page that says itself what it means.
        if "404 (Not Found)" not in message.text:
            messages.append(message.text)

    page = context.new_page()
    page.on("console", note)
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.goto("/")
    page.get_by_role("button", name="Ruth").click()
    yield page
    context.close()
    assert messages == []


class TestSidebar:
    def test_scripts_speak_the_language_of_the_page(self, german: Page) -> None:
        german.goto("/sidebar?record=INC0009")
        hit = german.locator(".hit", has_text="INC0001").first
        hit.get_by_role("button", name="INC0001 war nicht hilfreich").click()
        expect(hit.get_by_text("Vermerkt: nicht hilfreich")).to_be_visible()
        expect(german.get_by_role("status")).to_contain_text("Danke, das ist vermerkt.")
        hit.get_by_text("Begründung", exact=True).click()
        hit.get_by_label("Begründung, wenn Sie mögen").fill("Anderes Modell")
        hit.get_by_role("button", name="Begründung senden").click()
        expect(hit.get_by_text("Mit Ihrer Begründung vermerkt")).to_be_visible()
        time = hit.locator("time").first
        expect(time).to_have_attribute("title", "14.01.2025, 09:00 (2025-01-14 08:00 UTC)")
        german.get_by_role("button", name="Kopieren").first.click()
        expect(german.get_by_role("button", name="Kopiert")).to_be_visible()
        german.get_by_role("link", name="In INC0001 nachlesen").first.click()
        expect(german.get_by_role("dialog").locator("mark")).to_be_visible()

    def test_it_is_accessible(self, german: Page) -> None:
        german.goto("/sidebar?record=INC0009")
        unfold(german)
        assert violations(german) == []

    def test_another_language_is_chosen_at_the_foot(self, german: Page) -> None:
        german.goto("/sidebar?record=INC0009")
        german.get_by_role("button", name="English").click()
        expect(german).to_have_url("/sidebar?record=INC0009")
        expect(german.get_by_role("heading", name="Most likely")).to_be_visible()
        german.goto("/approvals")
        expect(german.get_by_role("heading", name="Waiting for you")).to_be_visible()


class TestRoom:
    @pytest.mark.parametrize("width", [320, 360])
    def test_long_words_stay_on_the_page(self, german: Page, width: int) -> None:
        german.goto("/sidebar?record=INC0009")
        german.get_by_role("button", name="RCA entwerfen").click()
        german.wait_for_url("**/drafts/draft-*")
        draft = german.url
        german.get_by_role("button", name="Vorschau").click()
        german.wait_for_url("**/propose*")
        preview = german.url
        german.set_viewport_size({"width": width, "height": 900})
        insights = ("recurring", "knowledge-gaps", "corpus-hygiene")
        paths = [
            "/",
            "/sidebar",
            "/sidebar?record=INC0009",
            "/drafts",
            draft,
            preview,
            "/approvals",
            "/insights",
            *(f"/insights/{name}" for name in insights),
            "/records/INC0001",
            "/records/INC4711",
        ]
        wide = []
        for path in paths:
            german.goto(path)
            unfold(german)
            if sticks_out(german):
                wide.append(path)
        assert wide == []
