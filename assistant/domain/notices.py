"""Word to a channel that a proposal waits, was delivered or needs a person; never its text."""

from dataclasses import dataclass
from typing import Protocol

from assistant.domain.approval import ProposalState

_TITLE_CHARS = 300

_SAID: dict[ProposalState, str] = {
    ProposalState.SUBMITTED: "waits for approval",
    ProposalState.APPROVED: "is approved",
    ProposalState.CHANGES_REQUESTED: "needs changes",
    ProposalState.REJECTED: "was rejected",
    ProposalState.WITHDRAWN: "was withdrawn",
    ProposalState.DELIVERING: "is being delivered",
    ProposalState.DELIVERED: "was delivered",
    ProposalState.CONFLICT: "was not written: the ticket has changed since it was approved",
    ProposalState.AMBIGUOUS: "may or may not have been written: somebody must look",
    ProposalState.FAILED: "could not be written",
    ProposalState.UNDOING: "is being taken back",
    ProposalState.UNDONE: "was taken back",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a channel is told of a proposal.

    ``title`` is redacted already. ``shown_as`` is what people call the ticket, ``person`` who
    submitted it. ``url`` leads to the review page: there, and nowhere else, people sign in and
    decide.
    """

    proposal_id: str
    record_id: str
    title: str
    shown_as: str
    state: ProposalState
    person: str
    url: str

    @property
    def headline(self) -> str:
        """The notice in one line of plain text: ``INC1: the proposal for … waits for approval``."""
        about = f" for {self.shown_as}" if self.shown_as else ""
        return f"{self.record_id}: the proposal{about} {_SAID[self.state]}"

    @property
    def details(self) -> str:
        """The title, and who submitted it; short enough for every channel."""
        title = self.title
        if len(title) > _TITLE_CHARS:
            title = title[: _TITLE_CHARS - 1] + "…"
        return f"{title} (submitted by {self.person})"


class Notifier(Protocol):
    """Tells one channel of one outside system.

    A notice is sent at most once and carries no button that decides anything. Errors:
    ``Throttled``, when it was not told and may be later; ``ServiceUnavailable``, when it was
    certainly not told; ``Unanswered``, when it may have been, so that it is not told again;
    ``Refused``, when asking again is no use. Whatever it raises must stop nothing else.
    """

    name: str

    def tell(self, notice: Notice) -> None:
        """Send the notice."""
