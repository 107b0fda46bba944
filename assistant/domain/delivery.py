"""The seam to outside systems: what a ticket writer receives and must promise."""

from dataclasses import dataclass
from typing import Protocol

from assistant.domain.approval import Proposal, ProposalState, Receipt, Target
from retrieval.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class WriteIntent:
    """Approved bytes for an approved place. It can only be made from an approved proposal."""

    proposal_id: str
    record_id: str
    title: str
    target: Target
    body: str
    sha256: str

    @classmethod
    def of(cls, proposal: Proposal) -> "WriteIntent":
        """The intent of an approved proposal whose content is intact."""
        if proposal.state not in (ProposalState.APPROVED, ProposalState.DELIVERING):
            raise NotAllowed(
                f"{proposal.id} is {proposal.state}; only approved content is written."
            )
        if not proposal.is_intact():
            raise NotAllowed(f"{proposal.id} is not what was approved; nothing is written.")
        return cls(
            proposal_id=proposal.id,
            record_id=proposal.record_id,
            title=proposal.title,
            target=proposal.target,
            body=proposal.body,
            sha256=proposal.sha256,
        )

    @property
    def marker(self) -> str:
        """A short unique mark in what is written, by which it is found again."""
        return f"precedent:{self.proposal_id}:{self.sha256[:12]}"


class TicketWriter(Protocol):
    """Writes approved content into one kind of outside system.

    ``apply`` of the same intent twice must be the same as once where the system allows
    it; where it does not, ``find`` lets the worker look before it writes again. Both
    raise ``DeliveryFailed`` when the system refuses or cannot be reached.
    """

    name: str

    def apply(self, intent: WriteIntent) -> Receipt:
        """Write it; the receipt says where it is."""

    def find(self, intent: WriteIntent) -> Receipt | None:
        """The receipt of an earlier delivery of this intent, or ``None``."""
