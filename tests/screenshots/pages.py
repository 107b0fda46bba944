"""Every page and state: what it is called, whose it is, and how one gets there."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from playwright.sync_api import Page

from tests.screenshots.installation import Made

NO_PRECEDENT = "The aquarium in the lobby leaks and the fish look worried"


@dataclass(frozen=True, slots=True)
class Shot:
    """A page of a person; ``act`` is done after it is loaded. Nobody is signed in as ``""``."""

    name: str
    person: str
    path: str
    act: Callable[[Page], None] | None = None


def of_the_demo(made: Made, record: str) -> list[Shot]:
    """The pages of a service that is in use."""
    draft = f"/drafts/{made.draft}"
    insights = ("recurring", "knowledge-gaps", "corpus-hygiene", "usage", "quality", "connectors")
    return [
        Shot("sign-in", "", "/sign-in"),
        Shot("home", "ana", "/"),
        Shot("sidebar", "ana", f"/sidebar?record={quote(record)}"),
        Shot("sidebar-paste", "ana", "/sidebar"),
        Shot("sidebar-no-precedent", "ana", "/", _ask_for_nothing),
        Shot("record", "ana", "/records/RCA-001"),
        Shot("record-incident", "ana", "/records/INC0010001?revision=1&start=38&end=103#cited"),
        Shot("drafts", "ruth", "/drafts"),
        Shot("draft", "ruth", draft),
        Shot("draft-diff", "ruth", f"{draft}/diff?from=1&to=2"),
        Shot("draft-submit", "ruth", f"{draft}/propose"),
        Shot("draft-companion", "ruth", f"{draft}/companions/executive-summary"),
        Shot("approvals", "paul", "/approvals"),
        Shot("approvals-author", "ruth", "/approvals"),
        *(
            Shot(f"approval-{state}", "paul", f"/approvals/{proposal}")
            for state, proposal in made.proposals.items()
            if proposal
        ),
        Shot("judging", "eva", "/judging"),
        Shot("judging-pool", "eva", "/judging/own"),
        Shot("judging-query", "eva", "/judging/own/1"),
        Shot("insights", "ada", "/insights"),
        *(Shot(f"insight-{name}", "ada", f"/insights/{name}") for name in insights),
        Shot("error-not-found", "ana", "/records/INC999"),
        Shot("error-not-allowed", "ana", "/insights/usage"),
    ]


def of_nothing() -> list[Shot]:
    """The pages of a service in which nothing has happened yet."""
    names = ("recurring", "knowledge-gaps", "corpus-hygiene", "usage", "quality", "connectors")
    return [
        Shot("empty-home", "ada", "/"),
        Shot("empty-drafts", "ada", "/drafts"),
        Shot("empty-approvals", "ada", "/approvals"),
        Shot("empty-judging", "ada", "/judging"),
        *(Shot(f"empty-insight-{name}", "ada", f"/insights/{name}") for name in names),
    ]


def _ask_for_nothing(page: Page) -> None:
    page.locator(".paste textarea").fill(NO_PRECEDENT)
    page.locator(".paste button").click()
    page.wait_for_load_state()
