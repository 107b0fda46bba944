"""From a draft to a proposal: exactly what was shown, and nothing over objections unsaid."""

import json

import pytest

from assistant.db.audit import AuditLedger
from assistant.domain.approval import Decision, ProposalState, Risk
from assistant.domain.drafts import Verdict
from assistant.services.submitting import Submission
from retrieval.corpus.database import Database
from retrieval.errors import (
    InvalidInput,
    NotAllowed,
    NotFound,
    StaleRevision,
    TargetChanged,
    WrongState,
)
from tests.ticket_desk import ADA, PAUL, PETRA, RUTH, Office, body


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def events(office: Office, action: str) -> list[dict[str, object]]:
    with AuditLedger(office.database).snapshot() as ledger:
        return [json.loads(e.payload) for e in ledger.events if e.action == action]


class TestSubmitting:
    def test_what_was_previewed_is_what_is_proposed_to_the_byte(self, office: Office) -> None:
        draft = office.drafted("INC1", body("The disk was full."))
        shown = office.submitting.prepare(RUTH, Submission(draft.id, draft.etag, "desk")).proposal
        again = Submission(draft.id, draft.etag, "desk", number=shown.id, override_reason="ok")
        proposal = office.submitting.submit(RUTH, again)
        assert (proposal.body, proposal.sha256) == (shown.body, shown.sha256)
        with pytest.raises(WrongState, match="already"):
            office.submitting.submit(RUTH, again)

    def test_a_preview_keeps_nothing(self, office: Office) -> None:
        draft = office.drafted("INC1", body("The disk was full."))
        office.submitting.prepare(RUTH, Submission(draft.id, draft.etag, "desk"))
        assert office.approvals.latest() == []

    def test_an_unsupported_claim_keeps_it_back_until_somebody_says_why_not(
        self, office: Office
    ) -> None:
        wanted = body("The moon did it.", verdict=Verdict.UNSUPPORTED)
        draft = office.drafted("INC1", wanted)
        with pytest.raises(WrongState, match="The moon did it"):
            office.submitting.submit(RUTH, Submission(draft.id, draft.etag, "desk"))
        reason = "Seen by mia.k, password=Hunter2! was used"
        proposal = office.submitting.submit(
            RUTH, Submission(draft.id, draft.etag, "desk", override_reason=reason)
        )
        assert any("The moon did it" in blocker for blocker in proposal.blockers)
        assert "Seen by" in proposal.override_reason
        assert "Hunter2" not in proposal.override_reason
        assert proposal.risk is Risk.ELEVATED
        (submitted,) = events(office, "proposal.submitted")
        assert submitted["overridden"]
        assert "Seen by" in str(submitted["override_reason"])

    def test_a_draft_that_was_edited_meanwhile_is_not_submitted(self, office: Office) -> None:
        draft = office.drafted("INC1", body("The disk was full."))
        office.drafts.save_edit(RUTH, draft.id, draft.etag, body("The disk was slow."))
        with pytest.raises(StaleRevision):
            office.submitting.submit(
                RUTH, Submission(draft.id, draft.etag, "desk", override_reason="ok")
            )

    def test_a_field_that_may_reach_callers_takes_two(self, office: Office) -> None:
        proposal = office.submitted(field="fix")
        assert (proposal.risk, proposal.quorum) == (Risk.HIGH, 2)
        approve = Decision.APPROVE
        first = office.approvals.decide(PAUL, proposal.id, approve, proposal.sha256)
        assert first.state is ProposalState.SUBMITTED
        office.work()
        assert office.desk.calls == 0
        second = office.approvals.decide(PETRA, proposal.id, approve, proposal.sha256)
        assert second.state is ProposalState.APPROVED

    def test_unknown_places_are_named(self, office: Office) -> None:
        draft = office.drafted("INC1", body("The disk was full."))
        with pytest.raises(InvalidInput, match="Configured are desk"):
            office.submitting.prepare(RUTH, Submission(draft.id, draft.etag, "elsewhere"))
        with pytest.raises(InvalidInput, match="notes, cause, fix"):
            office.submitting.prepare(RUTH, Submission(draft.id, draft.etag, "desk", "colour"))

    def test_a_section_that_says_nothing_is_not_proposed(self, office: Office) -> None:
        draft = office.drafted("INC1", body("The disk was full."))
        with pytest.raises(InvalidInput, match="Cause"):
            office.submitting.prepare(RUTH, Submission(draft.id, draft.etag, "desk", "cause"))

    def test_only_authors_submit(self, office: Office) -> None:
        draft = office.drafted("INC1", body("The disk was full."))
        with pytest.raises(NotAllowed):
            office.submitting.prepare(PAUL, Submission(draft.id, draft.etag, "desk"))

    def test_a_record_that_is_gone_has_no_ticket(self, office: Office) -> None:
        with pytest.raises(NotFound, match="no longer"):
            office.places.of_record("INC404", "desk")


class TestDecidingOnATicket:
    def test_an_approval_is_for_the_ticket_that_the_person_saw(self, office: Office) -> None:
        proposal = office.submitted(field="cause")
        seen = office.approvals.look(proposal.id)
        office.desk.edited("INC1", "somebody else's cause")
        with pytest.raises(TargetChanged, match="has changed"):
            office.approvals.decide(
                PAUL, proposal.id, Decision.APPROVE, proposal.sha256, "", seen.version
            )
        assert office.state(proposal) is ProposalState.SUBMITTED
        now = office.view(proposal).seen
        assert now is not None
        assert now.text == "somebody else's cause"
        approved = office.approvals.decide(
            PAUL, proposal.id, Decision.APPROVE, proposal.sha256, "", now.version
        )
        assert approved.target_version == now.version

    def test_a_no_does_not_need_the_ticket(self, office: Office) -> None:
        proposal = office.submitted()
        office.desk.tickets.clear()
        rejected = office.approvals.decide(
            PAUL, proposal.id, Decision.REJECT, proposal.sha256, "wrong ticket"
        )
        assert rejected.state is ProposalState.REJECTED

    def test_what_cannot_be_read_cannot_be_approved(self, office: Office) -> None:
        proposal = office.submitted()
        office.desk.tickets.clear()
        with pytest.raises(NotFound):
            office.approvals.decide(PAUL, proposal.id, Decision.APPROVE, proposal.sha256)

    def test_an_edit_of_the_draft_voids_a_conflict_too(self, office: Office) -> None:
        proposal = office.approved()
        office.desk.edited("INC1")
        office.work()
        draft = office.drafts.get(proposal.draft_id)
        office.drafts.save_edit(RUTH, draft.id, draft.etag, body("The disk was slow."))
        assert office.state(proposal) is ProposalState.WITHDRAWN
        with pytest.raises(WrongState):
            office.approvals.resubmit(RUTH, proposal.id)

    def test_an_author_cannot_take_it_back_alone(self, office: Office) -> None:
        proposal = office.approved()
        office.work()
        with pytest.raises(NotAllowed):
            office.approvals.undo(RUTH, proposal.id, "sorry")

    def test_only_those_in_charge_stop_a_target(self, office: Office) -> None:
        with pytest.raises(NotAllowed):
            office.kill_switch.stop(RUTH, "desk", "because")
        with pytest.raises(InvalidInput):
            office.kill_switch.stop(ADA, "desk", " ")
        office.kill_switch.stop(ADA, "desk", "storm")
        assert office.kill_switch.stopped()["desk"].reason == "storm"
