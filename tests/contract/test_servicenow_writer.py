"""The ServiceNow writer over the fake instance: the contract, and what is its own."""

import json
from collections.abc import Iterator

import pytest

from assistant.domain.approval import BodyForm, Target, Visibility
from assistant.writers.servicenow import servicenow_writer
from retrieval.errors import (
    InvalidInput,
    InvalidSettings,
    NotFound,
    Refused,
    ServiceUnavailable,
    TargetChanged,
    Unanswered,
)
from retrieval.records import Record, RecordKind
from tests.contract.servicenow_stage import (
    EARLIER,
    INCIDENT,
    PROBLEM,
    REPLACED,
    ServiceNowStage,
    connection,
    record,
)
from tests.contract.ticket_writers import (
    RemoteStage,
    RemoteTicketWriterContract,
    described,
    intent,
    undo,
)
from tests.fakes.servicenow import JOURNAL_ROLE, Fault, Policy, ServiceNow, running


@pytest.fixture
def instance() -> Iterator[ServiceNow]:
    with running() as made:
        made.add(
            "incident",
            {
                "sys_id": INCIDENT,
                "number": "INC0010427",
                "short_description": "VPN drops in London",
                "state": "2",
                "sys_mod_count": "7",
                "sys_updated_on": "2026-03-02 13:00:05",
            },
        )
        made.add(
            "problem",
            {
                "sys_id": PROBLEM,
                "number": "PRB0040012",
                "short_description": "VPN certificates expire",
                "state": "103",
                "cause_notes": EARLIER,
                "sys_mod_count": "3",
                "sys_updated_on": "2026-03-02 13:00:05",
            },
        )
        yield made


class TestServiceNow(RemoteTicketWriterContract):
    @pytest.fixture(params=["work_notes", *REPLACED, "kb-draft"])
    def stage(self, request: pytest.FixtureRequest, instance: ServiceNow) -> RemoteStage:
        return ServiceNowStage(instance, request.param)


class TestJournalsThatMayBeRead(RemoteTicketWriterContract):
    """The same with the role for the journal table."""

    @pytest.fixture
    def stage(self, instance: ServiceNow) -> RemoteStage:
        instance.grant("writer", JOURNAL_ROLE)
        return ServiceNowStage(instance, "work_notes")


@pytest.fixture
def notes(instance: ServiceNow) -> ServiceNowStage:
    """Work notes of the incident."""
    return ServiceNowStage(instance, "work_notes")


@pytest.fixture
def cause(instance: ServiceNow) -> ServiceNowStage:
    """The cause notes of the problem."""
    return ServiceNowStage(instance, "cause_notes")


@pytest.fixture
def article(instance: ServiceNow) -> ServiceNowStage:
    """A knowledge draft about the incident."""
    return ServiceNowStage(instance, "kb-draft")


class TestFields:
    def test_nothing_goes_to_callers_and_everything_is_plain_text(
        self, notes: ServiceNowStage
    ) -> None:
        fields = notes.writer.fields
        assert [field.name for field in fields] == ["work_notes", *REPLACED, "kb-draft"]
        assert {field.visibility for field in fields} == {Visibility.INTERNAL}
        assert {field.form for field in fields} == {BodyForm.TEXT}

    @pytest.mark.parametrize("field", ["fix_notes", "workaround"])
    def test_what_may_reach_callers_by_a_detour_has_a_warning(
        self, instance: ServiceNow, field: str
    ) -> None:
        assert "callers" in described(ServiceNowStage(instance, field)).warning

    def test_how_much_the_fields_of_problems_hold_can_be_set(self, instance: ServiceNow) -> None:
        assert described(ServiceNowStage(instance, "cause_notes")).max_chars == 4_000
        longer = ServiceNowStage(instance, "cause_notes", problem_field_chars="65000")
        assert described(longer).max_chars == 65_000
        with pytest.raises(InvalidSettings, match="problem_field_chars"):
            ServiceNowStage(instance, "cause_notes", problem_field_chars="many")


class TestLocating:
    @pytest.mark.parametrize(
        "known",
        [
            record("42", fields={"sys_id": INCIDENT, "table": "incident"}),
            record("42", fields={"sys_id": INCIDENT}),
            record("42", fields={"number": "INC0010427"}),
            record("INC0010427"),
            record("snow:INC0010427"),
            record("rca-7", RecordKind.RCA, title="RCA of INC0010427: VPN drops"),
        ],
    )
    def test_a_ticket_is_found_by_its_address_or_its_number(
        self, notes: ServiceNowStage, known: Record
    ) -> None:
        assert notes.writer.locate(known) == f"incident/{INCIDENT}"

    def test_numbers_of_the_customer_are_those_of_the_records_kind(
        self, instance: ServiceNow, notes: ServiceNowStage
    ) -> None:
        instance.add("problem", {"sys_id": "d" * 32, "number": "KNE0001"})
        assert notes.writer.locate(record("KNE0001", RecordKind.PROBLEM)) == f"problem/{'d' * 32}"

    @pytest.mark.parametrize(
        "unknown",
        [
            record("INC9999999"),
            record("42"),
            record("INC0099999^ORsys_idISNOTEMPTY"),
            record("kb-1", RecordKind.RUNBOOK),
        ],
    )
    def test_a_record_that_has_no_ticket_there_says_so(
        self, notes: ServiceNowStage, unknown: Record
    ) -> None:
        with pytest.raises(NotFound, match=r"not see it|no number"):
            notes.writer.locate(unknown)

    def test_a_ticket_that_an_instance_took_to_fit_is_not_taken(
        self, instance: ServiceNow, notes: ServiceNowStage
    ) -> None:
        table = instance.store.tables["incident"]
        table.columns = tuple(name for name in table.columns if name != "number")
        with pytest.raises(NotFound):
            notes.writer.locate(record("INC9999999"))

    @pytest.mark.parametrize(
        "reference", ["incident/../sys_user/1", f"sys_user/{INCIDENT}", "incident/", ""]
    )
    def test_nothing_but_tickets_is_addressed(
        self, instance: ServiceNow, notes: ServiceNowStage, reference: str
    ) -> None:
        with pytest.raises(NotFound, match="no address"):
            notes.writer.read(Target(name="snow", reference=reference, field="work_notes"))
        assert instance.requests == []


class TestReading:
    def test_people_see_number_and_title_the_text_and_where_it_is(
        self, cause: ServiceNowStage
    ) -> None:
        state = cause.writer.read(intent(cause).target)
        assert state.shown_as == "PRB0040012 VPN certificates expire"
        assert state.text == EARLIER
        assert state.version == "3 (2026-03-02 13:00:05 UTC)"
        assert state.url == f"{cause.instance.url}/problem.do?sys_id={PROBLEM}"

    def test_any_change_of_a_ticket_is_another_version(self, notes: ServiceNowStage) -> None:
        target = intent(notes).target
        before = notes.writer.read(target).version
        notes.edit()
        assert notes.writer.read(target).version != before

    def test_a_new_article_is_no_change_of_a_text(self, article: ServiceNowStage) -> None:
        state = article.writer.read(intent(article).target)
        assert state.shown_as == "New article about INC0010427 VPN drops in London"
        assert (state.version, state.text) == ("", "")

    @pytest.mark.parametrize("field", REPLACED)
    def test_an_incident_has_no_fields_of_a_problem(
        self, notes: ServiceNowStage, field: str
    ) -> None:
        target = Target(name="snow", reference=f"incident/{INCIDENT}", field=field)
        with pytest.raises(InvalidInput, match="only problems"):
            notes.writer.read(target)

    def test_a_cancelled_transaction_is_no_answer(self, notes: ServiceNowStage) -> None:
        wanted = intent(notes)
        notes.instance.faults.order(Fault("cancel", count=9, methods=("GET",)))
        with pytest.raises(ServiceUnavailable):
            notes.writer.find(wanted)


class TestWriting:
    def test_one_request_is_sent_with_this_field_and_nothing_else(
        self, cause: ServiceNowStage
    ) -> None:
        wanted = intent(cause)
        cause.writer.apply(wanted)
        (write,) = cause.instance.writes
        assert (write.method, write.table, write.sys_id) == ("PATCH", "problem", PROBLEM)
        assert write.fields == {"cause_notes": wanted.body}

    def test_the_request_is_told_as_it_is_sent(self, cause: ServiceNowStage) -> None:
        wanted = intent(cause)
        first, _, body = cause.writer.describe(wanted).partition("\n")
        assert first == f"PATCH {cause.instance.url}/api/now/table/problem/{PROBLEM}"
        assert json.loads(body) == {"cause_notes": wanted.body}

    def test_the_receipt_names_ticket_field_and_versions(self, notes: ServiceNowStage) -> None:
        receipt = notes.writer.apply(intent(notes))
        assert receipt.external_reference == "INC0010427 work_notes"
        assert receipt.url == f"{notes.instance.url}/incident.do?sys_id={INCIDENT}"
        assert receipt.version_before.startswith("7 (")
        assert receipt.version_after.startswith("8 (")

    def test_a_data_policy_is_told_in_the_vendors_words(self, cause: ServiceNowStage) -> None:
        words = "Data Policy Exception: The following fields are read only: Cause notes"
        cause.instance.options.policies.append(Policy("problem", "cause_notes", words))
        with pytest.raises(Refused, match=words) as caught:
            cause.writer.apply(intent(cause))
        assert caught.value.status == 403

    @pytest.mark.parametrize("field", ["work_notes", "cause_notes"])
    def test_a_field_that_was_ignored_is_not_taken_for_written(
        self, instance: ServiceNow, field: str
    ) -> None:
        stage = ServiceNowStage(instance, field)
        instance.options.ignored.append((stage.table, field))
        with pytest.raises(Refused, match="right"):
            stage.writer.apply(intent(stage))

    def test_a_text_that_was_cut_is_not_taken_for_written(self, cause: ServiceNowStage) -> None:
        cause.instance.options.cut_at = 10
        with pytest.raises(Refused, match="10 characters"):
            cause.writer.apply(intent(cause))


class TestBlindness:
    """An identity that writes but does not see what it wrote."""

    @pytest.fixture(autouse=True)
    def _blind(self, instance: ServiceNow) -> None:
        instance.options.hidden_columns.append("work_notes")

    def test_nobody_writes_again_before_a_person_has_looked(self, notes: ServiceNowStage) -> None:
        wanted = intent(notes)
        with pytest.raises(Unanswered):
            notes.writer.apply(wanted)
        with pytest.raises(Refused, match="Look at the ticket"):
            notes.writer.find(wanted)

    def test_a_ticket_that_has_not_changed_has_no_new_note(self, notes: ServiceNowStage) -> None:
        assert notes.writer.find(intent(notes)) is None

    def test_the_journal_table_is_enough(self, notes: ServiceNowStage) -> None:
        notes.instance.grant("writer", JOURNAL_ROLE)
        wanted = intent(notes)
        notes.writer.apply(wanted)
        assert notes.writer.find(wanted) is not None


class TestTakingBack:
    def test_notes_stay_and_one_more_says_so(self, notes: ServiceNowStage) -> None:
        wanted = intent(notes)
        back = undo(notes, wanted, notes.writer.apply(wanted))
        notes.writer.undo(back)
        assert notes.instance.notes(INCIDENT) == [wanted.body, back.note]

    def test_the_earlier_text_comes_back_with_a_note(self, cause: ServiceNowStage) -> None:
        wanted = intent(cause)
        back = undo(cause, wanted, cause.writer.apply(wanted), EARLIER)
        cause.writer.undo(back)
        assert cause.instance.field("problem", PROBLEM, "cause_notes") == EARLIER
        assert cause.instance.notes(PROBLEM) == [back.note]

    def test_only_a_note_where_the_earlier_text_is_not_known(self, cause: ServiceNowStage) -> None:
        wanted = intent(cause)
        back = undo(cause, wanted, cause.writer.apply(wanted))
        cause.writer.undo(back)
        assert cause.instance.field("problem", PROBLEM, "cause_notes") == wanted.body
        assert cause.instance.notes(PROBLEM) == [back.note]

    def test_an_article_is_retired(self, article: ServiceNowStage) -> None:
        wanted = intent(article)
        article.writer.undo(undo(article, wanted, article.writer.apply(wanted)))
        assert states(article.instance) == ["retired"]

    def test_an_article_that_others_published_stays(self, article: ServiceNowStage) -> None:
        wanted = intent(article)
        receipt = article.writer.apply(wanted)
        (sys_id,) = article.instance.store.tables["kb_knowledge"].rows
        article.instance.touch("kb_knowledge", sys_id, {"workflow_state": "published"})
        with pytest.raises(TargetChanged, match="no longer a draft"):
            article.writer.undo(undo(article, wanted, receipt))
        assert states(article.instance) == ["published"]


class TestArticles:
    def test_they_are_drafts_and_say_whose(self, instance: ServiceNow) -> None:
        stage = ServiceNowStage(instance, "kb-draft", knowledge_base="a" * 32)
        stage.writer.apply(intent(stage))
        (write,) = instance.writes
        assert write.method == "POST"
        assert write.fields["workflow_state"] == "draft"
        assert write.fields["correlation_id"] == "prop-1"
        assert write.fields["correlation_display"] == "Precedent"
        assert write.fields["kb_knowledge_base"] == "a" * 32
        assert write.fields["short_description"] == "VPN certificates expire"

    def test_they_are_found_where_the_table_has_no_correlation_id(
        self, article: ServiceNowStage
    ) -> None:
        table = article.instance.store.tables["kb_knowledge"]
        table.columns = tuple(name for name in table.columns if not name.startswith("correlation"))
        article.instance.add("kb_knowledge", {"number": "KB1", "text": "Another article."})
        assert article.writer.find(intent(article)) is None
        receipt = article.writer.apply(intent(article))
        found = article.writer.find(intent(article))
        assert found is not None
        assert found.external_reference == receipt.external_reference

    def test_one_that_is_no_draft_is_told(self, article: ServiceNowStage) -> None:
        article.instance.options.ignored.append(("kb_knowledge", "workflow_state"))
        article.instance.options.first_state = "published"
        with pytest.raises(Refused, match="Published"):
            article.writer.apply(intent(article))


def states(instance: ServiceNow) -> list[str]:
    """The states of all articles."""
    rows = instance.store.tables["kb_knowledge"].rows.values()
    return [row.fields["workflow_state"] for row in rows]


def test_a_connection_that_may_not_write_has_no_writer() -> None:
    with pytest.raises(InvalidSettings, match="no identity"):
        servicenow_writer(connection("http://127.0.0.1:9").model_copy(update={"write": None}))
