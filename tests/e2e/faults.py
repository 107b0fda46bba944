"""What may be wrong with a page, whatever it shows."""

from typing import Any

from playwright.sync_api import Page

from tests.npm_file import NpmFile

AXE = NpmFile(
    "axe-core",
    "4.10.2",
    "package/axe.min.js",
    "b511cd9dec01c76f4b2ad1723b66b6db37d4c2eb4ed199076e1829d9ee7b75e3",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """Each broken rule with the element that breaks it."""
    page.evaluate(AXE.content().decode())
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES
    )
    return [
        f"{each['id']}: {node['html'][:150]}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def unfold(page: Page) -> None:
    """Open everything that can be opened in place."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


def sticks_out(page: Page) -> bool:
    """Whether one has to scroll sideways."""
    wide: bool = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return wide
