"""What the Jira writer does beyond the contract: nobody but insiders ever sees a comment."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.domain.approval import (
    BodyForm,
    Proposal,
    ProposalState,
    Receipt,
    Target,
    content_sha256,
    marker,
)
from assistant.domain.delivery import UndoIntent, WriteIntent, undo_marker
from assistant.writers.jira import jira_writer
from assistant.writers.jira.writer import JiraWriter
from ingest.adf import adf_document
from ingest.connections import BasicAuth, Connection
from retrieval.errors import InvalidSettings, NotFound, Refused, Throttled, Unanswered
from retrieval.records import Record, RecordKind
from tests.adf_schema import problems
from tests.fakes.jira import Fault, Jira, running
from tests.integration.test_fake_jira import Clock

POSTED = ("POST",)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(clock: Clock) -> Iterator[Jira]:
    with running(clock=clock) as served:
        served.add("ITSM-1", {"summary": "VPN drops"})
        served.add("OPS-1", {"summary": "Disk full"})
        yield served


class Pauses:
    """Waits without waiting: the clock of the site moves."""

    def __init__(self, clock: Clock) -> None:
        self.taken: list[float] = []
        self._clock = clock

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        self._clock.now += (datetime.resolution * 1_000_000) * seconds


@pytest.fixture
def pauses(clock: Clock) -> Pauses:
    return Pauses(clock)


def connection(site: Jira, **options: str) -> Connection:
    who = site.accounts["writer"]
    return Connection(
        name="jira",
        kind="jira",
        base_url=site.url,
        write=BasicAuth(user=who.email, password=who.token),
        options=options,
    )


@pytest.fixture
def desk(site: Jira, pauses: Pauses) -> Iterator[JiraWriter]:
    with closing(jira_writer(connection(site), pauses)) as writer:
        yield writer


@pytest.fixture
def plain(site: Jira, pauses: Pauses) -> Iterator[JiraWriter]:
    with closing(jira_writer(connection(site, jsm="false"), pauses)) as writer:
        yield writer


def intent(
    field: str = "internal-comment", key: str = "ITSM-1", body: str = "", number: str = "prop-1"
) -> WriteIntent:
    text = body or f"The certificate had expired.\n\n{marker(number)}\n"
    if field == "comment":
        text = json.dumps(adf_document(text))
    target = Target(name="jira", reference=key, field=field)
    return WriteIntent.of(
        Proposal(
            id=number,
            draft_id="draft-1",
            draft_revision=1,
            record_id=key,
            title="VPN drops",
            target=target,
            body=text,
            form=BodyForm.ADF if field == "comment" else BodyForm.TEXT,
            sha256=content_sha256(target, text),
            authors=frozenset({"ruth"}),
            submitted_by="ruth",
            submitted_at=datetime(2026, 1, 1, tzinfo=UTC),
            state=ProposalState.APPROVED,
            target_version="then",
        )
    )


def undo(wanted: WriteIntent, receipt: Receipt) -> UndoIntent:
    return UndoIntent(wanted, receipt, f"Wrong ticket.\n\n{undo_marker(wanted.proposal_id)}\n")


def record(external_id: str, **fields: Any) -> Record:
    return Record(
        id=external_id,
        revision=1,
        source="jira",
        external_id=external_id,
        kind=RecordKind.INCIDENT,
        title="VPN drops",
        text="VPN drops",
        fields=fields,
        known_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def link_body(number: str = "prop-1") -> str:
    return f"RCA: VPN drops\nhttps://p.example/approvals/{number}\n{marker(number)}\n"


class TestInternal:
    def test_a_comment_on_a_request_is_internal_and_its_receipt_leads_to_it(
        self, site: Jira, desk: JiraWriter
    ) -> None:
        receipt = desk.apply(intent())
        (comment,) = site.known("ITSM-1").comments.values()
        assert not comment.public
        assert comment.text == intent().body
        assert receipt.external_reference == f"comment/{comment.id}"
        assert receipt.url == f"{site.url}/browse/ITSM-1?focusedCommentId={comment.id}"
        assert (receipt.version_before, receipt.delivered_at) == ("then", comment.created)
        assert receipt.version_after == desk.read(intent().target).version

    def test_a_document_is_sent_with_the_property_that_hides_it(
        self, site: Jira, plain: JiraWriter
    ) -> None:
        plain.apply(intent("comment"))
        (comment,) = site.known("ITSM-1").comments.values()
        assert not comment.public
        assert problems(comment.body) == []

    def test_outside_a_service_project_the_kept_property_is_enough(
        self, site: Jira, plain: JiraWriter
    ) -> None:
        wanted = intent("comment", "OPS-1")
        receipt = plain.apply(wanted)
        found = plain.find(wanted)
        assert found is not None
        assert found.external_reference == receipt.external_reference

    @pytest.mark.parametrize("key", ["ITSM-1", "OPS-1"])
    def test_a_comment_that_came_out_public_is_deleted_and_refused(
        self, site: Jira, plain: JiraWriter, key: str
    ) -> None:
        site.options.drop_properties = True
        with pytest.raises(Refused, match=r"PUBLIC .* It was deleted again"):
            plain.apply(intent("comment", key))
        assert site.comments(key) == []

    def test_it_is_deleted_even_when_the_site_asks_to_wait(
        self, site: Jira, plain: JiraWriter, pauses: Pauses
    ) -> None:
        site.options.drop_properties = True
        site.options.writes_per_issue = 1
        with pytest.raises(Refused, match="It was deleted again"):
            plain.apply(intent("comment"))
        assert site.comments("ITSM-1") == []
        assert pauses.taken

    def test_what_cannot_be_deleted_is_cried_out_with_its_address(
        self, site: Jira, plain: JiraWriter
    ) -> None:
        site.options.drop_properties = True
        site.faults.order(Fault("status", count=9, status=503, methods=("DELETE",)))
        with pytest.raises(Refused, match=r"could NOT be deleted: .*focusedCommentId=\d+"):
            plain.apply(intent("comment"))

    def test_one_that_was_left_public_by_a_crash_is_not_taken_for_delivered(
        self, site: Jira, plain: JiraWriter
    ) -> None:
        site.options.drop_properties = True
        site.faults.order(Fault("drop-after", methods=POSTED))
        with pytest.raises(Unanswered):
            plain.apply(intent("comment"))
        with pytest.raises(Refused, match="PUBLIC"):
            plain.find(intent("comment"))

    def test_a_comment_that_cannot_be_read_back_is_not_called_delivered(
        self, site: Jira, desk: JiraWriter
    ) -> None:
        site.faults.order(Fault("status", count=9, status=403, methods=("GET",)))
        with pytest.raises(Unanswered, match="read back"):
            desk.apply(intent())
        site.faults.clear()
        assert desk.find(intent()) is not None
        assert len(site.comments("ITSM-1")) == 1


class TestFinding:
    def test_a_mark_that_begins_with_ours_is_another(self, site: Jira, desk: JiraWriter) -> None:
        desk.apply(intent(number="prop-12"))
        assert desk.find(intent(number="prop-1")) is None
        assert desk.find(intent(number="prop-12")) is not None

    def test_what_somebody_else_wrote_is_not_ours(self, site: Jira, desk: JiraWriter) -> None:
        site.comment("ITSM-1", f"Look: {marker('prop-1')}", public=True)
        site.comment("ITSM-1", f"Look: {marker('prop-1')}", public=False)
        assert desk.find(intent()) is None

    def test_it_is_found_behind_any_number_of_comments(self, site: Jira, desk: JiraWriter) -> None:
        site.options.comment_cap = 3
        receipt = desk.apply(intent())
        for number in range(10):
            site.comment("ITSM-1", f"later {number}")
        found = desk.find(intent())
        assert found is not None
        assert found.external_reference == receipt.external_reference

    def test_a_ticket_that_moved_is_still_found(self, site: Jira, desk: JiraWriter) -> None:
        desk.apply(intent())
        site.move("ITSM-1", "ITSM-900")
        assert desk.find(intent()) is not None

    def test_too_many_writes_to_one_issue_ask_to_wait(self, site: Jira, desk: JiraWriter) -> None:
        site.options.writes_per_issue = 1
        desk.apply(intent())
        with pytest.raises(Throttled) as caught:
            desk.apply(intent(number="prop-2"))
        assert 0 < caught.value.wait_seconds <= 2
        assert len(site.comments("ITSM-1")) == 1


class TestTakingBack:
    def test_a_comment_that_nobody_touched_is_deleted(self, site: Jira, desk: JiraWriter) -> None:
        receipt = desk.undo(undo(intent(), desk.apply(intent())))
        assert site.comments("ITSM-1") == []
        assert receipt.external_reference.endswith("removed")

    @pytest.mark.parametrize("field", ["internal-comment", "comment"])
    def test_an_edited_one_stays_and_gets_an_internal_note(
        self, site: Jira, desk: JiraWriter, clock: Clock, field: str
    ) -> None:
        wanted = intent(field)
        receipt = desk.apply(wanted)
        clock.now = datetime(2026, 3, 3, tzinfo=UTC)
        site.edit_comment("ITSM-1", receipt.external_reference.removeprefix("comment/"), "Edited.")
        back = desk.undo(undo(wanted, receipt))
        assert [text.split("\n")[0] for text in site.comments("ITSM-1")] == [
            "Edited.",
            "Wrong ticket.",
        ]
        assert site.public_comments("ITSM-1") == []
        found = desk.find_undo(undo(wanted, receipt))
        assert found is not None
        assert found.external_reference == back.external_reference
        assert desk.find(wanted) is None

    def test_where_nothing_may_be_deleted_a_note_is_added(
        self, site: Jira, desk: JiraWriter
    ) -> None:
        receipt = desk.apply(intent())
        site.faults.order(Fault("status", status=400, methods=("DELETE",)))
        desk.undo(undo(intent(), receipt))
        assert len(site.comments("ITSM-1")) == 2

    def test_a_comment_that_is_gone_is_taken_back_already(
        self, site: Jira, desk: JiraWriter
    ) -> None:
        back = undo(intent(), desk.apply(intent()))
        first = desk.undo(back)
        assert desk.undo(back).external_reference == first.external_reference
        assert len(site.writes) == 2


class TestLinks:
    def test_a_link_is_one_link_however_often_it_is_written(
        self, site: Jira, desk: JiraWriter
    ) -> None:
        wanted = intent("remote-link", body=link_body())
        desk.apply(wanted)
        desk.apply(wanted)
        (link,) = site.known("ITSM-1").links.values()
        assert link["object"]["url"] == "https://p.example/approvals/prop-1"
        assert link["object"]["title"] == "RCA: VPN drops"
        assert link["globalId"] == "prop-1"
        desk.undo(undo(wanted, desk.apply(wanted)))
        assert site.known("ITSM-1").links == {}

    @pytest.mark.parametrize(
        "body", ["Title\nhttps://p.example\nmore\nref: prop-1", "Title\njavascript:x\nref: prop-1"]
    )
    def test_what_a_link_cannot_hold_is_not_written(
        self, site: Jira, desk: JiraWriter, body: str
    ) -> None:
        with pytest.raises(Refused, match="is no link"):
            desk.apply(intent("remote-link", body=body))
        assert site.writes == []


class TestPlaces:
    @pytest.mark.parametrize(
        ("external_id", "fields"), [("ITSM-1", {}), ("10003", {"key": "ITSM-1"}), ("OLD-1", {})]
    )
    def test_a_record_leads_to_its_issue(
        self, site: Jira, desk: JiraWriter, external_id: str, fields: dict[str, Any]
    ) -> None:
        site.add("OLD-1", {})
        site.move("OLD-1", "ITSM-2")
        expected = "ITSM-2" if external_id == "OLD-1" else "ITSM-1"
        assert desk.locate(record(external_id, **fields)) == expected

    @pytest.mark.parametrize("external_id", ["ITSM-9", "INC0010200", "itsm-1/../../x", "10001"])
    def test_a_record_without_an_issue_is_said_so(self, desk: JiraWriter, external_id: str) -> None:
        with pytest.raises(NotFound, match="jira"):
            desk.locate(record(external_id))

    def test_a_ticket_is_shown_as_people_call_it(self, site: Jira, desk: JiraWriter) -> None:
        shown = desk.read(intent().target)
        assert (shown.shown_as, shown.text) == ("ITSM-1 VPN drops", "")
        assert shown.url == f"{site.url}/browse/ITSM-1"
        version = shown.version
        site.touch("ITSM-1", {"status": "Closed", "updated": datetime(2026, 5, 1, tzinfo=UTC)})
        assert desk.read(intent().target).version != version

    def test_a_dry_run_tells_the_request(self, site: Jira, desk: JiraWriter) -> None:
        told = desk.describe(intent())
        assert told.startswith(f"POST {site.url}/rest/servicedeskapi/request/ITSM-1/comment\n")
        assert '"public": false' in told
        assert site.requests == []

    def test_a_request_outside_a_service_project_is_refused(self, desk: JiraWriter) -> None:
        with pytest.raises(Refused, match="request does not exist"):
            desk.apply(intent(key="OPS-1"))

    def test_a_field_that_is_none_of_ours_is_refused(self, site: Jira, desk: JiraWriter) -> None:
        with pytest.raises(Refused, match="no field 'summary'"):
            desk.apply(intent("summary"))
        assert site.writes == []

    def test_a_body_that_is_no_document_is_refused(self, site: Jira, plain: JiraWriter) -> None:
        wrong = intent("comment")
        for body in ("not json", "[]"):
            target = wrong.target
            broken = WriteIntent(
                wrong.proposal_id, "r", "t", target, body, wrong.form, wrong.sha256, ""
            )
            with pytest.raises(Refused, match="is no"):
                plain.apply(broken)
        assert site.writes == []


class TestSettings:
    def test_fields_follow_the_kind_of_project(self, desk: JiraWriter, plain: JiraWriter) -> None:
        assert [field.name for field in desk.fields] == ["internal-comment", "remote-link"]
        assert [field.name for field in plain.fields] == ["comment", "remote-link"]

    def test_a_wrong_option_is_named(self, site: Jira) -> None:
        with pytest.raises(InvalidSettings, match=r"connections.jira.options.jsm is 'no'"):
            jira_writer(connection(site, jsm="no"))

    def test_without_an_identity_that_writes_there_is_no_writer(self) -> None:
        with pytest.raises(InvalidSettings, match="no identity that writes"):
            jira_writer(Connection(name="jira", kind="jira", base_url="https://x.example"))

    def test_people_may_open_issues_at_another_address(self, site: Jira) -> None:
        elsewhere = connection(site, site_url="https://itsm.example/")
        with closing(jira_writer(elsewhere)) as writer:
            assert writer.read(intent().target).url == "https://itsm.example/browse/ITSM-1"
