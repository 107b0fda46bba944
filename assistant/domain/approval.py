"""Proposals to write to an outside system, and the rules by which people decide on them.

submitted ──approve──▶ approved ──▶ delivering ──▶ delivered
    │                     │             └────────▶ failed ──retry──▶ approved
    ├─request changes─▶ changes-requested
    ├─reject──────────▶ rejected
    └─withdraw / edit─▶ withdrawn ◀── edit before delivery began
"""

import hashlib
import json
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from assistant.domain.people import Person, Role
from retrieval.errors import InvalidInput, NotAllowed, StaleRevision, WrongState


class ProposalState(StrEnum):
    """Where a proposal stands."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    CHANGES_REQUESTED = "changes-requested"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    FAILED = "failed"


class Decision(StrEnum):
    """What an approver can say."""

    APPROVE = "approve"
    REQUEST_CHANGES = "request-changes"
    REJECT = "reject"


class Visibility(StrEnum):
    """Who will see what is written; nothing is public unless somebody chose it."""

    INTERNAL = "internal"
    PUBLIC = "public"


_AFTER: dict[Decision, ProposalState] = {
    Decision.APPROVE: ProposalState.APPROVED,
    Decision.REQUEST_CHANGES: ProposalState.CHANGES_REQUESTED,
    Decision.REJECT: ProposalState.REJECTED,
}

OPEN_STATES = frozenset({ProposalState.SUBMITTED, ProposalState.APPROVED})
"""Not yet on its way: an edit of the draft still voids it."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Target(_Value):
    """Where something will be written: which system, and where in it."""

    name: str
    reference: str
    visibility: Visibility = Visibility.INTERNAL


class Proposal(_Value):
    """Exact content for an exact place, awaiting approval or on its way."""

    id: str
    draft_id: str
    draft_revision: int
    record_id: str
    title: str
    target: Target
    body: str
    sha256: str
    authors: frozenset[str]
    submitted_by: str
    submitted_at: datetime
    state: ProposalState
    reason: str = ""

    def is_intact(self) -> bool:
        """True when target and body are still what the hash was made of."""
        return self.sha256 == content_sha256(self.target, self.body)


class DecisionMade(_Value):
    """One decision, bound to the hash that the person saw."""

    person: str
    decision: Decision
    reason: str
    sha256: str
    decided_at: datetime


class Receipt(_Value):
    """Proof of a delivery: what the target calls it, and where to see it."""

    external_reference: str
    url: str
    delivered_at: datetime


def content_sha256(target: Target, body: str) -> str:
    """The hash that an approval binds to: where, for whom and what."""
    parts = [target.name, target.reference, str(target.visibility), body]
    text = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def decided(
    proposal: Proposal, person: Person, decision: Decision, sha256: str, reason: str
) -> ProposalState:
    """The state after a decision; raises where a rule forbids it.

    Only an approver, never an author; only while it is submitted; only on exactly the
    content that the person saw; and with a reason unless it is an approval.
    """
    person.require(Role.APPROVER)
    if person.name in proposal.authors:
        raise NotAllowed(
            f"{person.name} wrote part of this draft. Somebody else must decide on it."
        )
    require_state(proposal, "decide on", ProposalState.SUBMITTED)
    if sha256 != proposal.sha256:
        raise StaleRevision(
            "What you saw is not what was submitted. Open the proposal again and read it anew."
        )
    if decision is not Decision.APPROVE and not reason.strip():
        raise InvalidInput("Give a reason, so that the author knows what to change.")
    return _AFTER[decision]


def withdrawn(proposal: Proposal, person: Person) -> ProposalState:
    """The state after its author takes it back."""
    if person.name not in proposal.authors:
        raise NotAllowed("Only an author of the draft may withdraw it.")
    require_state(proposal, "withdraw", *sorted(OPEN_STATES))
    return ProposalState.WITHDRAWN


def require_state(proposal: Proposal, verb: str, *possible: ProposalState) -> None:
    """Raise ``WrongState`` unless the proposal is in one of the states."""
    if proposal.state not in possible:
        raise WrongState(
            f"You cannot {verb} {proposal.id}: it is {proposal.state}, not {' or '.join(possible)}."
        )
