"""What was delivered is taken back, in the way that its field allows."""

import pytest

from assistant.domain.approval import Proposal, ProposalState
from retrieval.corpus.database import Database
from retrieval.errors import DeliveryFailed, WrongState
from tests.ticket_desk import PAUL, PETRA, LandedUnanswered, Office, body, failing


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


class TestUndo:
    def delivered(self, office: Office, field: str = "notes") -> Proposal:
        proposal = office.approved(field=field)
        office.work(1)
        assert office.state(proposal) is ProposalState.DELIVERED
        return proposal

    def test_an_entry_is_retracted_by_another(self, office: Office) -> None:
        proposal = self.delivered(office)
        office.approvals.undo(PAUL, proposal.id, "wrong ticket")
        office.work(1)
        view = office.view(proposal)
        assert view.proposal.state is ProposalState.UNDONE
        assert view.undone is not None
        first, second = office.desk.tickets["INC1"].notes
        assert first == proposal.body
        assert "wrong ticket" in second
        assert "Retracted by paul" in second

    def test_a_text_that_was_replaced_comes_back(self, office: Office) -> None:
        office.drafted("INC1", body("x"))
        office.desk.locate(office.store.get("INC1"))  # type: ignore[arg-type]  # it is there
        office.desk.edited("INC1", "what Mia wrote")
        proposal = self.delivered(office, "cause")
        office.approvals.undo(PAUL, proposal.id, "wrong cause")
        office.work(1)
        assert office.desk.tickets["INC1"].texts["cause"] == "what Mia wrote"

    def test_a_text_that_was_redacted_on_reading_is_not_put_back(self, office: Office) -> None:
        office.drafted("INC1", body("x"))
        office.desk.locate(office.store.get("INC1"))  # type: ignore[arg-type]  # it is there
        office.desk.edited("INC1", "login with password=Hunter2! now")
        proposal = self.delivered(office, "cause")
        office.approvals.undo(PAUL, proposal.id, "wrong cause")
        office.work(1)
        ticket = office.desk.tickets["INC1"]
        assert ticket.texts["cause"] == proposal.body
        assert len(ticket.notes) == 1, "a note says that it no longer stands"

    def test_what_somebody_edited_since_is_left_alone(self, office: Office) -> None:
        proposal = self.delivered(office, "cause")
        office.desk.edited("INC1", "better words")
        office.approvals.undo(PAUL, proposal.id, "wrong cause")
        office.work()
        view = office.view(proposal)
        assert view.proposal.state is ProposalState.DELIVERED
        assert "edited" in view.proposal.reason
        assert office.desk.tickets["INC1"].texts["cause"] == "better words"

    def test_an_undo_whose_answer_was_lost_is_not_made_twice(self, office: Office) -> None:
        proposal = self.delivered(office)
        office.desk.failures = failing(LandedUnanswered("lost"))
        office.approvals.undo(PAUL, proposal.id, "wrong ticket")
        office.work()
        assert office.state(proposal) is ProposalState.UNDONE
        assert len(office.desk.tickets["INC1"].notes) == 2

    def test_an_undo_that_fails_leaves_it_delivered_and_may_be_asked_for_again(
        self, office: Office
    ) -> None:
        proposal = self.delivered(office)
        office.desk.failures = failing(*[DeliveryFailed("full")] * 5)
        office.approvals.undo(PAUL, proposal.id, "wrong ticket")
        office.work()
        view = office.view(proposal)
        assert (view.proposal.state, view.proposal.reason) == (ProposalState.DELIVERED, "full")
        office.approvals.undo(PETRA, proposal.id, "wrong ticket")
        office.work()
        assert office.state(proposal) is ProposalState.UNDONE

    def test_only_what_was_delivered_is_taken_back(self, office: Office) -> None:
        proposal = office.approved()
        with pytest.raises(WrongState):
            office.approvals.undo(PAUL, proposal.id, "too early")
