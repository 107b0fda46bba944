"""Held back: nothing of a suggestion is shown anywhere, and all of it is in the ledger."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.domain.audit import AuditEvent
from assistant.main import create_app
from assistant.services.suggestions import RECORDED, SHOWN
from tests.installation import filled
from tests.integration.draft_life import ANA, PAUL, PEOPLE, RUTH, drafted, wired

EVE = {"X-Precedent-Person": "eve"}
# Words and ids of the answer to INC0009 that the question does not have.
ANSWER = ["INC0001", "INC0003", "KB-001", "renewal job", "archive log", "skipped gateways"]
QUESTION = {"record_id": "INC0009"}


def opened(folder: Path, **online: Any) -> Iterator[TestClient]:
    people = [*PEOPLE, {"name": "eve", "roles": ["analyst", "evaluator"]}]
    app = filled(folder, web={"embedded_worker": False}, auth={"people": people}, online=online)
    with TestClient(create_app(app), raise_server_exceptions=False) as client:
        yield client
    app.database.close()


@pytest.fixture
def shadow(tmp_path: Path) -> Iterator[TestClient]:
    """A service whose suggestions are all held back."""
    yield from opened(tmp_path, mode="shadow", ends="2999-03-01")


@pytest.fixture
def teams(tmp_path: Path) -> Iterator[TestClient]:
    """A service that holds back one of two teams: Ruth's or everybody else's."""
    online = {"unit": "team", "teams": ["personnel", "everyone"], "starts": "2020-01-06"}
    yield from opened(tmp_path, mode="holdout", **online)


def noted(client: TestClient, *actions: str) -> list[AuditEvent]:
    app = wired(client)
    app.suggestions.flush()
    with app.audit.snapshot() as ledger:
        return [event for event in ledger.events if event.action in actions]


class TestShadow:
    @pytest.mark.parametrize("who", [ANA, RUTH, PAUL], ids=["analyst", "author", "approver"])
    def test_the_page_and_the_body_hold_nothing_of_the_answer(
        self, shadow: TestClient, who: dict[str, str]
    ) -> None:
        text = "Nobody can connect to vpn-gw-1: certificate has expired"
        alert = {"title": "VPN certificate expired", "service": "Remote access VPN"}
        answers = [
            shadow.get("/sidebar?record=INC0009", headers=who),
            shadow.post("/sidebar", data={"text": text}, headers=who),
            shadow.post("/api/v1/triage", json=QUESTION, headers=who),
            shadow.post("/api/v1/triage", json={"text": text}, headers=who),
            shadow.post("/api/v1/triage/events", json=alert, headers=who),
        ]
        for answer in answers:
            assert answer.status_code == 200
            assert [word for word in ANSWER if word in answer.text] == []
            assert "recorded, not shown, until 1 March 2999" in answer.text

    def test_the_ledger_holds_what_would_have_been_shown(self, shadow: TestClient) -> None:
        shown = shadow.post("/api/v1/triage", json=QUESTION, headers=EVE).json()
        held = shadow.post("/api/v1/triage", json=QUESTION, headers=ANA).json()
        assert held["held_back"] is True
        assert held["hits"] == held["hypotheses"] == held["runbooks"] == []
        (event,) = noted(shadow, RECORDED)
        told = json.loads(event.payload)
        assert (event.actor, event.subject, told["shown"], told["arm"]) == (
            "ana",
            "INC0009",
            False,
            "held-back",
        )
        assert told["hits"] == [hit["record_id"] for hit in shown["hits"]] != []
        assert told["runbooks"] == [hit["record_id"] for hit in shown["runbooks"]] != []

    def test_an_evaluator_sees_what_is_held_back_from_others(self, shadow: TestClient) -> None:
        assert "renewal job" in shadow.get("/sidebar?record=INC0009", headers=EVE).text
        (event,) = noted(shadow, SHOWN)
        assert json.loads(event.payload)["arm"] == "outside"

    def test_whoever_looks_something_up_finds_it_and_the_ledger_says_who(
        self, shadow: TestClient
    ) -> None:
        found = shadow.post("/api/v1/similar", json=QUESTION, headers=ANA).json()
        assert "INC0001" in [hit["record_id"] for hit in found["hits"]]
        (event,) = noted(shadow, SHOWN)
        assert (json.loads(event.payload)["answer"], json.loads(event.payload)["arm"]) == (
            "similar",
            "held-back",
        )

    def test_drafts_are_written_as_ever(self, shadow: TestClient) -> None:
        assert "Draft an RCA" in shadow.get("/sidebar?record=INC0009", headers=ANA).text
        assert "KB-001" in json.dumps(drafted(shadow)["evidence"])


class TestTeams:
    def test_one_team_is_shown_what_the_other_is_not(self, teams: TestClient) -> None:
        pages = [teams.get("/sidebar?record=INC0009", headers=who).text for who in (ANA, RUTH)]
        assert sorted("renewal job" in page for page in pages) == [False, True]
        assert sorted("Your team&#39;s suggestions are" in page for page in pages) == [False, True]
        arms = [json.loads(event.payload)["arm"] for event in noted(teams, SHOWN, RECORDED)]
        assert sorted(arms) == ["held-back", "shown"]


class TestVerdicts:
    def test_what_was_done_with_each_kind_is_an_event_of_ids(self, client: TestClient) -> None:
        card = client.post("/api/v1/triage", json=QUESTION, headers=ANA).json()
        hypothesis = card["hypotheses"][0]
        given = {
            hypothesis["id"]: "edited",
            "INC0001": "accepted",
            "KB-001": "rejected",
            "action:0123456789abcdef": "accepted",
            "field:0123456789abcdef": "rejected",
        }
        for suggestion, verdict in given.items():
            body = {"subject": "INC0009", "suggestion": suggestion, "verdict": verdict}
            kept = client.post(
                "/api/v1/feedback", json={**body, "reason": "Mia said so"}, headers=ANA
            )
            assert kept.status_code == 201, kept.text
        events = noted(client, "feedback.given")
        assert [json.loads(event.payload) for event in events] == [
            {"suggestion": suggestion, "kind": kind, "verdict": verdict}
            for (suggestion, verdict), kind in zip(
                given.items(),
                ["hypothesis", "similar", "runbook", "action", "field"],
                strict=True,
            )
        ]

    def test_a_rejected_hypothesis_goes_to_the_end(self, client: TestClient) -> None:
        first = client.post("/api/v1/triage", json=QUESTION, headers=ANA).json()["hypotheses"][0]
        form = {"subject": "INC0009", "suggestion": first["id"], "verdict": "rejected"}
        told = client.post("/feedback", data=form, headers=ANA, follow_redirects=False)
        assert told.status_code == 303
        after = client.post("/api/v1/triage", json=QUESTION, headers=ANA).json()["hypotheses"]
        assert (after[-1]["id"], after[-1]["standing"]) == (first["id"], "rejected")

    def test_every_kind_of_suggestion_has_its_form_on_the_page(self, client: TestClient) -> None:
        page = client.get("/sidebar?record=INC0009", headers=ANA).text
        for label in ("Accept this hypothesis", "Reject this hypothesis", "KB-001 was useful"):
            assert f'aria-label="{label}"' in page
