"""From the ticket to the delivered RCA and back, without a mouse."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Service, SignIn

_MOST_STOPS = 150


def reach(page: Page, wanted: Locator) -> None:
    """Walk with Tab until something has the focus, as whoever has no mouse does."""
    expect(wanted).to_be_visible()
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            outline = wanted.evaluate("one => getComputedStyle(one).outlineStyle")
            assert outline != "none", "the focus cannot be seen"
            return
    raise AssertionError(f"Tab does not reach {wanted}")


def press(page: Page, name: str, role: str = "button") -> None:
    """Reach a button or a link by its name, and press Enter on it."""
    reach(page, page.get_by_role(role, name=re.compile(f"^{name}")).first)  # type: ignore[arg-type]  # one of two roles
    page.keyboard.press("Enter")


def until(page: Page, shown: Callable[[], Locator]) -> None:
    """Load the page again until a worker has done what was asked."""
    for _ in range(50):
        if shown().count():
            return
        page.wait_for_timeout(100)
        page.reload()
    raise AssertionError(f"{page.url} never shows {shown()}")


def delivered(sign_in: SignIn, service: Service) -> tuple[Page, Path]:
    """Draft, submit and approve by keys; the approver's page with the receipt, and the file."""
    ruth, paul = sign_in("Ruth"), sign_in("Paul")
    press(ruth, "INC0009", "link")
    press(ruth, "Draft an RCA")
    ruth.wait_for_url("**/drafts/draft-*")
    question = ruth.locator(".question", has_text="How many users")
    reach(ruth, question.locator("summary"))
    ruth.keyboard.press("Enter")
    reach(ruth, question.get_by_label("What you know"))
    ruth.keyboard.type("About 40 people in Leeds.")
    reach(ruth, question.get_by_role("button", name="Add to impact"))
    ruth.keyboard.press("Enter")
    expect(ruth.locator("#impact .claim")).to_contain_text("About 40 people in Leeds.")
    press(ruth, "Preview")
    ruth.wait_for_url("**/propose*")
    if ruth.get_by_label("Reason").count():
        reach(ruth, ruth.get_by_label("Reason"))
        ruth.keyboard.type("It is early; the gaps are listed as questions.")
    press(ruth, "Submit")
    ruth.wait_for_url("**/approvals/*")
    paul.goto("/approvals")
    press(paul, "INC0009", "link")
    press(paul, "Approve$")
    expect(paul.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    until(paul, lambda: paul.get_by_role("heading", name="Delivered"))
    (written,) = service.outbox.glob("*.md")
    return paul, written


def take_back(paul: Page) -> None:
    reach(paul, paul.get_by_label("Reason"))
    paul.keyboard.type("It was the wrong ticket.")
    press(paul, "Undo")
    expect(paul.get_by_role("button", name="Undo")).to_have_count(0)


class TestKeyboardOnly:
    def test_from_the_ticket_to_the_delivered_rca_and_back(
        self, sign_in: SignIn, service: Service
    ) -> None:
        paul, written = delivered(sign_in, service)
        assert "About 40 people in Leeds." in written.read_text(encoding="utf-8")
        take_back(paul)
        until(paul, lambda: paul.locator(".state.undone"))
        assert not written.exists()

    def test_what_somebody_edited_since_is_left_and_told(
        self, sign_in: SignIn, service: Service
    ) -> None:
        paul, written = delivered(sign_in, service)
        written.write_text("Somebody worked on this.", encoding="utf-8")
        take_back(paul)
        until(paul, lambda: paul.get_by_text("was edited since it was written"))
        assert written.read_text(encoding="utf-8") == "Somebody worked on this."
        written.unlink()
