"""What a draft rests on: linked records, suspects, and the same evidence again later."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.bootstrap import Application
from assistant.main import create_app
from retrieval.access import EVERYONE, Reader
from retrieval.errors import NotFound
from tests.installation import application, take_in

RUTH = {"X-Precedent-Person": "ruth"}
READER = Reader("ruth", frozenset({EVERYONE}))
INCIDENT = {
    "id": "INC1",
    "kind": "incident",
    "title": "Checkout refuses payments",
    "text": "Payments at the checkout fail with error PAY-77 since ten o'clock.",
    "fields": {
        "service": "Checkout",
        "opened_at": "2026-03-02 10:00:00",
        "change": "CHG1",
        "problem": "PRB1",
        "alerts": ["ALR1"],
    },
}
LINKED = [
    {
        "id": "CHG1",
        "kind": "change",
        "title": "Lower the pool of orders-db",
        "text": "The connection pool of orders-db is lowered from 200 to 50.",
        "fields": {"service": "Checkout", "opened_at": "2026-03-02 09:30:00"},
    },
    {
        "id": "PRB1",
        "kind": "problem",
        "title": "Checkout and its pool",
        "text": "## Root cause\nThe change template has no check of peak connections.\n\n"
        "## Resolution\nThe pool was set back to 200.\n",
        "fields": {"service": "Checkout"},
    },
    {
        "id": "ALR1",
        "kind": "alert",
        "title": "CheckoutErrors",
        "text": "Synthetic monitoring sees errors of the checkout above 20 percent.",
        "fields": {"service": "Checkout", "opened_at": "2026-03-02 10:01:00"},
    },
]
UNLINKED = {
    "id": "CHG2",
    "kind": "change",
    "title": "New certificate for the checkout gateway",
    "text": "The certificate of the checkout gateway is renewed.",
    "fields": {"service": "Checkout", "opened_at": "2026-03-02 08:00:00"},
}


def stored(app: Application, folder: Path, *entries: dict[str, Any]) -> None:
    path = folder / "tickets.jsonl"
    path.write_text("\n".join(json.dumps(entry) for entry in entries), encoding="utf-8")
    take_in(app, path)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    opened = application(tmp_path / "var")
    stored(opened, tmp_path, INCIDENT, *LINKED, UNLINKED)
    yield opened
    opened.database.close()


@pytest.fixture
def client(app: Application) -> Iterator[TestClient]:
    with TestClient(create_app(app)) as opened:
        yield opened


def drafted(client: TestClient) -> dict[str, Any]:
    answer = client.post("/api/v1/drafts", json={"record_id": "INC1"}, headers=RUTH)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def told(draft: dict[str, Any], name: str) -> list[tuple[str, str, str]]:
    (section,) = [section for section in draft["sections"] if section["name"] == name]
    return [
        (claim["kind"], claim["text"], claim["citations"][0]["record_id"].rpartition(":")[2])
        for claim in section["claims"]
    ]


class TestLinkedRecords:
    def test_problem_and_alert_tell_facts_of_the_incident(self, client: TestClient) -> None:
        draft = drafted(client)
        root = "The change template has no check of peak connections."
        assert told(draft, "Root cause") == [("fact", root, "PRB1")]
        assert told(draft, "Resolution") == [("fact", "The pool was set back to 200.", "PRB1")]
        ((kind, text, source),) = told(draft, "Detection")
        assert (kind, source) == ("fact", "ALR1")
        assert text.startswith("Synthetic monitoring sees errors")

    def test_that_a_linked_change_is_the_cause_is_only_inferred(self, client: TestClient) -> None:
        ((kind, _, source),) = told(drafted(client), "Proximate cause")
        assert (kind, source) == ("inference", "CHG1")

    def test_a_change_that_nobody_linked_is_asked_about(self, client: TestClient) -> None:
        questions = [question["text"] for question in drafted(client)["questions"]]
        (asked,) = [text for text in questions if "CHG2" in text]
        assert asked.startswith("Did the change CHG2 'New certificate for the checkout gateway'")
        assert not any("the change CHG1" in text for text in questions)

    def test_who_may_not_read_a_change_that_is_asked_about_has_no_draft(
        self, app: Application, client: TestClient, tmp_path: Path
    ) -> None:
        draft = drafted(client)
        path = tmp_path / "hidden.jsonl"
        path.write_text(json.dumps({**UNLINKED, "text": "Hidden."}), encoding="utf-8")
        take_in(app, path, groups=frozenset({"personnel"}), partial=True)
        assert client.get(f"/api/v1/drafts/{draft['id']}", headers=RUTH).status_code == 404

    def test_the_draft_keeps_what_each_record_was_to_it(self, client: TestClient) -> None:
        roles = {
            item["record_id"].rpartition(":")[2]: item["role"]
            for item in drafted(client)["evidence"]
        }
        assert roles["INC1"] == "incident"
        assert {roles["CHG1"], roles["PRB1"], roles["ALR1"]} == {"linked"}
        assert roles["CHG2"] == "suspected change"


class TestReplay:
    def test_the_same_draft_comes_out_after_the_records_have_changed(
        self, app: Application, client: TestClient, tmp_path: Path
    ) -> None:
        draft = drafted(client)
        changed = {**INCIDENT, "text": "Payments work. Nothing was wrong."}
        stored(app, tmp_path, changed, *LINKED, UNLINKED)
        replay = app.drafting.replay(draft["id"], READER)
        assert replay.is_same
        assert replay.differences == ()
        assert drafted(client)["etag"] != draft["etag"]

    def test_an_edit_does_not_change_what_is_replayed(
        self, app: Application, client: TestClient
    ) -> None:
        draft = drafted(client)
        edit = {"sections": {"Impact": [{"text": "All shops were closed."}]}}
        answer = client.put(
            f"/api/v1/drafts/{draft['id']}",
            json=edit,
            headers={**RUTH, "If-Match": f'"{draft["etag"]}"'},
        )
        assert answer.status_code == 200, answer.text
        assert app.drafting.replay(draft["id"], READER).is_same

    def test_what_the_reader_may_not_read_is_not_replayed(
        self, app: Application, client: TestClient
    ) -> None:
        draft = drafted(client)
        with pytest.raises(NotFound, match="no longer there"):
            app.drafting.replay(draft["id"], Reader("mallory", frozenset()))
