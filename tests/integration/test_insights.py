"""Insight pages and their API: who may open which, and that nothing hidden is counted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.bootstrap import Application
from assistant.main import create_app
from retrieval.corpus.writer import CorpusWriter
from retrieval.records import RecordKind
from tests.conftest import content
from tests.fakes.servicenow import ServiceNow
from tests.installation import application, filled
from tests.integration.connected import connected, read, servicenow

PEOPLE = [
    {"name": "ana", "roles": ["analyst"]},
    {"name": "eva", "roles": ["evaluator"]},
    {"name": "ada", "roles": ["admin"]},
    {"name": "ruth", "roles": ["analyst", "evaluator"], "groups": ["everyone", "personnel"]},
]
ANA, EVA, ADA, RUTH = ({"X-Precedent-Person": str(person["name"])} for person in PEOPLE)
WHO = {"ana": ANA, "eva": EVA, "ada": ADA}
NO_WORKER = {"embedded_worker": False}
FOR_ALL = ("recurring", "knowledge-gaps", "corpus-hygiene")
EVERY = (*FOR_ALL, "usage", "quality", "connectors")
OPEN = {"ana": FOR_ALL, "eva": (*FOR_ALL, "usage", "quality"), "ada": EVERY}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    made = filled(
        tmp_path,
        embedder={"backend": "hashing"},
        web=NO_WORKER,
        auth={"people": PEOPLE},
    )
    yield made
    made.database.close()


@pytest.fixture
def client(app: Application) -> Iterator[TestClient]:
    with TestClient(create_app(app), raise_server_exceptions=False) as opened:
        yield opened


def hide(app: Application) -> None:
    """What only personnel may read: closed incidents that are alike, and an old runbook."""
    old = datetime(2020, 1, 1, tzinfo=UTC)
    with app.database.write() as connection:
        writer = CorpusWriter(connection, app.clock())
        for number in range(4):
            incident = content(
                f"HR{number}",
                "Salary export of the payroll zephyr fails",
                services=("Zephyr payroll",),
                groups=frozenset({"personnel"}),
                opened_at=old,
                resolved_at=old + timedelta(hours=1),
            )
            writer.upsert(incident, f"HR{number}")
        guide = content(
            "KB-HR",
            "Mend the zephyr export",
            kind=RecordKind.RUNBOOK,
            groups=frozenset({"personnel"}),
            known_at=old,
        )
        writer.upsert(guide, "KB-HR")
    app.pipeline.index()


class TestRoles:
    @pytest.mark.parametrize("name", EVERY)
    @pytest.mark.parametrize("who", OPEN)
    def test_pages_and_api_open_to_the_same_people(
        self, client: TestClient, who: str, name: str
    ) -> None:
        expected = 200 if name in OPEN[who] else 403
        for path in ("/insights", "/api/v1/insights"):
            assert client.get(f"{path}/{name}", headers=WHO[who]).status_code == expected

    @pytest.mark.parametrize("who", OPEN)
    def test_the_overview_leads_to_what_may_be_opened(self, client: TestClient, who: str) -> None:
        text = client.get("/insights", headers=WHO[who]).text
        assert {name for name in EVERY if f"/insights/{name}" in text} == set(OPEN[who])


class TestHidden:
    @pytest.mark.parametrize("name", EVERY[:-1])
    def test_hidden_records_change_nothing_for_those_who_may_not_read_them(
        self, app: Application, client: TestClient, name: str
    ) -> None:
        client.get("/sidebar?record=INC0009", headers=ANA)
        paths = (f"/insights/{name}", f"/api/v1/insights/{name}")
        before = [client.get(path, headers=EVA).text for path in paths]
        seen_by_ruth = client.get(paths[1], headers=RUTH).text
        hide(app)
        client.get("/sidebar?record=HR1", headers=RUTH)
        given = {"subject": "HR1", "suggestion": "KB-HR", "verdict": "accepted"}
        assert client.post("/api/v1/feedback", json=given, headers=RUTH).is_success
        assert [client.get(path, headers=EVA).text for path in paths] == before
        if name != "quality":
            assert client.get(paths[1], headers=RUTH).text != seen_by_ruth


class TestKnowledgeGaps:
    def test_tells_what_recurs_without_a_runbook_and_what_is_old(
        self, app: Application, client: TestClient
    ) -> None:
        hide(app)
        found = client.get("/api/v1/insights/knowledge-gaps", headers=RUTH).json()
        assert [one["record_id"] for one in found["stale"]][:1] == ["KB-HR"]
        assert {"service": "Printing", "incidents": 1, "guides": 0} in found["services"]
        assert sum(band["guides"] for band in found["ages"]) == found["guides"] == 2

    def test_a_question_without_a_precedent_is_told(self, client: TestClient) -> None:
        asked = client.post("/api/v1/triage", json={"record_id": "INC0002"}, headers=ANA).json()
        assert asked["abstained"]
        client.app.state.application.suggestions.flush()  # type: ignore[attr-defined]  # any ASGI app
        found = client.get("/api/v1/insights/knowledge-gaps", headers=ANA).json()
        assert [(one["record_id"], one["times"]) for one in found["unanswered"]] == [("INC0002", 1)]


class TestConnectors:
    def test_tells_of_each_stream_how_it_stands(self, tmp_path: Path, instance: ServiceNow) -> None:
        app = connected(tmp_path, servicenow(instance, every_minutes=5), auth={"people": PEOPLE})
        read(app)
        health = app.insights.health_report.now()
        by_stream = {one.stream: one for one in health.streams}
        incident, problem = by_stream["incident"], by_stream["problem"]
        assert (incident.status, incident.changed, incident.error) == ("ok", 4, "")
        assert incident.next_try is not None
        assert incident.lag_minutes is not None
        assert (problem.status, problem.lag_minutes) == ("never", None)
        app.database.close()


class TestEmpty:
    @pytest.mark.parametrize("name", EVERY)
    def test_an_empty_installation_says_what_to_do(self, tmp_path: Path, name: str) -> None:
        app = application(
            tmp_path, embedder={"backend": "hashing"}, auth={"people": PEOPLE}, web=NO_WORKER
        )
        with TestClient(create_app(app), raise_server_exceptions=False) as client:
            answer = client.get(f"/insights/{name}", headers=ADA)
        assert answer.status_code == 200, answer.text
        app.database.close()
