"""Proposals, decisions on them, receipts and targets as JSON."""

from datetime import datetime

from assistant.db.outbox import Stop
from assistant.domain.approval import DecisionMade, Proposal, Reading, Receipt
from assistant.domain.delivery import Field
from assistant.schemas.shape import Shape
from assistant.services.approval import ProposalView


class DecisionOut(Shape):
    """Who decided what, and when; decisions of an earlier round count no more."""

    person: str
    decision: str
    reason: str
    decided_at: datetime
    round: int
    target_version: str

    @classmethod
    def of(cls, made: DecisionMade) -> "DecisionOut":
        """From the domain value."""
        return cls(
            person=made.person,
            decision=made.decision,
            reason=made.reason,
            decided_at=made.decided_at,
            round=made.round,
            target_version=made.target_version,
        )


class ReceiptOut(Shape):
    """Proof of a delivery or of an undo: what it is called there, and what it changed."""

    external_reference: str
    url: str
    delivered_at: datetime
    version_before: str
    version_after: str

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptOut":
        """From the domain value."""
        return cls(**receipt.model_dump())


class ReadingOut(Shape):
    """A ticket as it was read: its version, and the text of the field, redacted."""

    version: str
    text: str
    url: str
    read_at: datetime

    @classmethod
    def of(cls, reading: Reading) -> "ReadingOut":
        """From the domain value."""
        return cls(**reading.model_dump(exclude={"whole"}))


class ProposalOut(Shape):
    """Exact content for an exact place.

    ``sha256`` is what a decision must name. ``quorum`` people must approve; ``blockers`` stood
    against submitting and were overridden for ``override_reason``.
    """

    id: str
    draft_id: str
    draft_revision: int
    record_id: str
    title: str
    target: str
    reference: str
    field: str
    shown_as: str
    visibility: str
    sha256: str
    state: str
    reason: str
    authors: list[str]
    submitted_by: str
    submitted_at: datetime
    risk: str
    risk_reasons: list[str]
    quorum: int
    round: int
    blockers: list[str]
    override_reason: str
    approved_until: datetime | None

    @classmethod
    def of(cls, proposal: Proposal) -> "ProposalOut":
        """From the domain value."""
        said = proposal.model_dump(include=set(cls.model_fields) - {"target", "authors"})
        return cls(
            **said,
            target=proposal.target.name,
            reference=proposal.target.reference,
            field=proposal.target.field,
            visibility=proposal.target.visibility,
            authors=sorted(proposal.authors),
        )


class ProposalDetailOut(Shape):
    """A proposal with exactly what will be written, the decisions and what came of it.

    ``seen`` is the ticket as whoever decides saw it last, ``found`` as the worker found it
    where that differs.
    """

    proposal: ProposalOut
    body: str
    form: str
    decisions: list[DecisionOut]
    receipt: ReceiptOut | None
    undone: ReceiptOut | None
    seen: ReadingOut | None
    found: ReadingOut | None

    @classmethod
    def of(cls, view: ProposalView) -> "ProposalDetailOut":
        """From the service's value."""
        return cls(
            proposal=ProposalOut.of(view.proposal),
            body=view.proposal.body,
            form=view.proposal.form,
            decisions=[DecisionOut.of(made) for made in view.decisions],
            receipt=view.receipt and ReceiptOut.of(view.receipt),
            undone=view.undone and ReceiptOut.of(view.undone),
            seen=view.seen and ReadingOut.of(view.seen),
            found=view.found and ReadingOut.of(view.found),
        )


class FieldOut(Shape):
    """A field that approved text may be written to, and what taking it back does."""

    name: str
    label: str
    visibility: str
    replaces: bool
    undo: str
    warning: str

    @classmethod
    def of(cls, field: Field) -> "FieldOut":
        """From the domain value."""
        return cls(
            name=field.name,
            label=field.label,
            visibility=field.visibility,
            replaces=field.replaces,
            undo=field.undo,
            warning=field.warning,
        )


class StopOut(Shape):
    """Who stopped a target, when and why."""

    at: datetime
    by: str
    reason: str


class TargetOut(Shape):
    """A place that approved text may be written to; ``stopped`` while nothing is."""

    name: str
    fields: list[FieldOut]
    stopped: StopOut | None

    @classmethod
    def of(cls, name: str, fields: tuple[Field, ...], stopped: Stop | None) -> "TargetOut":
        """From what is known of it."""
        return cls(
            name=name,
            fields=[FieldOut.of(field) for field in fields],
            stopped=None if stopped is None else StopOut(**stopped._asdict()),
        )
