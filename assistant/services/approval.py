"""Use case: decide on what was proposed, and see what became of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from assistant.db import outbox
from assistant.db import proposals as rows
from assistant.db.outbox import Action
from assistant.domain.approval import (
    RETRIABLE_STATES,
    Decision,
    DecisionMade,
    Proposal,
    ProposalState,
    Reading,
    Receipt,
    decided,
    require_other_approver,
    require_state,
    withdrawn,
)
from assistant.domain.delivery import undo_marker
from assistant.domain.people import Person, Role
from assistant.services.places import Places
from assistant.services.proposal_notes import note
from ingest.redaction import Redactor
from retrieval.corpus.database import Database
from retrieval.errors import InvalidInput, NotFound, TargetChanged


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal with what was decided and what came of it.

    ``seen`` is the ticket as the last approver saw it, ``found`` as the worker found it where
    that differs.
    """

    proposal: Proposal
    decisions: tuple[DecisionMade, ...]
    receipt: Receipt | None
    undone: Receipt | None = None
    seen: Reading | None = None
    found: Reading | None = None


class ApprovalService:
    """The only way from a proposal to an outside system."""

    def __init__(
        self,
        database: Database,
        places: Places,
        redactor: Redactor,
        holds_for: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._places = places
        self._redactor = redactor
        self._holds_for = holds_for
        self._clock = clock

    def get(self, proposal_id: str) -> ProposalView:
        """A proposal with its decisions and receipts; ``NotFound`` otherwise."""
        with self._database.read() as connection:
            proposal = _known(rows.find_proposal(connection, proposal_id), proposal_id)
            return ProposalView(
                proposal,
                tuple(rows.decisions_on(connection, proposal_id)),
                rows.receipt_of(connection, proposal_id, Action.WRITE),
                rows.receipt_of(connection, proposal_id, Action.UNDO),
                rows.reading_of(connection, proposal_id, rows.SEEN),
                rows.reading_of(connection, proposal_id, rows.FOUND),
            )

    def latest(self, limit: int = 100) -> list[Proposal]:
        """Proposals, the latest first."""
        with self._database.read() as connection:
            return rows.latest_proposals(connection, limit)

    def look(self, proposal_id: str) -> Reading:
        """The ticket of a proposal as it stands now; kept as what whoever decides has seen."""
        reading = self._places.at(self.get(proposal_id).proposal.target).reading
        with self._database.write() as connection:
            rows.keep_reading(connection, proposal_id, rows.SEEN, reading)
        return reading

    def decide(  # noqa: PLR0917 — who says what to which content, and why
        self,
        person: Person,
        proposal_id: str,
        decision: Decision,
        sha256: str,
        reason: str = "",
        seen_version: str | None = None,
    ) -> Proposal:
        """Decide on exactly the content with this hash.

        An approval reads the ticket: ``TargetChanged`` when it is not what the person saw
        (``seen_version``, the version now where that is not given). From then on the approval
        is bound to that version. An approval and its place in the outbox are one transaction:
        neither is without the other.
        """
        reason = self._redactor.clean(reason)
        reading = self._read_for(person, proposal_id, seen_version, decision)
        version = "" if reading is None else reading.version
        with self._changing(proposal_id) as (connection, proposal):
            made = DecisionMade(
                person=person.name,
                decision=decision,
                reason=reason,
                sha256=sha256,
                decided_at=self._clock(),
                round=proposal.round,
                target_version=version,
            )
            earlier = rows.decisions_on(connection, proposal_id)
            state = decided(proposal, earlier, person, made)
            after = proposal.model_copy(update={"state": state, "reason": reason})
            if state is ProposalState.APPROVED:
                after = self._on_its_way(connection, after, made)
            rows.insert_decision(connection, proposal_id, made)
            if reading is not None:
                rows.keep_reading(connection, proposal_id, rows.SEEN, reading)
            rows.save(connection, after)
            action = "proposal.approval-given" if state is ProposalState.SUBMITTED else ""
            self._note(
                connection,
                person,
                action or f"proposal.{state}",
                after,
                reason=reason,
                target_version=version,
            )
        return after

    def _on_its_way(
        self, connection: Connection, proposal: Proposal, made: DecisionMade
    ) -> Proposal:
        target, now = proposal.target.name, made.decided_at
        # What an earlier round may have written is looked for first.
        writes = min(outbox.writes_of(connection, proposal.id, Action.WRITE), 1)
        outbox.know_targets(connection, [target])
        outbox.enqueue(connection, proposal.id, Action.WRITE, target, now, writes=writes)
        bound = {"approved_until": now + self._holds_for, "target_version": made.target_version}
        return proposal.model_copy(update=bound)

    def withdraw(self, person: Person, proposal_id: str) -> Proposal:
        """Take a proposal back before its delivery began."""
        with self._changing(proposal_id) as (connection, proposal):
            after = proposal.model_copy(update={"state": withdrawn(proposal, person)})
            outbox.cancel(connection, proposal_id)
            rows.save(connection, after)
            self._note(connection, person, "proposal.withdrawn", after)
        return after

    def retry(self, person: Person, proposal_id: str) -> Proposal:
        """Let a worker try again what failed, or look again for what may have been written.

        The approval still stands. What may have been written is looked for before it is
        written once more.
        """
        person.require(Role.APPROVER, Role.ADMIN)
        with self._changing(proposal_id) as (connection, proposal):
            require_state(proposal, "retry", *sorted(RETRIABLE_STATES))
            ambiguous = proposal.state is ProposalState.AMBIGUOUS
            state = ProposalState.AMBIGUOUS if ambiguous else ProposalState.APPROVED
            after = proposal.model_copy(update={"state": state, "reason": ""})
            # Also what failed in the end may have been written by an earlier try.
            writes = min(outbox.writes_of(connection, proposal_id, Action.WRITE), 1)
            outbox.enqueue(
                connection,
                proposal_id,
                Action.WRITE,
                proposal.target.name,
                self._clock(),
                writes=writes,
            )
            rows.save(connection, after)
            self._note(connection, person, "delivery.retried", after, was=str(proposal.state))
        return after

    def resubmit(self, person: Person, proposal_id: str) -> Proposal:
        """After a conflict, ask again for approval of the same content for the ticket as it is."""
        with self._changing(proposal_id) as (connection, proposal):
            if person.name not in proposal.authors:
                person.require(Role.APPROVER, Role.ADMIN)
            require_state(proposal, "resubmit", ProposalState.CONFLICT)
            after = asked_again(proposal, "The ticket changed after it was approved.")
            found = rows.reading_of(connection, proposal_id, rows.FOUND)
            if found is not None:
                rows.keep_reading(connection, proposal_id, rows.SEEN, found)
                rows.forget_reading(connection, proposal_id, rows.FOUND)
            rows.save(connection, after)
            self._note(connection, person, "proposal.resubmitted", after)
        return after

    def undo(self, person: Person, proposal_id: str, reason: str) -> Proposal:
        """Have a delivery taken back; like an approval, not by an author."""
        reason = " ".join(self._redactor.clean(reason).split())
        if not reason:
            raise InvalidInput("Give a reason: it is written where the text is taken back.")
        with self._changing(proposal_id) as (connection, proposal):
            require_other_approver(proposal, person)
            require_state(proposal, "undo", ProposalState.DELIVERED)
            after = proposal.model_copy(update={"state": ProposalState.UNDOING, "reason": reason})
            # An earlier undo whose outcome is not known is looked for first.
            writes = min(outbox.writes_of(connection, proposal_id, Action.UNDO), 1)
            outbox.enqueue(
                connection,
                proposal_id,
                Action.UNDO,
                proposal.target.name,
                self._clock(),
                note=_undo_note(proposal, person, reason),
                writes=writes,
            )
            rows.save(connection, after)
            self._note(connection, person, "undo.asked", after, reason=reason)
        return after

    def _read_for(
        self, person: Person, proposal_id: str, seen_version: str | None, decision: Decision
    ) -> Reading | None:
        proposal = self.get(proposal_id).proposal
        if decision is not Decision.APPROVE or proposal.state is not ProposalState.SUBMITTED:
            # A refusal binds to nothing outside; what cannot be decided is refused below.
            return None
        require_other_approver(proposal, person)
        reading = self._places.at(proposal.target).reading
        if seen_version is not None and seen_version != reading.version:
            with self._database.write() as connection:
                rows.keep_reading(connection, proposal_id, rows.SEEN, reading)
            raise TargetChanged(
                f"{proposal.shown_as or proposal.target.reference} has changed while you were "
                "reading. Open the proposal again and look at what is there now."
            )
        return reading

    @contextmanager
    def _changing(self, proposal_id: str) -> Iterator[tuple[Connection, Proposal]]:
        with self._database.write() as connection:
            found = rows.find_proposal(connection, proposal_id, lock=True)
            yield connection, _known(found, proposal_id)

    def _note(
        self,
        connection: Connection,
        person: Person,
        action: str,
        proposal: Proposal,
        **details: str,
    ) -> None:
        note(connection, self._clock(), person.name, action, proposal, **details)


def asked_again(proposal: Proposal, reason: str) -> Proposal:
    """The proposal in its next round: every approval so far counts no more."""
    return proposal.model_copy(
        update={
            "state": ProposalState.SUBMITTED,
            "reason": reason,
            "round": proposal.round + 1,
            "approved_until": None,
            "target_version": "",
        }
    )


def _undo_note(proposal: Proposal, person: Person, reason: str) -> str:
    who = person.display_name or person.name
    return (
        f"Retracted by {who}: the entry with {proposal.id} no longer stands.\n"
        f"Reason: {reason}\n\n{undo_marker(proposal.id)}"
    )


def _known(proposal: Proposal | None, proposal_id: str) -> Proposal:
    if proposal is None:
        raise NotFound(f"There is no proposal {proposal_id!r}.")
    return proposal
