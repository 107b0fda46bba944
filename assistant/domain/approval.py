"""Proposals to write to an outside system, and the rules by which people decide on them.

submitted ──approve──▶ approved ──▶ delivering ──▶ delivered ──undo──▶ undoing ──▶ undone
    │  ▲                  │  │          ├────────▶ conflict ──resubmit──▶ submitted
    │  └──approval expired┘  │          ├────────▶ ambiguous ──look again──▶ delivering
    │                        │          └────────▶ failed ──retry──▶ approved
    ├─request changes─▶ changes-requested
    ├─reject──────────▶ rejected
    └─withdraw / edit─▶ withdrawn ◀── edit before delivery began

A draft is edited before it is proposed; what is proposed never changes. Whoever has another
text submits another proposal.
"""

import hashlib
import json
from collections.abc import Sequence
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
    CONFLICT = "conflict"
    AMBIGUOUS = "ambiguous"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


class Decision(StrEnum):
    """What an approver can say."""

    APPROVE = "approve"
    REQUEST_CHANGES = "request-changes"
    REJECT = "reject"


class Visibility(StrEnum):
    """Who will see what is written; nothing is public unless somebody chose it."""

    INTERNAL = "internal"
    PUBLIC = "public"


class BodyForm(StrEnum):
    """What the stored bytes of a proposal are.

    Markdown, plain text, ADF as JSON, or a link: three lines with its title, where it leads to,
    and the marker.
    """

    MARKDOWN = "markdown"
    TEXT = "text"
    ADF = "adf"
    LINK = "link"


class Risk(StrEnum):
    """How much a write may do harm: it decides how many people must approve."""

    LOW = "low"
    ELEVATED = "elevated"
    HIGH = "high"


_AFTER: dict[Decision, ProposalState] = {
    Decision.APPROVE: ProposalState.APPROVED,
    Decision.REQUEST_CHANGES: ProposalState.CHANGES_REQUESTED,
    Decision.REJECT: ProposalState.REJECTED,
}

OPEN_STATES = frozenset({ProposalState.SUBMITTED, ProposalState.APPROVED, ProposalState.CONFLICT})
"""Not on its way: an edit of the draft still voids it."""

RETRIABLE_STATES = frozenset({ProposalState.FAILED, ProposalState.AMBIGUOUS})
"""Delivery came to an end that a person may reopen."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Target(_Value):
    """Where something will be written: which system, which ticket, which field of it.

    ``reference`` is the system's own address of the ticket, such as ``incident/<sys_id>``.
    """

    name: str
    reference: str
    field: str = ""
    visibility: Visibility = Visibility.INTERNAL


class Proposal(_Value):
    """Exact content for an exact place, awaiting approval or on its way.

    ``shown_as`` is what people call the ticket. ``round`` counts how often approval was asked
    for: decisions of an earlier round count no more. ``blockers`` stood against submitting and
    were overridden for ``override_reason``. ``approved_until`` and ``target_version``, what
    the last approver saw of the ticket, are there once it is approved.
    """

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
    shown_as: str = ""
    form: BodyForm = BodyForm.MARKDOWN
    risk: Risk = Risk.LOW
    risk_reasons: tuple[str, ...] = ()
    quorum: int = 1
    round: int = 1
    blockers: tuple[str, ...] = ()
    override_reason: str = ""
    approved_until: datetime | None = None
    target_version: str = ""

    def is_intact(self) -> bool:
        """True when target and body are still what the hash was made of."""
        return self.sha256 == content_sha256(self.target, self.body)


class Reading(_Value):
    """A ticket as somebody saw it, or as the worker found it.

    ``text`` is that of the field, redacted; ``whole`` when nothing had to be removed from it.
    """

    version: str
    text: str
    whole: bool
    url: str
    read_at: datetime


class DecisionMade(_Value):
    """One decision, bound to the hash that the person saw and the version of the ticket."""

    person: str
    decision: Decision
    reason: str
    sha256: str
    decided_at: datetime
    round: int = 1
    target_version: str = ""


class Receipt(_Value):
    """Proof of a delivery: what the target calls it, where to see it, what it changed."""

    external_reference: str
    url: str
    delivered_at: datetime
    version_before: str = ""
    version_after: str = ""


def content_sha256(target: Target, body: str) -> str:
    """The hash that an approval binds to: where, in which field, for whom and what.

    SHA-256 of a JSON array of these; a target without fields has none in it.
    """
    field = [target.field] if target.field else []
    parts = [target.name, target.reference, *field, str(target.visibility), body]
    text = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def marker(proposal_id: str) -> str:
    """The short unique mark in a body, by which what was written is found again."""
    return f"ref: {proposal_id}"


def decided(
    proposal: Proposal,
    earlier: Sequence[DecisionMade],
    person: Person,
    made: DecisionMade,
) -> ProposalState:
    """The state after a person's decision; raises where a rule forbids it.

    Only an approver, never an author; only while it is submitted; only on exactly the
    content that the person saw; with a reason unless it is an approval. One person approves
    once in a round; it stays submitted until as many have as its quorum asks for.
    """
    require_other_approver(proposal, person)
    require_state(proposal, "decide on", ProposalState.SUBMITTED)
    if made.sha256 != proposal.sha256:
        raise StaleRevision(
            "What you saw is not what was submitted. Open the proposal again and read it anew."
        )
    if made.decision is not Decision.APPROVE:
        if not made.reason.strip():
            raise InvalidInput("Give a reason, so that the author knows what to change.")
        return _AFTER[made.decision]
    before = approvers(proposal, earlier)
    if person.name in before:
        raise WrongState(
            f"You have approved {proposal.id} already; it needs {proposal.quorum} people."
        )
    complete = len(before) + 1 >= proposal.quorum
    return _AFTER[made.decision] if complete else ProposalState.SUBMITTED


def approvers(proposal: Proposal, made: Sequence[DecisionMade]) -> frozenset[str]:
    """Who has approved this content in this round."""
    return frozenset(
        each.person
        for each in made
        if each.round == proposal.round
        and each.decision is Decision.APPROVE
        and each.sha256 == proposal.sha256
    )


def withdrawn(proposal: Proposal, person: Person) -> ProposalState:
    """The state after its author takes it back."""
    if person.name not in proposal.authors:
        raise NotAllowed("Only an author of the draft may withdraw it.")
    require_state(proposal, "withdraw", *sorted(OPEN_STATES))
    return ProposalState.WITHDRAWN


def require_other_approver(proposal: Proposal, person: Person) -> None:
    """Raise ``NotAllowed`` unless the person approves and wrote no part of it."""
    person.require(Role.APPROVER)
    if person.name in proposal.authors:
        raise NotAllowed(
            f"{person.name} wrote part of this draft. Somebody else must decide on it."
        )


def require_state(proposal: Proposal, verb: str, *possible: ProposalState) -> None:
    """Raise ``WrongState`` unless the proposal is in one of the states."""
    if proposal.state not in possible:
        raise WrongState(
            f"You cannot {verb} {proposal.id}: it is {proposal.state}, not {' or '.join(possible)}."
        )
