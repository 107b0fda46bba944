"""Insight pages in a browser: they fit, their charts are drawn, and the tables hold the values."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Service, SignIn

PAGES = ("", "/recurring", "/knowledge-gaps", "/corpus-hygiene", "/usage", "/quality")


class TestInsights:
    @pytest.mark.parametrize("path", PAGES)
    def test_fits_a_sidebar_of_320_pixels(self, sign_in: SignIn, path: str) -> None:
        page: Page = sign_in("Eva")
        page.set_viewport_size({"width": 320, "height": 800})
        page.goto(f"/insights{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320

    def test_a_verdict_is_drawn_and_is_in_the_table(
        self, sign_in: SignIn, service: Service
    ) -> None:
        ana = sign_in("Ana")
        ana.goto("/sidebar?record=INC0009")
        ana.get_by_role("button", name="INC0001 was useful").click()
        expect(ana.get_by_role("status")).to_contain_text("Thank you")
        service.app.suggestions.flush()
        eva = sign_in("Eva")
        eva.get_by_role("link", name="Insights").click()
        eva.get_by_role("link", name="Acceptance and usage").click()
        chart = eva.get_by_role("figure", name="Verdicts by week")
        expect(chart.locator("svg[role=img] rect")).to_have_count(1)
        chart.get_by_text("As a table").click()
        expect(chart.get_by_role("row").last).to_contain_text("1")
