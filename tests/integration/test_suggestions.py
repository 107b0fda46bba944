"""What people were shown is in the ledger: who, what and when, and not a word of it."""

import hashlib
import json
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from assistant.db.audit import AuditLedger
from assistant.domain.audit import AuditEvent
from assistant.domain.incident import IncidentContext
from assistant.domain.people import Person, Role
from assistant.main import create_app
from assistant.services import suggestions
from assistant.services.similar import SimilarAnswer
from assistant.services.suggestions import SHOWN, SuggestionLog
from retrieval.corpus.database import Database
from retrieval.searcher import SearchResult
from tests.conftest import NOW
from tests.installation import filled
from tests.integration.draft_life import ANA, PAUL, PEOPLE, RUTH, drafted, wired

QUESTION = "VPN certificate expired, login password=Hunter2! fails"


def shown(client: TestClient) -> list[AuditEvent]:
    """The events of what was shown, oldest first."""
    app = wired(client)
    app.suggestions.flush()
    with app.audit.snapshot() as ledger:
        return [event for event in ledger.events if event.action == SHOWN]


def payload(event: AuditEvent) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(event.payload)
    return found


class TestOverHttp:
    def test_a_triage_card_is_noted_as_it_was_shown(self, client: TestClient) -> None:
        question = {"record_id": "INC0009", "as_of": "2026-01-13T08:00:00+02:00"}
        card = client.post("/api/v1/triage", json=question, headers=ANA).json()
        (event,) = shown(client)
        assert (event.actor, event.subject) == ("ana", "INC0009")
        noted = payload(event)
        assert noted["as_of"] == "2026-01-13T06:00:00+00:00"
        assert noted["hits"] == [hit["record_id"] for hit in card["hits"]] != []
        assert noted["runbooks"] == [hit["record_id"] for hit in card["runbooks"]] != []
        assert noted["hypotheses"] == [
            list(dict.fromkeys(cited["record_id"] for cited in one["support"]))
            for one in card["hypotheses"]
        ]
        assert noted["abstained"] == card["abstained"]
        assert noted["probability"] == card["precedent_probability"]

    def test_a_question_is_noted_by_its_digest_only(self, client: TestClient) -> None:
        client.post("/api/v1/similar", json={"text": QUESTION}, headers=ANA)
        (event,) = shown(client)
        redacted = wired(client).redactor.redact(QUESTION).text
        assert "Hunter2" not in redacted
        assert payload(event)["question"] == hashlib.sha256(redacted.encode()).hexdigest()
        assert event.subject == f"text:{payload(event)['question'][:16]}"
        told = f"{event.subject} {event.payload}"
        assert [word for word in ("VPN", "certificate", "Hunter2") if word in told] == []

    def test_every_face_notes_what_it_shows(self, client: TestClient) -> None:
        alert = {"title": "VPN certificate expired", "service": "Remote access VPN"}
        client.post("/api/v1/similar", json={"text": "printer jam"}, headers=ANA)
        client.post("/api/v1/triage", json={"text": "printer jam"}, headers=ANA)
        client.post("/api/v1/triage/events", json=alert, headers=ANA)
        client.get("/sidebar?record=INC0009", headers=ANA)
        client.post("/sidebar", data={"text": "the ERP stands still"}, headers=ANA)
        noted = [(payload(event)["answer"], event.subject[:5]) for event in shown(client)]
        assert noted == [
            ("similar", "text:"),
            ("triage", "text:"),
            ("triage", "text:"),
            ("triage", "INC00"),
            ("triage", "text:"),
        ]
        assert wired(client).audit.verify().ok

    def test_nothing_is_noted_where_nothing_was_shown(self, client: TestClient) -> None:
        client.get("/sidebar", headers=ANA)
        client.post("/api/v1/triage", json={"record_id": "INC404"}, headers=ANA)
        client.post("/api/v1/triage", json={"text": "x"})
        assert shown(client) == []

    def test_a_page_loaded_again_is_the_same_event_for_one_person(self, client: TestClient) -> None:
        for who in (ANA, ANA, RUTH, ANA):
            client.get("/sidebar?record=INC0009", headers=who)
        assert [event.actor for event in shown(client)] == ["ana", "ruth"]

    def test_what_was_shown_is_in_the_ledger_once_the_server_has_stopped(
        self, tmp_path: Path
    ) -> None:
        app = filled(tmp_path, web={"embedded_worker": False}, auth={"people": PEOPLE})
        with TestClient(create_app(app)) as client:
            for number in range(20):
                client.post("/api/v1/similar", json={"text": f"VPN {number}"}, headers=ANA)
        report = app.audit.verify()
        app.database.close()
        assert (report.ok, report.events) == (True, 20)


class TestAccess:
    def test_the_page_of_a_proposal_tells_nothing_of_what_was_shown(
        self, client: TestClient
    ) -> None:
        draft = drafted(client)
        match = {**RUTH, "If-Match": draft["etag"]}
        made = client.post(f"/api/v1/drafts/{draft['id']}/submit", json={}, headers=match).json()
        client.get("/sidebar?record=INC0003", headers=RUTH)
        client.get("/sidebar?record=INC0009", headers=RUTH)
        assert len(shown(client)) == 2
        page = client.get(f"/approvals/{made['id']}", headers=PAUL).text
        assert "proposal submitted" in page
        assert "suggestion" not in page
        # The events of the page say what happened, not with which records.
        history = page[page.index('class="history"') :]
        assert "INC0" not in history[: history.index("</ol>")]

    def test_feedback_and_remarks_are_events_of_ids_and_verdicts(self, client: TestClient) -> None:
        draft = drafted(client)
        given = {"subject": "INC0009", "suggestion": "INC0001", "verdict": "useful"}
        said = "It was Mia who saw it."
        client.post("/api/v1/feedback", json={**given, "reason": said}, headers=ANA)
        client.post(f"/api/v1/drafts/{draft['id']}/comments", json={"text": said}, headers=ANA)
        client.post(f"/api/v1/drafts/{draft['id']}/comments/1/resolve", headers=RUTH)
        with wired(client).audit.snapshot() as ledger:
            events = [e for e in ledger.events if e.action.startswith(("feedback", "comment"))]
        told = {"suggestion": "INC0001", "verdict": "useful"}
        assert [(e.actor, e.action, e.subject, json.loads(e.payload)) for e in events] == [
            ("ana", "feedback.given", "INC0009", {**told, "kind": "similar"}),
            ("ana", "comment.added", draft["id"], {"comment": 1, "revision": 1}),
            ("ruth", "comment.resolved", draft["id"], {"comment": 1}),
        ]


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def noted(database: Database, clock: Clock) -> SuggestionLog:
    return SuggestionLog(database, clock)


PERSON = Person(name="ana", display_name="Ana", roles=frozenset({Role.ANALYST}))


def answer(question: str) -> SimilarAnswer:
    return SimilarAnswer(IncidentContext.of_text(question), SearchResult((), abstained=True))


def count(database: Database) -> int:
    report = AuditLedger(database).verify()
    assert report.ok
    return report.events


class TestNoting:
    def test_after_a_minute_the_same_answer_is_a_new_event(
        self, noted: SuggestionLog, database: Database, clock: Clock
    ) -> None:
        for seconds in (0, 59, 1, 59):
            clock.now += timedelta(seconds=seconds)
            noted.similar(PERSON, answer("VPN"))
        assert count(database) == 2

    def test_many_at_once_are_all_noted_in_the_background(
        self, noted: SuggestionLog, database: Database
    ) -> None:
        def ask(name: int) -> None:
            for number in range(50):
                noted.similar(PERSON, answer(f"{name} {number}"))

        with noted.in_background():
            threads = [threading.Thread(target=ask, args=(name,)) for name in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert count(database) == 200

    def test_nobody_waits_for_who_else_is_writing(
        self, noted: SuggestionLog, database: Database
    ) -> None:
        with noted.in_background():
            with database.write():
                noted.similar(PERSON, answer("while somebody writes"))
            noted.flush()
            assert count(database) == 1

    def test_where_too_much_waits_an_answer_waits_for_its_event(
        self, noted: SuggestionLog, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(suggestions, "_MOST_WAITING", 0)
        with noted.in_background():
            noted.similar(PERSON, answer("VPN"))
            assert count(database) == 1

    def test_without_its_event_no_answer_is_shown(
        self, noted: SuggestionLog, database: Database
    ) -> None:
        without_a_ledger(database)
        for _ in range(2):
            with pytest.raises(DBAPIError):
                noted.similar(PERSON, answer("VPN"))

    def test_what_could_not_be_noted_is_noted_later(
        self, noted: SuggestionLog, database: Database
    ) -> None:
        failed = threading.Event()
        suggestions_log = noted._append

        def fails_once(batch: Any) -> None:
            if not failed.is_set():
                failed.set()
                raise OSError("the disk is full")
            suggestions_log(batch)

        noted._append = fails_once  # type: ignore[method-assign]  # a disk that is full for a while
        with noted.in_background():
            noted.similar(PERSON, answer("VPN"))
            noted.flush()
        assert failed.is_set()
        assert count(database) == 1


def without_a_ledger(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("DROP TABLE audit_head"))
