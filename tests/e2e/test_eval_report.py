"""The report of an evaluation, opened from the disk in a real Chromium."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page

from evals.reporting.files import Wanted, write_report
from evals.results import Latency
from tests.unit.evals.kept_runs import result

QUERIES = 60
HOSTILE = "<script>alert(1)</script><img src=https://evil.example/x>"
# Of text as large as that of the page (WCAG 2.2, 1.4.3).
CONTRAST = 4.5

LUMINANCE = """
const channels = colour => colour.match(/[\\d.]+/g).slice(0, 3).map(value => {
  const part = value / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
});
const parts = [0.2126, 0.7152, 0.0722];
const light = colour => channels(colour).reduce((sum, c, n) => sum + c * parts[n], 0);
const ratio = (one, other) => {
  const [a, b] = [light(one), light(other)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
};
const card = getComputedStyle(document.querySelector(".card")).backgroundColor;
"""


def written(file: Path, system: str, drop: float) -> Path:
    """A run with probabilities, times, and a query whose name is not to be trusted."""
    scores = [(n % 7) / 6 * (1 - drop * (n % 2)) for n in range(QUERIES)]
    times = Latency.of([5 + n * (2 - drop) for n in range(QUERIES)])
    found = result({"agreement@3": scores, "top1": scores}, system=system, latency=times).as_json()
    for n, query in enumerate(found["per_query"]):
        del query["ranking"]
        query["hypotheses"] = [
            {
                "statement": f"{HOSTILE} the certificate had expired",
                "probability": (n % 10) / 10,
                "agreement": 0.9 if n % 10 > 4 + 2 * drop else 0.1,
                "record_ids": ["inc-1"],
            }
        ]
    found["per_query"][1]["id"] = HOSTILE
    file.write_text(json.dumps(found), encoding="utf-8")
    return file


class Opened(NamedTuple):
    """A page, and what it said and asked for meanwhile."""

    page: Page
    messages: list[str]
    requests: list[str]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of a run that is held against another one."""
    folder = tmp_path_factory.mktemp("report")
    against = written(folder / "before.json", "precedent", 0.0)
    run = written(folder / "after.json", "bm25", 0.8)
    write_report(Wanted(run=run, against=against))
    return folder / "after.html"


@pytest.fixture(params=[(1024, "light"), (1024, "dark"), (480, "light"), (480, "dark")])
def opened(browser: Browser, report: Path, request: pytest.FixtureRequest) -> Iterator[Opened]:
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=True
    )
    page = context.new_page()
    found = Opened(page, [], [])
    page.on("console", lambda message: found.messages.append(message.text))
    page.on("pageerror", lambda error: found.messages.append(str(error)))
    page.on("request", lambda asked: found.requests.append(asked.url))
    page.goto(report.as_uri())
    yield found
    context.close()


class TestReport:
    def test_it_opens_from_the_disk_and_asks_for_nothing(
        self, opened: Opened, report: Path
    ) -> None:
        assert opened.messages == []
        assert opened.requests == [report.as_uri()]
        assert opened.page.get_by_role("heading", level=1).inner_text() == "Retrieval on tiny"

    def test_all_plots_are_there_in_a_readable_size(self, opened: Opened) -> None:
        page, width = opened.page, (opened.page.viewport_size or {"width": 0})["width"]
        plots = page.locator("svg.plot")
        assert page.locator("figure").evaluate_all("all => all.map(one => one.id)") == [
            "plot-deltas",
            "plot-latency",
            "plot-reliability",
            "plot-risk-coverage",
        ]
        for place in range(plots.count()):
            box = plots.nth(place).bounding_box()
            assert box is not None
            assert 400 <= box["width"] <= 640
            assert 250 <= box["height"] <= 400
            assert 0 <= box["x"] <= width - box["width"]
        letters = page.locator("svg.plot text").first.evaluate(
            "one => 12 * one.ownerSVGElement.getBoundingClientRect().width / 480"
        )
        assert letters >= 10

    def test_nothing_is_wider_than_the_page(self, opened: Opened) -> None:
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert opened.page.evaluate(wide) == 0

    def test_what_is_written_and_drawn_stands_out_from_its_ground(self, opened: Opened) -> None:
        texts = opened.page.evaluate(
            LUMINANCE
            + """
            [...document.querySelectorAll("h1, dt, dd, th, td, .verdict, figcaption, summary, .id")]
              .map(one => ratio(getComputedStyle(one).color, card))
            """
        )
        letters = opened.page.evaluate(
            LUMINANCE
            + """
            [...document.querySelectorAll("svg text")]
              .map(one => ratio(getComputedStyle(one).fill, card))
            """
        )
        marks = opened.page.evaluate(
            LUMINANCE
            + """
            [...document.querySelectorAll("svg .line.other, svg .line.reference")]
              .map(one => ratio(getComputedStyle(one).stroke, card))
            """
        )
        assert min(texts) >= CONTRAST
        assert min(letters) >= CONTRAST
        # Of what is drawn (WCAG 2.2, 1.4.11).
        assert min(marks) >= 3

    def test_it_follows_the_theme_of_the_reader(self, opened: Opened) -> None:
        scheme = (
            "light"
            if opened.page.evaluate("matchMedia('(prefers-color-scheme: light)').matches")
            else "dark"
        )
        ground = opened.page.evaluate(LUMINANCE + "light(card)")
        assert (ground > 0.5) is (scheme == "light")

    def test_tables_open_with_the_keyboard(self, opened: Opened) -> None:
        summary = opened.page.locator("#plot-latency summary")
        summary.focus()
        opened.page.keyboard.press("Enter")
        assert opened.page.locator("#plot-latency table").is_visible()
