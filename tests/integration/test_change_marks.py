"""A person says whether a change belongs to an incident: kept, audited, shown."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from assistant.db.audit import AuditLedger
from assistant.db.change_marks import ChangeMark, ChangeMarkRepository, ChangeVerdict
from assistant.main import create_app
from retrieval.corpus.database import Database
from retrieval.corpus.store import SqlRecordStore
from retrieval.corpus.writer import CorpusWriter
from retrieval.records import RecordKind
from tests.conftest import NOW, content
from tests.installation import filled, take_in

ANA = {"X-Precedent-Person": "ana"}
PEOPLE = {
    "people": [
        {"name": "ana", "roles": ["analyst"], "groups": ["everyone"]},
        {"name": "otto", "roles": ["approver"], "groups": ["everyone"]},
    ]
}
# An hour before INC0009 of the installation was opened.
FIRMWARE_ID = "net/CHG 1&2"
FIRMWARE: dict[str, Any] = {
    "id": FIRMWARE_ID,
    "kind": "change",
    "title": "Firmware of vpn-gw-2",
    "text": "New firmware on the gateway.",
    "fields": {"service": "Remote access VPN", "opened_at": "2026-01-13T05:05:00Z"},
}
HIDDEN = {**FIRMWARE, "id": "CHG-HR", "groups": ["hr"]}


def marked(verdict: ChangeVerdict, at: datetime = NOW, person: str = "ana") -> ChangeMark:
    return ChangeMark("INC1", "CHG1", verdict, person, at, "seen in the log")


class TestKeeping:
    def test_the_latest_mark_counts_and_all_are_in_the_ledger(self, database: Database) -> None:
        marks = ChangeMarkRepository(database)
        marks.keep(marked(ChangeVerdict.MATCHED))
        second = marked(ChangeVerdict.NOT_MATCHED, NOW + timedelta(hours=1), "ruth")
        marks.keep(second)
        assert marks.on("INC1") == {"CHG1": second}
        assert marks.on("INC1", as_of=NOW) == {"CHG1": marked(ChangeVerdict.MATCHED)}
        assert marks.on("INC2") == {}
        ledger = AuditLedger(database)
        events = ledger.about("INC1")
        assert [(e.actor, e.action, json.loads(e.payload)) for e in events] == [
            ("ana", "change.marked", {"change": "CHG1", "verdict": "matched"}),
            ("ruth", "change.marked", {"change": "CHG1", "verdict": "not-matched"}),
        ]
        assert ledger.verify().ok

    def test_without_its_event_no_mark_is_kept(self, database: Database) -> None:
        marks = ChangeMarkRepository(database)
        with database.write() as connection:
            connection.execute(text("DROP TABLE audit_head"))
        with pytest.raises(DBAPIError):
            marks.keep(marked(ChangeVerdict.MATCHED))
        assert marks.on("INC1") == {}


class TestSpansOfTime:
    """What the store finds between two moments, on both engines."""

    @pytest.fixture
    def store(self, database: Database) -> SqlRecordStore:
        hours = {"OLD": 50, "C2": 2, "C1": 1, "FUTURE": -1}
        with database.write() as connection:
            writer = CorpusWriter(connection, NOW)
            for number, before in hours.items():
                opened = NOW - timedelta(hours=before)
                change = content(
                    number,
                    "x",
                    kind=RecordKind.CHANGE,
                    opened_at=opened,
                    resolved_at=NOW + timedelta(hours=1) if number == "C2" else opened,
                    fields={"ci": ["db-1", "db-2"] if number == "C2" else "db-1"},
                    services=("ERP",),
                )
                writer.upsert(change, "x")
            writer.upsert(content("UNDATED", "x", kind=RecordKind.CHANGE), "x")
            writer.upsert(content("INC", "x", opened_at=NOW), "x")
            gone = content("GONE", "x", kind=RecordKind.CHANGE, opened_at=NOW)
            writer.upsert(gone, "x")
            writer.remove("tickets", ["GONE"])
            # Only the current revision of OLD counts, and it began outside the span.
            moved = content("OLD", "y", kind=RecordKind.CHANGE, opened_at=NOW - timedelta(days=9))
            writer.upsert(moved, "y")
        return SqlRecordStore(database)

    def ids(self, store: SqlRecordStore, limit: int = 10, **values: Any) -> list[str]:
        since = NOW - timedelta(hours=60)
        found = store.opened_between(RecordKind.CHANGE, since, NOW, limit, **values)
        return [record.id for record in found]

    def test_current_records_of_the_kind_come_newest_first(self, store: SqlRecordStore) -> None:
        assert self.ids(store) == ["C1", "C2"]
        assert self.ids(store, limit=1) == ["C1"]

    def test_what_was_open_at_a_moment_is_told_apart(self, store: SqlRecordStore) -> None:
        assert self.ids(store, open_at=NOW) == ["C2"]

    def test_places_come_without_the_texts(self, store: SqlRecordStore) -> None:
        since = NOW - timedelta(hours=60)
        one, two = store.named_places(RecordKind.CHANGE, since, NOW, 10)
        assert (one.record_id, one.services, one.ci) == ("C1", ("ERP",), "db-1")
        assert json.loads(two.ci) == ["db-1", "db-2"]
        assert one.groups == {"everyone"}
        (incident,) = store.named_places(RecordKind.INCIDENT, since, NOW, 10)
        assert incident.ci == ""


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = filled(tmp_path, web={"embedded_worker": False}, auth=PEOPLE)
    changes = tmp_path / "changes.jsonl"
    changes.write_text(f"{json.dumps(FIRMWARE)}\n{json.dumps(HIDDEN)}\n", encoding="utf-8")
    take_in(app, changes, source="changes")
    with TestClient(create_app(app), raise_server_exceptions=False) as opened:
        yield opened
    app.database.close()


def mark(client: TestClient, person: str = "ana", **values: str) -> Any:
    who = {"X-Precedent-Person": person} if person else {}
    body = {"record_id": "INC0009", "change_id": FIRMWARE_ID, "verdict": "matched", **values}
    return client.post("/api/v1/change-marks", json=body, headers=who)


def suspects(client: TestClient) -> list[dict[str, Any]]:
    card = client.post("/api/v1/triage", json={"record_id": "INC0009"}, headers=ANA).json()
    found: list[dict[str, Any]] = card["suspected_changes"]
    return found


class TestApi:
    def test_a_match_is_kept_redacted_and_shown_with_its_person(self, client: TestClient) -> None:
        (before,) = suspects(client)
        assert (before["record_id"], before["matched_by"]) == (FIRMWARE_ID, None)
        answer = mark(client, reason="seen with password=Hunter2!")
        assert answer.status_code == 201, answer.text
        kept = answer.json()
        assert (kept["person"], kept["verdict"]) == ("ana", "matched")
        assert "Hunter2" not in answer.text
        (after,) = suspects(client)
        assert after["matched_by"] == "ana"

    def test_what_does_not_belong_leaves_the_card_until_somebody_says_otherwise(
        self, client: TestClient
    ) -> None:
        mark(client, verdict="not-matched")
        assert suspects(client) == []
        mark(client)
        assert [found["matched_by"] for found in suspects(client)] == ["ana"]

    def test_only_an_analyst_may(self, client: TestClient) -> None:
        assert mark(client, "otto").status_code == 403
        assert mark(client, "").status_code == 401
        assert suspects(client)[0]["matched_by"] is None

    @pytest.mark.parametrize("name", ["record_id", "change_id"])
    def test_a_hidden_record_is_as_good_as_unknown(self, client: TestClient, name: str) -> None:
        hidden, unknown = mark(client, **{name: "CHG-HR"}), mark(client, **{name: "CHG-NO"})
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.json()["detail"] == unknown.json()["detail"].replace("CHG-NO", "CHG-HR")

    @pytest.mark.parametrize(
        "values",
        [
            {"change_id": "INC0001"},
            {"record_id": FIRMWARE_ID},
            {"verdict": "cause"},
            {"change_id": ""},
            {"reason": "x" * 2_001},
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, client: TestClient, values: dict[str, str]
    ) -> None:
        answer = mark(client, **values)
        assert answer.status_code == 422
        assert answer.json()["detail"]


class TestPage:
    def send(self, client: TestClient, **headers: str) -> Any:
        form = {"record": "INC0009", "change": FIRMWARE_ID, "verdict": "matched"}
        return client.post("/changes/mark", data=form, headers=headers, follow_redirects=False)

    def test_the_form_leads_back_to_the_card(self, client: TestClient) -> None:
        answer = self.send(client, **ANA)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/sidebar?record=INC0009&thanks=true"
        assert suspects(client)[0]["matched_by"] == "ana"

    def test_another_site_cannot_send_it(self, client: TestClient) -> None:
        assert self.send(client, **ANA, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert suspects(client)[0]["matched_by"] is None

    def test_nobody_is_led_to_the_sign_in(self, client: TestClient) -> None:
        answer = self.send(client)
        assert answer.headers["location"].startswith("/sign-in")
        assert suspects(client)[0]["matched_by"] is None
