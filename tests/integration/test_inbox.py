"""The inbox: what waits for whom, how well it is backed, and what to do about what is stuck."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from assistant.db.tables import proposals
from tests.integration.draft_life import ANA, PAUL, RUTH, drafted, edited, wired

OVERRIDE = {"override_reason": "It is early."}


def submitted(client: TestClient, record: str = "INC0009") -> dict[str, Any]:
    draft = edited(client, drafted(client, record), "Impact", "Forty people waited.")
    headers = {**RUTH, "If-Match": draft["etag"]}
    made = client.post(f"/api/v1/drafts/{draft['id']}/submit", json=OVERRIDE, headers=headers)
    assert made.status_code == 201, made.text
    body: dict[str, Any] = made.json()
    return body


def sections(html: str) -> dict[str, str]:
    """The parts of a page by their headings, without tags."""
    found = re.findall(r"<section[^>]*><h2>(.*?)</h2>(.*?)</section>", html, re.DOTALL)
    return {plain(head): plain(body) for head, body in found}


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def becomes(client: TestClient, proposal: str, state: str, reason: str = "") -> None:
    with wired(client).database.write() as connection:
        this = proposals.c.id == proposal
        connection.execute(update(proposals).where(this).values(state=state, reason=reason))


class TestInbox:
    def test_it_waits_for_the_approver_and_not_for_its_author(self, client: TestClient) -> None:
        submitted(client)
        for_paul = sections(client.get("/approvals", headers=PAUL).text)
        assert "VPN refuses clients" in for_paul["Waiting for you 1"]
        for_ruth = sections(client.get("/approvals", headers=RUTH).text)
        assert "VPN refuses clients" not in for_ruth["Waiting for you"]
        assert "VPN refuses clients" in for_ruth["Waiting for somebody else"]

    def test_what_one_approved_who_is_not_enough_waits_for_others(self, client: TestClient) -> None:
        made = submitted(client)
        with wired(client).database.write() as connection:
            connection.execute(update(proposals).values(quorum=2))
        decision = {"decision": "approve", "sha256": made["sha256"]}
        path = f"/api/v1/proposals/{made['id']}/decision"
        assert client.post(path, json=decision, headers=PAUL).json()["state"] == "submitted"
        for_paul = sections(client.get("/approvals", headers=PAUL).text)
        assert "VPN refuses clients" in for_paul["Waiting for somebody else"]

    def test_a_row_tells_target_backing_and_objections(self, client: TestClient) -> None:
        made = submitted(client)
        (row,) = (
            body
            for head, body in sections(client.get("/approvals", headers=PAUL).text).items()
            if head.startswith("Waiting for you")
        )
        assert f"to {made['target']}" in row
        assert re.search(r"\d+ of \d+ claims supported", row)
        assert "1 by the author" in row
        assert ("submitted over" in row) == bool(made["blockers"])

    @pytest.mark.parametrize(
        ("state", "advice", "button"),
        [
            ("conflict", "ask for approval again", "Ask for approval again"),
            ("ambiguous", "Look at the ticket for its mark", "Look again"),
            ("failed", "Nothing was written", "Try again"),
        ],
    )
    def test_what_is_stuck_says_what_to_do(
        self, client: TestClient, state: str, advice: str, button: str
    ) -> None:
        made = submitted(client)
        becomes(client, made["id"], state, "The target said no.")
        assert advice in sections(client.get("/approvals", headers=PAUL).text)["Needs a person"]
        shown = client.get(f"/approvals/{made['id']}", headers=PAUL).text
        assert advice in plain(shown)
        assert f"<button>{button}</button>" in shown

    def test_who_may_not_try_again_is_told_who_may(self, client: TestClient) -> None:
        made = submitted(client)
        becomes(client, made["id"], "failed")
        shown = client.get(f"/approvals/{made['id']}", headers=ANA).text
        assert "An approver or an admin can try again." in shown
        assert "<button>Try again</button>" not in shown


class TestTrail:
    def test_it_tells_who_did_what_and_why(self, client: TestClient) -> None:
        made = submitted(client)
        refused = {"decision": "reject", "sha256": made["sha256"], "reason": "Too early."}
        client.post(f"/api/v1/proposals/{made['id']}/decision", json=refused, headers=PAUL)
        history = sections(client.get(f"/approvals/{made['id']}", headers=RUTH).text)["History"]
        assert "proposal submitted ruth" in history
        assert re.search(r"proposal rejected paul · no\. \d+ Too early\.", history)
