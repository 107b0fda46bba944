"""The seam to outside systems: what a ticket writer receives and must promise."""

from dataclasses import dataclass
from typing import Protocol

from assistant.domain.approval import (
    BodyForm,
    Proposal,
    ProposalState,
    Receipt,
    Target,
    Visibility,
    marker,
)
from assistant.domain.drafts import SectionName
from retrieval.errors import NotAllowed
from retrieval.records import Record

ON_THE_WAY = frozenset({ProposalState.APPROVED, ProposalState.DELIVERING, ProposalState.AMBIGUOUS})
"""An approval stands, and a worker carries it out or looks for what it wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A place in a kind of ticket that approved text may be written to.

    ``sections`` of a draft go there; empty: all of them. ``replaces`` the text that is there,
    or adds an entry. ``undo`` says in words what taking it back does. ``warning`` is shown
    before anybody submits or approves; a field with one is of high risk.
    """

    name: str
    label: str
    form: BodyForm
    undo: str
    visibility: Visibility = Visibility.INTERNAL
    sections: tuple[SectionName, ...] = ()
    replaces: bool = False
    max_chars: int | None = None
    warning: str = ""


@dataclass(frozen=True, slots=True)
class TargetState:
    """A ticket as it stands: what people call it, its version, and the text of the field.

    ``version`` changes with every change of the ticket. ``text`` is empty for fields that only
    add entries.
    """

    shown_as: str
    version: str
    text: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class WriteIntent:
    """Approved bytes for an approved place. It can only be made from an approved proposal.

    ``body`` is sent as it is; it contains ``marker``. ``version`` is what the approver saw.
    """

    proposal_id: str
    record_id: str
    title: str
    target: Target
    body: str
    form: BodyForm
    sha256: str
    version: str

    @classmethod
    def of(cls, proposal: Proposal) -> "WriteIntent":
        """The intent of an approved proposal whose content is intact."""
        if proposal.state not in ON_THE_WAY:
            raise NotAllowed(
                f"{proposal.id} is {proposal.state}; only approved content is written."
            )
        return cls._of(proposal)

    @classmethod
    def delivered(cls, proposal: Proposal) -> "WriteIntent":
        """The intent that was carried out, to take it back."""
        if proposal.state is not ProposalState.UNDOING:
            raise NotAllowed(f"{proposal.id} is {proposal.state}; nobody asked to take it back.")
        return cls._of(proposal)

    @classmethod
    def _of(cls, proposal: Proposal) -> "WriteIntent":
        if not proposal.is_intact():
            raise NotAllowed(f"{proposal.id} is not what was approved; nothing is written.")
        return cls(
            proposal_id=proposal.id,
            record_id=proposal.record_id,
            title=proposal.title,
            target=proposal.target,
            body=proposal.body,
            form=proposal.form,
            sha256=proposal.sha256,
            version=proposal.target_version,
        )

    @property
    def marker(self) -> str:
        """The mark in the body by which what was written is found again."""
        return marker(self.proposal_id)


@dataclass(frozen=True, slots=True)
class UndoIntent:
    """A delivery that is taken back.

    ``note`` says so in plain text, for targets that keep every entry; it contains ``marker``.
    ``previous`` is the text that was replaced, ``None`` where it is not known word for word.
    """

    intent: WriteIntent
    receipt: Receipt
    note: str
    previous: str | None = None

    @property
    def marker(self) -> str:
        """The mark of the note; it does not contain that of the delivery."""
        return undo_marker(self.intent.proposal_id)


def undo_marker(proposal_id: str) -> str:
    """The mark of the note that takes a delivery back."""
    return f"ref: undo-of-{proposal_id}"


class TicketWriter(Protocol):
    """Writes approved content into one outside system.

    Every method but ``describe`` may ask the system over the network, and raises
    ``Throttled`` when it asks to wait, ``Refused`` when it says no, ``ServiceUnavailable`` or
    ``DeliveryFailed`` when nothing was done and another try may help. Only ``apply`` and
    ``undo`` change anything; they raise ``Unanswered`` when it is not known whether they did.
    They send at most one change, and never twice by themselves: the worker looks with
    ``find`` or ``find_undo`` before it asks again.
    """

    name: str
    fields: tuple[Field, ...]

    def locate(self, record: Record) -> str:
        """The ``reference`` of the ticket that a record is in this system.

        ``NotFound`` with the reason when it has none there.
        """

    def read(self, target: Target) -> TargetState:
        """The ticket as it stands now; ``NotFound`` when it is gone."""

    def describe(self, intent: WriteIntent) -> str:
        """The request that ``apply`` would send, for people to read; without credentials."""

    def apply(self, intent: WriteIntent) -> Receipt:
        """Write it; the receipt says where it is."""

    def find(self, intent: WriteIntent) -> Receipt | None:
        """The receipt of an earlier delivery of this intent, or ``None`` if there is none."""

    def undo(self, undo: UndoIntent) -> Receipt:
        """Take it back, in the way that the field's ``undo`` says."""

    def find_undo(self, undo: UndoIntent) -> Receipt | None:
        """The receipt of an earlier undo, or ``None`` if there was none."""
