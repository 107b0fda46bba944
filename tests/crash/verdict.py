"""What became of everything: counted in the ticket system and in the ledger, not in our states."""

import json
from collections import Counter
from dataclasses import dataclass

from assistant.bootstrap import Application
from assistant.domain.approval import Proposal, ProposalState, marker
from assistant.domain.delivery import undo_marker

_ENDED = frozenset(
    {
        ProposalState.DELIVERED,
        ProposalState.UNDONE,
        ProposalState.CONFLICT,
        ProposalState.AMBIGUOUS,
    }
)
_WRITTEN = frozenset({ProposalState.DELIVERED, ProposalState.UNDONE})
_NOT_WRITTEN = frozenset({ProposalState.CONFLICT})


@dataclass(frozen=True, slots=True)
class Verdict:
    """``lost``: approved and neither there nor visibly open, or not where it is said to be."""

    states: Counter[str]
    lost: int
    doubled: int
    unapproved: int
    chain: str

    @property
    def ok(self) -> bool:
        """Nothing went wrong."""
        return (self.lost, self.doubled, self.unapproved, self.chain) == (0, 0, 0, "ok")

    def __str__(self) -> str:
        return (
            f"lost={self.lost} doubled={self.doubled} unapproved={self.unapproved} "
            f"chain={self.chain}"
        )


def verdict(
    app: Application,
    notes: dict[str, list[str]],
    approved: set[str],
    undone: set[str],
) -> Verdict:
    """Judge by the notes of each ticket (by sys_id) that the ticket system holds."""
    proposals = {each.id: each for each in app.approvals.latest(100_000)}
    written = [note for entries in notes.values() for note in entries]
    allowed = _approved_in_ledger(app)
    known = {each.body.strip(): each for each in proposals.values()}
    lost = doubled = unapproved = 0
    for number in approved | allowed.keys():
        lost += _is_lost(proposals.get(number), written)
    for number, proposal in proposals.items():
        times = sum(marker(number) in note for note in written)
        back = sum(undo_marker(number) in note for note in written)
        doubled += times > 1 or back > 1
        unapproved += times > 0 and allowed.get(number) != proposal.sha256
        lost += number in undone and back == 0 and proposal.state is ProposalState.UNDONE
    for note in written:
        # Everything that the installation wrote is some proposal's body, or takes one back.
        unapproved += note.strip() not in known and "ref: undo-of-" not in note
    report = app.audit.verify()
    return Verdict(
        states=Counter(str(each.state) for each in proposals.values()),
        lost=lost,
        doubled=doubled,
        unapproved=unapproved,
        chain="ok" if report.ok else f"broken at {report.first_bad}",
    )


def _is_lost(proposal: Proposal | None, written: list[str]) -> bool:
    if proposal is None or proposal.state not in _ENDED:
        return True
    there = any(marker(proposal.id) in note for note in written)
    if proposal.state in _WRITTEN:
        return not there
    return proposal.state in _NOT_WRITTEN and there


def _approved_in_ledger(app: Application) -> dict[str, str]:
    """The hash that each approved proposal was approved with."""
    with app.audit.snapshot() as ledger:
        return {
            event.subject: json.loads(event.payload)["sha256"]
            for event in ledger.events
            if event.action == "proposal.approved"
        }
