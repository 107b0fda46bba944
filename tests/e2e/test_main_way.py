"""The whole way in a browser: analyst, author, approver, delivered."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Service, SignIn

PAGES = ["/", "/sidebar?record=INC0009", "/records/INC0001", "/drafts", "/approvals", "/sidebar"]


class TestMainWay:
    def test_from_the_ticket_to_the_delivered_rca(self, sign_in: SignIn, service: Service) -> None:
        ruth = sign_in("Ruth")
        ruth.get_by_role("link", name=re.compile("INC0009")).click()
        expect(ruth.get_by_role("heading", name="Most likely, from past incidents")).to_be_visible()
        expect(ruth.get_by_text("the renewal job skipped gateways").first).to_be_visible()

        ruth.get_by_role("button", name="Draft an RCA").click()
        ruth.wait_for_url("**/drafts/draft-*")
        ruth.get_by_text("Edit impact").click()
        impact = ruth.locator("#impact")
        impact.get_by_label("Add a statement of your own").fill("About 40 people were affected.")
        impact.get_by_role("button", name="Save").click()
        expect(ruth.locator("#impact .claim")).to_contain_text("About 40 people were affected.")
        expect(ruth.locator("#impact .claim .verdict")).to_contain_text("author asserted")
        ruth.get_by_role("button", name="Preview").click()
        reason = ruth.get_by_label("Reason")
        if reason.count():
            reason.fill("It is early; the gaps are listed as questions.")
        ruth.get_by_role("button", name="Submit").click()
        expect(ruth.get_by_text("You wrote part of this draft")).to_be_visible()
        expect(ruth.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
        proposal = ruth.url

        paul = sign_in("Paul")
        paul.goto(proposal)
        expect(paul.locator(".preview")).to_contain_text("About 40 people were affected.")
        paul.get_by_role("button", name="Approve", exact=True).click()
        delivered = paul.get_by_role("heading", name="Delivered")
        for _ in range(50):
            if delivered.count():
                break
            paul.wait_for_timeout(100)
            paul.reload()
        expect(delivered).to_be_visible()
        (written,) = service.outbox.glob("*.md")
        assert "About 40 people were affected." in written.read_text(encoding="utf-8")

    def test_a_citation_opens_the_passage_highlighted(self, sign_in: SignIn) -> None:
        ana = sign_in("Ana")
        ana.goto("/sidebar?record=INC0009")
        ana.get_by_role("link", name="Read it in INC0001").first.click()
        expect(ana.locator("mark")).to_contain_text("the renewal job skipped gateways")
        expect(ana.locator("mark")).to_be_in_viewport()

    def test_the_first_answer_needs_no_scrolling(self, sign_in: SignIn) -> None:
        ana = sign_in("Ana")
        ana.set_viewport_size({"width": 400, "height": 760})
        ana.goto("/sidebar?record=INC0009")
        answer = ana.locator("section.card").first
        for part in (".statement", ".quote", ".check"):
            expect(answer.locator(part).first).to_be_in_viewport(ratio=1)
        expect(answer.get_by_text("Uncalibrated, from 1 past record")).to_be_in_viewport(ratio=1)

    def test_a_rejected_hypothesis_is_folded_not_hidden(self, sign_in: SignIn) -> None:
        ana = sign_in("Ana")
        ana.goto("/sidebar?record=INC0009")
        ana.get_by_role("button", name="Reject this hypothesis").click()
        expect(ana.get_by_role("status")).to_contain_text("noted")
        expect(ana.get_by_role("heading", name="Most likely, from past incidents")).to_have_count(0)
        ana.get_by_text("weak or rejected").click()
        expect(ana.get_by_text("Rejected for this incident")).to_be_visible()

    def test_a_stale_edit_keeps_what_was_typed(self, sign_in: SignIn) -> None:
        ruth, paul = sign_in("Ruth"), sign_in("Paul")
        ruth.goto("/sidebar?record=INC0001")
        ruth.get_by_role("button", name="Draft an RCA").click()
        ruth.wait_for_url("**/drafts/draft-*")
        paul.goto(ruth.url)
        for page, words in ((paul, "Paul was first."), (ruth, "Ruth came second.")):
            page.get_by_text("Edit impact").click()
            impact = page.locator("#impact")
            impact.get_by_label("Add a statement of your own").fill(words)
            impact.get_by_role("button", name="Save").click()
            page.wait_for_load_state()
        expect(ruth.get_by_role("alert")).to_contain_text("Ruth came second.")
        expect(ruth.get_by_role("alert")).to_contain_text("paul edited")
        expect(ruth.locator("#impact")).to_contain_text("Paul was first.")

    def test_a_pasted_text_without_precedent_says_so(self, sign_in: SignIn) -> None:
        ana = sign_in("Ana")
        ana.get_by_label("Have we seen this?").fill("The aquarium in the lobby leaks")
        ana.get_by_role("button", name="Look for precedents").click()
        expect(ana.get_by_role("heading", name="No precedent found")).to_be_visible()

    def test_feedback_works_without_leaving_the_card(self, sign_in: SignIn) -> None:
        ana = sign_in("Ana")
        ana.goto("/sidebar?record=INC0009")
        ana.get_by_role("button", name="INC0001 was useful").click()
        expect(ana.get_by_role("status")).to_contain_text("Thank you")


class TestEveryPage:
    @pytest.mark.parametrize("path", PAGES)
    def test_fits_a_sidebar_of_320_pixels(self, sign_in: SignIn, path: str) -> None:
        page: Page = sign_in("Ruth")
        page.set_viewport_size({"width": 320, "height": 800})
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320

    def test_the_keyboard_reaches_the_content_with_a_visible_focus(self, sign_in: SignIn) -> None:
        page = sign_in("Ruth")
        page.goto("/sidebar?record=INC0009")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
        page.keyboard.press("Tab")
        width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert width != "0px"

    def test_works_without_scripts(self, sign_in: SignIn, service: Service) -> None:
        page = sign_in("Ruth")
        assert page.context.browser is not None
        plain = page.context.browser.new_context(
            base_url=service.address, java_script_enabled=False
        )
        plain.add_cookies(page.context.cookies())  # type: ignore[arg-type]  # same keys
        quiet = plain.new_page()
        quiet.goto("/sidebar?record=INC0009")
        quiet.get_by_role("button", name="Draft an RCA").click()
        expect(quiet.get_by_role("heading", name="Submit for approval")).to_be_visible()
        plain.close()

    def test_markup_in_a_ticket_stays_text(self, sign_in: SignIn) -> None:
        page = sign_in("Ana")
        page.get_by_label("Have we seen this?").fill("<script>alert(1)</script> VPN certificate")
        page.get_by_role("button", name="Look for precedents").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("<script>alert(1)</script>")
