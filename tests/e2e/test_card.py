"""The card beside a ticket: feedback, citations in place, the checklist, keys, notes."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.db.feedback import FeedbackVerdict
from tests.e2e.conftest import Service, SignIn


@pytest.fixture
def card(sign_in: SignIn) -> Page:
    page = sign_in("Ana")
    page.goto("/sidebar?record=INC0009")
    return page


@pytest.fixture
def in_tokyo(browser: Browser, service: Service) -> Iterator[Page]:
    context = browser.new_context(
        base_url=service.address, timezone_id="Asia/Tokyo", locale="en-GB"
    )
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="Ana (analyst)").click()
    yield page
    context.close()


class TestFeedback:
    def test_one_click_keeps_it_and_a_reason_may_follow(self, card: Page, service: Service) -> None:
        hit = card.locator(".hit", has_text="INC0001").first
        card.evaluate("window.kept = true")
        hit.get_by_role("button", name="INC0001 was not useful").click()
        expect(hit.get_by_text("Noted: of no use")).to_be_visible()
        expect(card.get_by_role("status")).to_contain_text("noted")
        hit.get_by_text("Reason", exact=True).click()
        hit.get_by_label("Reason, if you like").fill("Another gateway model")
        hit.get_by_role("button", name="Send the reason").click()
        expect(hit.get_by_text("Noted with your reason")).to_be_visible()
        assert card.evaluate("window.kept"), "the page was left"
        (given,) = [f for f in service.app.feedback.about("INC0009") if f.suggestion == "INC0001"]
        assert given.verdict is FeedbackVerdict.REJECTED
        assert given.reason == "Another gateway model"

    def test_who_is_no_longer_signed_in_is_told(self, card: Page) -> None:
        card.context.clear_cookies()
        hit = card.locator(".hit").first
        with card.expect_response("**/api/v1/feedback") as answered:
            hit.get_by_role("button", name=re.compile("was useful")).click()
        assert answered.value.status == 401
        expect(hit.get_by_text("Not noted")).to_be_visible()


class TestCitations:
    def test_a_passage_opens_in_place_and_esc_leads_back(self, card: Page) -> None:
        link = card.get_by_role("link", name="Read it in INC0001").first
        link.click()
        passage = card.get_by_role("dialog")
        expect(passage.locator("mark")).to_contain_text("the renewal job skipped gateways")
        expect(passage.locator("mark")).to_be_in_viewport()
        expect(passage.get_by_role("heading")).to_contain_text("INC0001")
        card.keyboard.press("Escape")
        expect(passage).to_be_hidden()
        expect(link).to_be_focused()
        assert card.url.endswith("/sidebar?record=INC0009")


class TestChecklist:
    def test_steps_are_ticked_and_not_kept(self, card: Page) -> None:
        runbook = card.locator(".hit", has_text="KB-001").first
        step = runbook.get_by_label("Request a certificate and install it on the gateway.")
        step.check()
        expect(step).to_be_checked()
        card.reload()
        expect(step).not_to_be_checked()


class TestKeys:
    def test_the_card_is_walked_and_used_by_keys(self, card: Page) -> None:
        card.keyboard.press("?")
        listed = card.get_by_role("dialog", name="Keyboard shortcuts")
        expect(listed).to_be_visible()
        card.keyboard.press("Escape")
        # A key pressed before the list has gone belongs to the list.
        expect(listed).to_be_hidden()
        for _ in range(2):
            card.keyboard.press("j")
        hit = card.locator(".hit").first
        # Not to_be_focused(): a browser with several windows may count none of them as active.
        assert hit.evaluate("hit => hit === document.activeElement")
        card.keyboard.press("u")
        expect(hit.get_by_text("Noted: of use")).to_be_visible()
        card.keyboard.press("k")
        card.keyboard.press("o")
        shown = card.get_by_role("dialog")
        expect(shown.locator("mark")).to_be_visible()
        card.keyboard.press("Escape")
        expect(shown).to_be_hidden()
        card.keyboard.press("/")
        expect(card.get_by_label("Have we seen this?")).to_be_visible()

    def test_typing_is_no_shortcut(self, card: Page) -> None:
        card.goto("/")
        box = card.get_by_label("Have we seen this?")
        box.fill("")
        box.press_sequentially("j?/")
        expect(box).to_have_value("j?/")
        expect(card.get_by_role("dialog")).to_have_count(0)

    def test_single_keys_can_be_switched_off(self, card: Page) -> None:
        card.get_by_role("button", name="Keyboard shortcuts").click()
        card.get_by_label("Single keys do something").uncheck()
        card.keyboard.press("Escape")
        card.reload()
        card.keyboard.press("?")
        expect(card.get_by_role("dialog")).to_have_count(0)


class TestTimes:
    def test_moments_are_told_in_the_zone_of_the_reader(self, in_tokyo: Page) -> None:
        in_tokyo.goto("/sidebar?record=INC0009")
        time = in_tokyo.locator(".hit", has_text="INC0001").locator("time").first
        expect(time).to_have_text(re.compile("ago$"))
        expect(time).to_have_attribute("title", "14 Jan 2025, 17:00 (2025-01-14 08:00 UTC)")


class TestWorkNote:
    def test_a_hypothesis_is_proposed_as_a_work_note(self, sign_in: SignIn) -> None:
        ruth = sign_in("Ruth")
        ruth.goto("/sidebar?record=INC0009")
        ruth.get_by_role("button", name="Propose as work note").first.click()
        expect(ruth.get_by_role("heading", name="Submit for approval")).to_be_visible()
        written = ruth.locator(".preview")
        expect(written).to_contain_text("(precedent: INC0001)")
        expect(written).to_contain_text("the renewal job skipped gateways")
        reason = ruth.get_by_label("Reason")
        if reason.count():
            reason.fill("A note, no whole analysis.")
        ruth.get_by_role("button", name="Submit").click()
        expect(ruth.get_by_text("You wrote part of this draft")).to_be_visible()

    def test_who_may_not_write_is_not_offered_it(self, card: Page) -> None:
        expect(card.get_by_role("button", name="Propose as work note")).to_have_count(0)
        expect(card.get_by_role("button", name=re.compile("Copy this hyp")).first).to_be_visible()
