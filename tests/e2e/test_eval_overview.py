"""The page of a suite, made by its command and opened from the disk in a real Chromium."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from typer.testing import CliRunner

from assistant.cli import app
from tests.unit.evals.folders import dataset


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``precedent eval suite`` writes for two small datasets."""
    root = tmp_path_factory.mktemp("suite")
    data = [str(dataset(root / name)) for name in ("first", "second")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRECEDENT_EMBEDDER__BACKEND", "hashing")
        command = ["eval", "suite", *data, "--no-cache", "--into", str(root / "out")]
        done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    return root / "out"


@pytest.mark.parametrize("width", [1200, 400])
def test_it_opens_without_a_word_fits_and_leads_to_every_report(
    browser: Browser, folder: Path, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.goto((folder / "index.html").as_uri())
    expect(page.get_by_role("heading", name="Retrieval: ndcg@10")).to_be_visible()
    table = page.get_by_role("table").first
    expect(table.get_by_role("columnheader", name="second")).to_be_visible()
    expect(table.get_by_role("rowheader", name="langchain-default")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    links = page.get_by_role("link", name="report").evaluate_all("all => all.map(one => one.href)")
    assert len(links) == len(set(links)) == 4
    for link in links:
        page.goto(link)
        expect(page.get_by_role("heading", level=1)).to_contain_text(" on ")
        expect(page.locator("svg.plot").first).to_be_visible()
    assert messages == []
    page.close()
