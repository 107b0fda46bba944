"""Reading a ServiceNow instance: nothing is missing, nothing is doubled, whatever happens there."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.bootstrap import Application
from retrieval.errors import Refused, Throttled, WrongAnswer
from tests.fakes.servicenow import JOURNAL_ROLE, ServiceNow, add_incidents, running
from tests.integration.connected import (
    Clock,
    connected,
    read,
    records,
    servicenow,
    stored_rows,
    visible,
)
from tests.integration.servicenow_calls import A, B, C

SMALL = {"page_size": "5"}
LATE = "2026-03-02 12:55:00"


@pytest.fixture
def app(tmp_path: Path, instance: ServiceNow) -> Application:
    return connected(tmp_path, servicenow(instance))


def paged(tmp_path: Path, instance: ServiceNow, **overrides: object) -> Application:
    return connected(tmp_path, servicenow(instance, options=SMALL, **overrides))


@pytest.fixture
def bare() -> Iterator[ServiceNow]:
    """An instance without a single ticket."""
    with running() as made:
        yield made


class TestWhatComesIn:
    def test_a_ticket_is_told_with_its_texts_fields_times_and_address(
        self, app: Application, instance: ServiceNow
    ) -> None:
        instance.add(
            "incident",
            {
                "sys_id": A,
                "description": "Clients lose the tunnel.",
                "close_notes": "Root cause: the certificate had expired. Renewed it.",
                "close_code": "Solution provided",
                "resolved_at": "2026-03-02 11:00:00",
            },
        )
        read(app)
        record = records(app)["INC0000001"]
        assert record.source == "sn/incident"
        assert "## Description\nClients lose the tunnel." in record.text
        assert "## Resolution\nRoot cause: the certificate had expired." in record.text
        assert record.fields["sys_id"] == A
        assert record.fields["table"] == "incident"
        assert record.fields["status"] == "In Progress"
        assert record.fields["ci"] == "vpn-gw-lon-1"
        assert record.fields["close_code"] == "Solution provided"
        assert f"{record.resolved_at:%H:%M %Z}" == "11:00 UTC"
        assert record.url == f"{instance.url}/nav_to.do?uri=incident.do?sys_id={A}"

    @pytest.mark.parametrize("role", [True, False])
    def test_work_notes_and_comments_come_with_or_without_the_role(
        self, app: Application, instance: ServiceNow, role: bool
    ) -> None:
        if role:
            instance.grant("reader", JOURNAL_ROLE)
        instance.access.identities["reader"].time_zone = "UTC"
        note(instance, A, "work_notes", "Restarted strongswan.", "2026-03-02 10:00:00")
        note(instance, A, "comments", "We look into it.", "2026-03-02 09:30:00")
        note(instance, A, "work_notes", "Looked at the log.", "2026-03-02 09:00:00")
        read(app)
        text = records(app)["INC0000001"].text
        assert (
            "## Work notes\n- 2026-03-02 09:00:00 mia.k: Looked at the log.\n"
            "- 2026-03-02 10:00:00 mia.k: Restarted strongswan." in text
        )
        assert "## Comments\n- 2026-03-02 09:30:00 mia.k: We look into it." in text

    def test_a_journal_that_is_silently_hidden_is_read_as_people_see_it(
        self, app: Application, instance: ServiceNow
    ) -> None:
        instance.options.journal_hidden = True
        note(instance, B, "work_notes", "Restarted strongswan.", "2026-03-02 10:00:00")
        read(app)
        assert "Restarted strongswan." in records(app)["INC0000002"].text

    def test_entries_of_a_page_are_asked_for_at_once(
        self, tmp_path: Path, instance: ServiceNow
    ) -> None:
        instance.grant("reader", JOURNAL_ROLE)
        note(instance, A, "work_notes", "Restarted strongswan.", "2026-03-02 10:00:00")
        read(connected(tmp_path, servicenow(instance)))
        journals = [path for _, path, _ in instance.requests if path.endswith("sys_journal_field")]
        assert len(journals) == 1

    def test_problems_changes_and_published_articles_come_as_what_they_are(
        self, app: Application, instance: ServiceNow
    ) -> None:
        problem = {"number": "PRB1", "short_description": "Gateways", "cause_notes": "<p>Disk</p>"}
        change = {
            "number": "CHG1",
            "short_description": "Replace a disk",
            "start_date": "2026-03-01 10:00:00",
            "implementation_plan": "Take it out.",
        }
        instance.add("problem", {**problem, "sys_updated_on": LATE})
        instance.add("change_request", {**change, "sys_updated_on": LATE})
        for number, state in (("KB1", "published"), ("KB2", "draft"), ("KB3", "retired")):
            article = {"number": number, "short_description": number, "text": "<p>How to &amp;</p>"}
            more = {"workflow_state": state, "active": "true", "sys_updated_on": LATE}
            instance.add("kb_knowledge", {**article, **more})
        for stream in ("problem", "change_request", "kb_knowledge"):
            read(app, stream)
        found = records(app)
        assert set(found) == {"PRB1", "CHG1", "KB1"}
        assert "## Root cause\nDisk" in found["PRB1"].text
        assert f"{found['CHG1'].opened_at:%d %H}" == "01 10"
        assert "How to &" in found["KB1"].text
        assert [found[name].kind for name in ("PRB1", "CHG1", "KB1")] == ["problem", "change", "kb"]

    def test_secrets_never_reach_the_database(
        self, tmp_path: Path, app: Application, instance: ServiceNow
    ) -> None:
        instance.add("incident", {"sys_id": A, "description": "Login root password=Hunter2!x9 ok"})
        instance.add("incident", {"sys_id": B, "number": "", "short_description": ""})
        read(app)
        assert "[REDACTED:password]" in records(app)["INC0000001"].text
        app.database.close()
        stored = b"".join(path.read_bytes() for path in (tmp_path / "var").glob("precedent.db*"))
        assert b"Hunter2" not in stored
        assert b"reader-key" not in stored

    def test_a_column_of_the_customer_stands_in(self, tmp_path: Path, instance: ServiceNow) -> None:
        fields = {
            "incident.root_cause": "u_root_cause",
            "incident.description": "u_long_text",
            "incident.shift": "u_shift/value",
        }
        given = {"u_root_cause": "A full disk.", "u_long_text": "Much slower.", "u_shift": "night"}
        instance.add("incident", {"sys_id": A, **given})
        app = connected(tmp_path, servicenow(instance, fields=fields))
        read(app)
        record = records(app)["INC0000001"]
        assert "## Root cause\nA full disk." in record.text
        assert "## Description\nMuch slower." in record.text
        assert record.fields["shift"] == "night"


class TestNothingIsMissing:
    def test_a_second_run_brings_only_what_changed(
        self, app: Application, instance: ServiceNow
    ) -> None:
        assert read(app).summary.added == 4
        instance.touch("incident", C, {"close_notes": "Renewed the certificate on both."})
        again = read(app).summary
        assert (again.added, again.changed) == (0, 1)
        assert records(app)["INC0000003"].revision == 2

    def test_rows_that_move_between_two_pages_come_once_as_they_are(
        self, tmp_path: Path, bare: ServiceNow
    ) -> None:
        ids = add_incidents(bare, 40)
        moved = [
            {"sys_id": sys_id, "sys_updated_on": "2026-05-01 00:00:00", "sys_mod_count": "99"}
            for sys_id in (ids[1], ids[30])
        ]
        bare.between_pages("incident", moved, after=2)
        app = paged(tmp_path, bare)
        read(app)
        assert set(records(app)) == visible(bare)
        assert stored_rows(app) == 40

    def test_many_rows_of_one_second_span_pages(self, tmp_path: Path, bare: ServiceNow) -> None:
        add_incidents(bare, 40, a_second=17)
        app = paged(tmp_path, bare)
        read(app)
        assert set(records(app)) == visible(bare)

    def test_whole_pages_of_hidden_rows_do_not_end_the_list(
        self, tmp_path: Path, bare: ServiceNow
    ) -> None:
        ids = add_incidents(bare, 60)
        bare.hide("incident", ids[10:44])
        app = paged(tmp_path, bare)
        assert read(app).complete
        assert set(records(app)) == visible(bare)

    def test_a_row_committed_late_is_found_by_the_next_run(
        self, app: Application, instance: ServiceNow
    ) -> None:
        read(app)
        late = {"number": "INC0000009", "short_description": "Late", "sys_updated_on": LATE}
        instance.add("incident", late)
        read(app)
        assert "INC0000009" in records(app)

    def test_a_row_committed_late_in_a_long_run_is_found_by_the_next_one(
        self, tmp_path: Path, bare: ServiceNow
    ) -> None:
        """The run had passed its second when it came, and went on for much longer since."""
        now = bare.store.now()[:-2] + "30"
        ids = add_incidents(bare, 20)
        for place, sys_id in enumerate(ids):
            stamp = now if place < 10 else f"2099-01-01 00:00:{place:02d}"
            bare.add("incident", {"sys_id": sys_id, "sys_updated_on": stamp})
        late = {
            "number": "INC0000099",
            "short_description": "Late",
            "sys_updated_on": now[:-1] + "0",
        }
        bare.between_pages("incident", [{**late, "sys_id": "0" * 32}], after=3)
        app = paged(tmp_path, bare)
        read(app)
        read(app)
        assert "INC0000099" in records(app)

    def test_an_instance_that_ignores_the_query_is_found_out(
        self, app: Application, instance: ServiceNow
    ) -> None:
        read(app)
        columns = instance.store.tables["incident"]
        columns.columns = tuple(name for name in columns.columns if name != "sys_updated_on")
        with pytest.raises(WrongAnswer, match=r"did not do what the query of incident asked"):
            read(app)

    def test_it_goes_on_where_the_budget_ended(self, tmp_path: Path, bare: ServiceNow) -> None:
        add_incidents(bare, 40)
        app = paged(tmp_path, bare, budget_requests=4)
        reports = [read(app)]
        assert "budget of 4 requests" in reports[0].reason
        while not reports[-1].complete:
            assert len(reports) < 30
            reports.append(read(app))
        assert sum(report.summary.added for report in reports) == 40
        assert set(records(app)) == visible(bare)

    def test_an_instance_that_asks_to_wait_is_left_alone_and_then_read_to_the_end(
        self, tmp_path: Path, bare: ServiceNow
    ) -> None:
        add_incidents(bare, 40)
        clock = Clock()
        app = connected(tmp_path, servicenow(bare, options=SMALL), clock)
        bare.options.rate_limit = 9
        with pytest.raises(Throttled, match="asks to wait 3600 seconds"):
            read(app)
        came = len(records(app))
        assert 0 < came < 40
        bare.options.rate_limit = 0
        with pytest.raises(Throttled, match="left alone until"):
            read(app)
        clock.ahead = timedelta(hours=1, minutes=1)
        assert read(app).summary.added == 40 - came

    def test_a_failure_is_kept_and_what_was_read_by_then_stays(
        self, tmp_path: Path, bare: ServiceNow
    ) -> None:
        add_incidents(bare, 40)
        app = paged(tmp_path, bare)
        bare.access.identities["reader"].api_key = "replaced"
        with pytest.raises(Refused, match="401"):
            read(app)
        (state,) = [each for each in app.syncing.states() if each.name.stream == "incident"]
        assert state.error_code == "refused"
        assert state.failures == 1


class TestRejects:
    def test_what_cannot_be_a_record_is_kept_as_a_reject_and_the_rest_comes_in(
        self, app: Application, instance: ServiceNow
    ) -> None:
        instance.add("incident", {"sys_id": B, "short_description": ""})
        report = read(app)
        assert report.summary.rejected == 1
        assert set(records(app)) == {"INC0000001", "INC0000003", "INC0000004"}
        assert app.runs.latest_rejects(5)[0].external_id == "INC0000002"


def note(instance: ServiceNow, sys_id: str, element: str, text: str, at: str) -> None:
    entry = {"element_id": sys_id, "element": element, "value": text, "name": "incident"}
    more = {
        "sys_created_on": at,
        "sys_created_by": "mia.k",
        "sys_id": f"{hash((text, at)):032x}"[-32:],
    }
    instance.add("sys_journal_field", {**entry, **more})
