"""What every ticket writer promises, as tests over any of them.

To test a writer: make a ``Stage`` of it, subclass ``TicketWriterContract``, or
``RemoteTicketWriterContract`` when it speaks with a server, and give the class a fixture
``stage``. A writer with several fields parametrises the fixture over them.
"""

import json
from datetime import UTC, datetime
from enum import Enum
from typing import Protocol

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
from assistant.domain.delivery import Field, TicketWriter, UndoIntent, WriteIntent, undo_marker
from retrieval.errors import (
    NotFound,
    Refused,
    ServiceUnavailable,
    TargetChanged,
    Throttled,
    Unanswered,
)
from retrieval.records import Record

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class Failure(Enum):
    """How a server fails a change."""

    CUT_BEFORE = "ends the connection and changes nothing"
    CUT_AFTER = "changes it and ends the connection"
    BROKEN = "answers 500 and changes nothing"
    THROTTLED = "asks to wait"
    FORBIDDEN = "says no"


class Stage(Protocol):
    """A writer, a record that has a ticket in its system, and one field of it."""

    writer: TicketWriter
    record: Record
    field: str

    def written(self) -> list[str]:
        """The texts that are there now and were not at the beginning, word for word."""


class RemoteStage(Stage, Protocol):
    """A writer whose system is a server. ``secret`` is in the writer's credential."""

    secret: str

    def fail_next(self, failure: Failure) -> None:
        """The next change fails."""

    def fail_next_read(self) -> None:
        """The next read is answered with 500."""

    def edit(self) -> None:
        """Somebody else changes the ticket, and the text of a field that is replaced."""

    def remove(self) -> None:
        """The ticket is deleted."""


class TicketWriterContract:
    """The promises of the port."""

    @pytest.fixture
    def stage(self) -> Stage:
        raise NotImplementedError

    def test_a_ticket_has_a_name_and_is_read_without_effect(self, stage: Stage) -> None:
        wanted = intent(stage)
        assert stage.writer.read(wanted.target).shown_as
        assert stage.writer.describe(wanted)
        assert stage.writer.find(wanted) is None
        assert stage.written() == []

    def test_the_approved_text_is_written_byte_for_byte(self, stage: Stage) -> None:
        wanted = intent(stage, words="Ä “quote” & <b>\n\n  indented\ttab")
        stage.writer.apply(wanted)
        assert stage.written() == [wanted.body]

    def test_what_was_written_is_found_again(self, stage: Stage) -> None:
        assert stage.writer.find(intent(stage)) is None
        receipt = stage.writer.apply(intent(stage))
        found = stage.writer.find(intent(stage))
        assert found is not None
        assert found.external_reference == receipt.external_reference
        assert len(stage.written()) == 1

    def test_another_proposal_is_another_delivery(self, stage: Stage) -> None:
        stage.writer.apply(intent(stage, "prop-12"))
        assert stage.writer.find(intent(stage, "prop-1")) is None
        assert stage.writer.find(intent(stage, "prop-2")) is None

    def test_what_was_taken_back_is_known_to_be(self, stage: Stage) -> None:
        wanted = intent(stage)
        back = undo(stage, wanted, stage.writer.apply(wanted))
        assert stage.writer.find_undo(back) is None
        receipt = stage.writer.undo(back)
        found = stage.writer.find_undo(back)
        assert found is not None
        assert found.external_reference == receipt.external_reference

    def test_a_text_that_was_replaced_comes_back(self, stage: Stage) -> None:
        wanted = intent(stage)
        before = stage.writer.read(wanted.target).text
        stage.writer.undo(undo(stage, wanted, stage.writer.apply(wanted), before))
        assert stage.writer.read(wanted.target).text == before

    def test_the_note_that_takes_it_back_is_no_delivery(self, stage: Stage) -> None:
        wanted = intent(stage)
        nothing = Receipt(external_reference="", url="", delivered_at=LONG_AGO)
        try:
            stage.writer.undo(undo(stage, wanted, nothing))
        except NotFound:
            assert stage.written() == []
        assert stage.writer.find(wanted) is None


class RemoteTicketWriterContract(TicketWriterContract):
    """What comes on top when a network and a server are in between."""

    @pytest.fixture
    def stage(self) -> RemoteStage:
        raise NotImplementedError

    def test_the_receipt_says_where_and_which_version(self, stage: RemoteStage) -> None:
        receipt = stage.writer.apply(intent(stage))
        assert receipt.url.startswith("http")
        assert receipt.version_after

    def test_the_version_moves_when_somebody_changes_the_text(self, stage: RemoteStage) -> None:
        target = intent(stage).target
        if not described(stage).replaces:
            return
        before = stage.writer.read(target)
        assert before.version
        stage.edit()
        after = stage.writer.read(target)
        assert after.version != before.version
        assert after.text != before.text

    def test_an_answer_that_was_lost_is_found(self, stage: RemoteStage) -> None:
        stage.fail_next(Failure.CUT_AFTER)
        with pytest.raises(Unanswered):
            stage.writer.apply(intent(stage))
        assert stage.writer.find(intent(stage)) is not None
        assert len(stage.written()) == 1

    @pytest.mark.parametrize("failure", [Failure.CUT_BEFORE, Failure.BROKEN])
    def test_a_request_that_was_lost_is_not(self, stage: RemoteStage, failure: Failure) -> None:
        wanted = intent(stage)
        stage.fail_next(failure)
        with pytest.raises(Unanswered):
            stage.writer.apply(wanted)
        assert stage.writer.find(wanted) is None
        assert stage.written() == []

    def test_a_server_that_asks_to_wait_has_done_nothing(self, stage: RemoteStage) -> None:
        stage.fail_next(Failure.THROTTLED)
        with pytest.raises(Throttled) as caught:
            stage.writer.apply(intent(stage))
        assert caught.value.wait_seconds > 0
        assert stage.written() == []

    def test_a_server_that_says_no_is_not_asked_again(self, stage: RemoteStage) -> None:
        stage.fail_next(Failure.FORBIDDEN)
        with pytest.raises(Refused, match="no entry"):
            stage.writer.apply(intent(stage))
        assert stage.written() == []

    def test_a_ticket_that_is_gone_is_not_found(self, stage: RemoteStage) -> None:
        wanted = intent(stage)
        stage.remove()
        with pytest.raises(NotFound):
            stage.writer.read(wanted.target)

    def test_an_undo_whose_answer_was_lost_is_found(self, stage: RemoteStage) -> None:
        wanted = intent(stage)
        back = undo(stage, wanted, stage.writer.apply(wanted))
        stage.fail_next(Failure.CUT_AFTER)
        with pytest.raises(Unanswered):
            stage.writer.undo(back)
        assert stage.writer.find_undo(back) is not None

    def test_an_undo_that_was_lost_is_not(self, stage: RemoteStage) -> None:
        wanted = intent(stage)
        back = undo(stage, wanted, stage.writer.apply(wanted))
        stage.fail_next(Failure.CUT_BEFORE)
        with pytest.raises(Unanswered):
            stage.writer.undo(back)
        assert stage.writer.find_undo(back) is None

    def test_a_text_that_was_edited_since_is_not_overwritten(self, stage: RemoteStage) -> None:
        if not described(stage).replaces:
            return
        wanted = intent(stage)
        before = stage.writer.read(wanted.target).text
        receipt = stage.writer.apply(wanted)
        stage.edit()
        edited = stage.writer.read(wanted.target).text
        with pytest.raises(TargetChanged):
            stage.writer.undo(undo(stage, wanted, receipt, before))
        assert stage.writer.read(wanted.target).text == edited

    def test_a_read_that_fails_once_is_tried_again(self, stage: RemoteStage) -> None:
        wanted = intent(stage)
        stage.writer.apply(wanted)
        stage.fail_next_read()
        assert stage.writer.find(wanted) is not None

    def test_no_credential_is_told(self, stage: RemoteStage) -> None:
        wanted = intent(stage)
        told = stage.writer.describe(wanted)
        for failure in Failure:
            stage.fail_next(failure)
            with pytest.raises((ServiceUnavailable, Refused)) as caught:
                stage.writer.apply(wanted)
            told += str(caught.value)
        assert stage.secret not in told


def described(stage: Stage) -> Field:
    """The field of a stage."""
    return next(field for field in stage.writer.fields if field.name == stage.field)


def intent(
    stage: Stage,
    proposal_id: str = "prop-1",
    words: str = "The certificate had expired.",
    version: str | None = None,
) -> WriteIntent:
    """An approved proposal for the field of a stage, for the ticket as it stands."""
    target = Target(
        name=stage.writer.name,
        reference=stage.writer.locate(stage.record),
        field=stage.field,
        visibility=described(stage).visibility,
    )
    form = described(stage).form
    body = body_of(words, proposal_id, form)
    return WriteIntent.of(
        Proposal(
            id=proposal_id,
            draft_id="draft-1",
            draft_revision=1,
            record_id=stage.record.id,
            title="VPN certificates expire",
            target=target,
            body=body,
            form=form,
            sha256=content_sha256(target, body),
            authors=frozenset({"ruth"}),
            submitted_by="ruth",
            submitted_at=LONG_AGO,
            state=ProposalState.APPROVED,
            target_version=stage.writer.read(target).version if version is None else version,
        )
    )


def body_of(words: str, proposal_id: str, form: BodyForm) -> str:
    """A text with the mark of its proposal, in the form of a field."""
    if form is not BodyForm.ADF:
        return f"{words}\n\n{marker(proposal_id)}\n"
    paragraphs = [
        {"type": "paragraph", "content": [{"type": "text", "text": text}]}
        for text in (words, marker(proposal_id))
    ]
    document = {"type": "doc", "version": 1, "content": paragraphs}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def undo(
    stage: Stage, wanted: WriteIntent, receipt: Receipt, previous: str | None = None
) -> UndoIntent:
    """A delivery that is to be taken back."""
    note = f"Taken back by paul: wrong ticket.\n\n{undo_marker(wanted.proposal_id)}\n"
    known = previous if described(stage).replaces else None
    return UndoIntent(wanted, receipt, note, known)
