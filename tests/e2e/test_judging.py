"""Judging pooled answers in a browser: by keyboard alone, and without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

from assistant.domain.judgements import Grade
from tests.e2e.conftest import Service, SignIn
from tests.installation import pool_in


@pytest.fixture(scope="module")
def pool(service: Service) -> Service:
    """The service with two queries to judge."""
    text = "VPN refuses clients\nSince 06:00 clients get a certificate error."
    queries = (("INC0009", text), ("INC0009", "Blank labels"))
    pool_in(service.app, *queries, candidates=("INC0001", "INC0002", "INC0003"))
    return service


class TestJudging:
    def test_by_keyboard_alone(self, pool: Service, sign_in: SignIn) -> None:
        page = sign_in("Eva")
        page.get_by_role("link", name="Judging").press("Enter")
        page.get_by_role("link", name="own").press("Enter")
        page.get_by_role("link", name="Begin").press("Enter")
        expect(page.get_by_text("certificate error")).to_be_visible()
        first = page.get_by_role("group", name="1. VPN certificate expired")
        first.get_by_label("Same problem").focus()
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        expect(first.get_by_label("Related", exact=True)).to_be_checked()
        page.get_by_role("button", name="Save and go on").press("Enter")
        expect(page.get_by_text("Blank labels")).to_be_visible()
        page.get_by_role("link", name="own").press("Enter")
        expect(page.get_by_text("1 of 2 judged")).to_be_visible()
        given = pool.app.judging.given("own")
        assert [(one.person, one.record_id, one.grade) for one in given] == [
            ("eva", "INC0001", Grade.RELATED)
        ]

    @pytest.mark.parametrize("path", ["/judging", "/judging/own", "/judging/own/1"])
    def test_fits_a_sidebar_of_320_pixels(self, pool: Service, sign_in: SignIn, path: str) -> None:
        page: Page = sign_in("Eva")
        page.set_viewport_size({"width": 320, "height": 800})
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
