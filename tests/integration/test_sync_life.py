"""Sweeps, readers, leases, the schedule, and processes that are killed in the middle."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.bootstrap import Application
from assistant.db.migrate import upgrade
from assistant.main import create_app
from ingest.syncing.cursors import StreamName, StreamState, SyncCursors
from retrieval.access import Reader
from retrieval.corpus.database import Database
from retrieval.errors import Conflict, InvalidSettings, NotAllowed, NotFound
from tests.fakes.servicenow import ServiceNow, add_incidents, running
from tests.integration.connected import (
    Clock,
    connected,
    read,
    records,
    servicenow,
    sweep,
    visible,
)
from tests.integration.servicenow_calls import A, B

NAME = StreamName("sn", "incident")


@pytest.fixture
def bare() -> Iterator[ServiceNow]:
    """An instance without a single ticket."""
    with running() as made:
        yield made


class TestSweep:
    def test_what_is_deleted_or_hidden_there_is_gone_here(
        self, tmp_path: Path, bare: ServiceNow
    ) -> None:
        ids = add_incidents(bare, 30)
        app = connected(tmp_path, servicenow(bare))
        read(app)
        bare.remove("incident", ids[3])
        bare.hide("incident", [ids[7]])
        read(app)
        assert len(records(app)) == 30
        assert sweep(app).summary.removed == 2
        assert set(records(app)) == visible(bare)

    def test_what_is_shown_again_comes_back_as_it_was(
        self, tmp_path: Path, bare: ServiceNow
    ) -> None:
        ids = add_incidents(bare, 30)
        bare.hide("incident", ids[:3])
        app = connected(tmp_path, servicenow(bare))
        read(app)
        bare.hide("incident", ids[:3], hidden=False)
        assert sweep(app).summary.added == 3
        assert set(records(app)) == visible(bare)

    def test_what_was_refused_once_is_not_asked_for_every_night(
        self, tmp_path: Path, bare: ServiceNow
    ) -> None:
        ids = add_incidents(bare, 5)
        bare.add("incident", {"sys_id": ids[0], **dict.fromkeys(TEXTS, "")})
        app = connected(tmp_path, servicenow(bare))
        assert read(app).summary.rejected == 1
        assert sweep(app).summary.rejected == 0
        assert read(app).summary.rejected == 0
        assert len(app.runs.latest_rejects(9)) == 1

    def test_a_sweep_that_uses_its_budget_removes_nothing_and_says_so(
        self, tmp_path: Path, bare: ServiceNow
    ) -> None:
        ids = add_incidents(bare, 30)
        read(connected(tmp_path, servicenow(bare)))
        bare.remove("incident", ids[0])
        app = connected(tmp_path, servicenow(bare, budget_requests=1))
        report = sweep(app)
        assert (report.complete, report.summary.removed) == (False, 0)
        assert "budget" in (report.summary.warning or "")

    def test_a_sweep_that_fails_is_not_repeated_at_once(
        self, tmp_path: Path, bare: ServiceNow
    ) -> None:
        add_incidents(bare, 3)
        app = connected(tmp_path, servicenow(bare, every_minutes=60, streams=("incident",)))
        app.syncing.run_once()
        bare.access.identities["reader"].api_key = "replaced"
        app.syncing.run_once()
        asked = len(bare.requests)
        app.syncing.run_once()
        assert len(bare.requests) == asked

    def test_where_most_vanishes_nothing_is_removed_until_somebody_says_so(
        self, tmp_path: Path, bare: ServiceNow
    ) -> None:
        ids = add_incidents(bare, 60)
        app = connected(tmp_path, servicenow(bare))
        read(app)
        bare.hide("incident", ids[:50])
        report = sweep(app)
        assert report.summary.removed == 0
        assert "--allow-mass-removal" in (report.summary.warning or "")
        assert sweep(app, allow_mass_removal=True).summary.removed == 50

    def test_rows_that_share_a_number_are_pointed_out(
        self, tmp_path: Path, bare: ServiceNow
    ) -> None:
        ids = add_incidents(bare, 5)
        bare.add("incident", {"sys_id": ids[1], "number": "INC0000001"})
        app = connected(tmp_path, servicenow(bare))
        read(app)
        assert "1 row(s) of sn/incident share their number" in (sweep(app).summary.warning or "")


TEXTS = ("short_description", "description", "close_notes")


class TestReaders:
    def test_the_connection_says_who_may_read_where_the_source_does_not(
        self, tmp_path: Path, instance: ServiceNow
    ) -> None:
        app = connected(tmp_path, servicenow(instance, groups=frozenset({"netops"})))
        read(app)
        assert records(app)["INC0000001"].groups == {"netops"}

    def test_a_column_of_the_source_says_so_row_by_row(
        self, tmp_path: Path, instance: ServiceNow
    ) -> None:
        instance.add("incident", {"sys_id": A, "u_read_groups": "HR cases,Legal"})
        fields = {"incident.groups": "u_read_groups"}
        app = connected(tmp_path, servicenow(instance, fields=fields))
        read(app)
        assert records(app)["INC0000001"].groups == {"HR cases", "Legal"}
        assert records(app)["INC0000002"].groups == {"everyone"}
        with pytest.raises(NotFound):
            app.similar.readable("INC0000001", Reader("ana", frozenset({"everyone"})))

    def test_without_that_column_nothing_is_shown_to_everybody(
        self, tmp_path: Path, instance: ServiceNow
    ) -> None:
        fields = {"incident.groups": "u_no_such_column"}
        app = connected(tmp_path, servicenow(instance, fields=fields))
        assert read(app).summary.rejected == 4
        assert records(app) == {}
        assert "who may read it" in app.runs.latest_rejects(1)[0].reason

    def test_a_ticket_that_others_may_read_now_is_theirs_with_the_next_run(
        self, tmp_path: Path, instance: ServiceNow
    ) -> None:
        fields = {"incident.groups": "u_read_groups"}
        instance.add("incident", {"sys_id": A, "u_read_groups": "HR cases"})
        app = connected(tmp_path, servicenow(instance, fields=fields))
        read(app)
        instance.touch("incident", A, {"u_read_groups": "Legal"})
        read(app)
        record = records(app)["INC0000001"]
        assert record.groups == {"Legal"}
        assert record.revision == 1


class TestLease:
    def test_one_process_at_a_time_reads_a_stream(self, database: Database) -> None:
        clock = Clock()
        cursors = SyncCursors(database, clock)
        first = cursors.lease(NAME)
        assert first is not None
        assert cursors.lease(NAME) is None
        clock.ahead = timedelta(hours=1)
        second = cursors.lease(NAME)
        assert second is not None
        with database.write() as connection, pytest.raises(Conflict, match="another process"):
            cursors.advance(connection, first, {"after": ["x", "y"]}, None, {})
        cursors.finish(second, {}, complete=True)
        assert cursors.state(NAME).cursor == {}

    def test_a_process_that_is_gone_holds_nothing(self, database: Database) -> None:
        cursors = SyncCursors(database, Clock())
        held = cursors.lease(NAME)
        assert held is not None
        ended = subprocess.Popen([sys.executable, "-c", ""])
        ended.wait()
        with database.write() as connection:
            dead = held.token.replace(f":{os.getpid()}:", f":{ended.pid}:")
            connection.exec_driver_sql(f"UPDATE sync_cursors SET leased_by = '{dead}'")
        assert cursors.lease(NAME) is not None

    def test_a_stream_that_is_read_elsewhere_is_a_conflict(
        self, tmp_path: Path, instance: ServiceNow
    ) -> None:
        app = connected(tmp_path, servicenow(instance))
        other = SyncCursors(app.database, app.clock)
        assert other.lease(NAME) is not None
        with pytest.raises(Conflict, match="read by another process"):
            read(app)


class TestSchedule:
    def test_it_reads_by_the_clock_of_the_connection(
        self, tmp_path: Path, instance: ServiceNow
    ) -> None:
        clock = Clock()
        app = connected(tmp_path, servicenow(instance, every_minutes=15), clock)
        app.syncing.run_once()
        assert len(records(app)) == 4
        asked = len(instance.requests)
        app.syncing.run_once()
        # The one sweep after the first time that everything was there.
        app.syncing.run_once()
        swept = len(instance.requests)
        assert asked < swept
        app.syncing.run_once()
        assert len(instance.requests) == swept
        clock.ahead = timedelta(minutes=16)
        app.syncing.run_once()
        assert len(instance.requests) > swept

    def test_it_is_compared_as_a_whole_once_a_night(
        self, tmp_path: Path, instance: ServiceNow
    ) -> None:
        clock = Clock()
        app = connected(tmp_path, servicenow(instance, every_minutes=15), clock)
        for _ in range(3):
            app.syncing.run_once()
        instance.remove("incident", A)
        clock.ahead = timedelta(days=1, minutes=30)
        for _ in range(3):
            app.syncing.run_once()
        assert "INC0000001" not in records(app)

    def test_without_a_schedule_it_waits_to_be_told(
        self, tmp_path: Path, instance: ServiceNow
    ) -> None:
        app = connected(tmp_path, servicenow(instance))
        app.syncing.run_once()
        assert instance.requests == []
        app.syncing.request("sn", "incident")
        app.syncing.run_once()
        assert len(records(app)) == 4
        asked = len(instance.requests)
        app.syncing.run_once()
        assert len(instance.requests) == asked

    def test_who_asks_while_it_runs_is_heard_too(
        self, tmp_path: Path, instance: ServiceNow
    ) -> None:
        app = connected(tmp_path, servicenow(instance))
        read(app, seen=lambda _: app.syncing.request("sn", "incident"))
        instance.touch("incident", B, {"close_notes": "Renewed it."})
        app.syncing.run_once()
        assert "Renewed it." in records(app)["INC0000002"].text

    def test_a_failing_system_is_asked_ever_less_and_stops_nobody_else(
        self, tmp_path: Path, instance: ServiceNow
    ) -> None:
        clock = Clock()
        broken = servicenow(instance, every_minutes=1, streams=("incident",))
        broken = broken.model_copy(update={"name": "broken", "base_url": "http://127.0.0.1:9"})
        good = servicenow(instance, every_minutes=1)
        connections = {"broken": broken, "sn": good}
        app = connected(tmp_path, broken, clock, connections=connections)
        app.syncing.run_once()
        assert len(records(app)) == 4
        first = state(app, "broken")
        assert first.error_code == "service-unavailable"
        assert first.due_at is not None
        clock.ahead = timedelta(minutes=2)
        app.syncing.run_once()
        second = state(app, "broken")
        assert second.due_at is not None
        assert second.due_at - app.clock() > first.due_at - (app.clock() - clock.ahead)

    def test_a_connection_that_is_switched_off_is_left_alone(
        self, tmp_path: Path, instance: ServiceNow
    ) -> None:
        app = connected(tmp_path, servicenow(instance, enabled=False, every_minutes=1))
        app.syncing.run_once()
        with pytest.raises(NotAllowed, match="switched off"):
            read(app)
        assert instance.requests == []

    def test_a_misspelt_stream_or_column_stops_the_start(
        self, tmp_path: Path, instance: ServiceNow
    ) -> None:
        with pytest.raises(InvalidSettings, match="incidents, which is not known"):
            connected(tmp_path, servicenow(instance, streams=("incidents",)))
        with pytest.raises(InvalidSettings, match=r"incidnt.cause \(of fields\)"):
            connected(tmp_path, servicenow(instance, fields={"incidnt.cause": "u_cause"}))


class TestHealth:
    def test_a_monitor_sees_how_far_each_stream_is_and_nothing_else(
        self, tmp_path: Path, instance: ServiceNow
    ) -> None:
        app = connected(tmp_path, servicenow(instance, streams=("incident", "problem")))
        read(app)
        instance.access.identities["reader"].api_key = "replaced"
        with pytest.raises(Exception, match="401"):
            read(app, "problem")
        with TestClient(create_app(app)) as client:
            told = client.get("/healthz/connectors")
        assert told.status_code == 200
        assert told.json()["status"] == "failing"
        found = {each["stream"]: each for each in told.json()["streams"]}
        assert found["incident"]["status"] == "ok"
        assert found["incident"]["lag_seconds"] < 60
        assert found["problem"]["error"] == "refused"
        assert "User Not Authenticated" not in told.text


class TestPostgres:
    def test_a_stream_is_read_compared_and_read_again(
        self, tmp_path: Path, bare: ServiceNow, postgres: Database
    ) -> None:
        ids = add_incidents(bare, 30)
        upgrade(postgres)
        address = postgres.engine.url.render_as_string(hide_password=False)
        app = connected(
            tmp_path, servicenow(bare, options={"page_size": "7"}), database_url=address
        )
        assert read(app).summary.added == 30
        bare.touch("incident", ids[2], {"close_notes": "Renewed it."})
        bare.remove("incident", ids[3])
        assert read(app).summary.changed == 1
        assert sweep(app).summary.removed == 1
        assert set(records(app)) == visible(bare)
        app.database.close()


def state(app: Application, connection: str) -> StreamState:
    name = StreamName(connection, "incident")
    (found,) = [each for each in app.syncing.states() if each.name == name]
    return found
