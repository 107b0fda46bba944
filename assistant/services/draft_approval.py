"""Use case: say of a revision of a draft who approved it, and for what."""

from assistant.db import proposals as rows
from assistant.domain.approval import DecisionMade, Proposal, ProposalState, approvers
from assistant.domain.drafts import Draft
from retrieval.corpus.database import Database

# The states that only an approval leads to and in which it still counts. After a conflict it
# has to be given again.
_APPROVED = (
    ProposalState.APPROVED,
    ProposalState.DELIVERING,
    ProposalState.DELIVERED,
    ProposalState.AMBIGUOUS,
    ProposalState.FAILED,
    ProposalState.UNDOING,
    ProposalState.UNDONE,
)


class DraftApproval:
    """What a paper says of the standing of what is on it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def told(self, draft: Draft) -> str:
        """One line, empty for a revision that nobody approved; other revisions do not count.

        The caller has checked that the draft may be read.
        """
        with self._database.read() as connection:
            told = [
                _line(proposal, rows.decisions_on(connection, proposal.id))
                for proposal in rows.proposals_of_revision(
                    connection, draft.id, draft.revision, _APPROVED
                )
            ]
        return "; ".join(told)


def _line(proposal: Proposal, decisions: list[DecisionMade]) -> str:
    by = " and ".join(sorted(approvers(proposal, decisions)))
    on = max(made.decided_at for made in decisions if made.round == proposal.round)
    place = f"{proposal.shown_as or proposal.target.reference} in {proposal.target.name}"
    return f"Approved by {by} on {on:%Y-%m-%d} for {place}, {proposal.state}"
