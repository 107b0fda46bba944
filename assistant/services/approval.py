"""Use case: submit a draft, decide on it, and see what became of it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection

from assistant.db import audit
from assistant.db import drafts as draft_rows
from assistant.db import proposals as rows
from assistant.domain.approval import (
    Decision,
    DecisionMade,
    Proposal,
    ProposalState,
    Receipt,
    Target,
    content_sha256,
    decided,
    require_state,
    withdrawn,
)
from assistant.domain.people import Person, Role
from assistant.services.draft_store import require_current
from assistant.services.exporting.markdown import render_markdown
from assistant.services.exporting.outline import outline
from retrieval.corpus.database import Database
from retrieval.errors import InvalidInput, NotFound


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal with what was decided and what came of it."""

    proposal: Proposal
    decisions: tuple[DecisionMade, ...]
    receipt: Receipt | None


class ApprovalService:
    """The only way from a draft to an outside system."""

    def __init__(
        self, database: Database, targets: Collection[str], clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._targets = tuple(targets)
        self._clock = clock

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the targets that proposals may be made for."""
        return self._targets

    def submit(self, person: Person, draft_id: str, etag: str, target: str) -> Proposal:
        """Propose to write a draft as it stands now to a target.

        What will be written is rendered here, once; from now on only these bytes count.
        """
        person.require(Role.AUTHOR)
        if target not in self._targets:
            raise InvalidInput(
                f"There is no target {target!r}. Configured are {', '.join(self._targets)}."
            )
        with self._database.write() as connection:
            draft = draft_rows.find_draft(connection, draft_id)
            if draft is None:
                raise NotFound(f"There is no draft {draft_id!r}.")
            require_current(draft, etag)
            if not draft.body.claims():
                raise InvalidInput("The draft has no claim yet; there is nothing to approve.")
            place = Target(name=target, reference=draft.record_id)
            body = render_markdown(outline(draft))
            proposal = Proposal(
                id=f"prop-{uuid4().hex[:16]}",
                draft_id=draft.id,
                draft_revision=draft.revision,
                record_id=draft.record_id,
                title=draft.body.title,
                target=place,
                body=body,
                sha256=content_sha256(place, body),
                authors=draft_rows.authors_of(connection, draft.id) | {person.name},
                submitted_by=person.name,
                submitted_at=self._clock(),
                state=ProposalState.SUBMITTED,
            )
            rows.insert_proposal(connection, proposal)
            self._note(connection, person.name, "proposal.submitted", proposal)
        return proposal

    def get(self, proposal_id: str) -> ProposalView:
        """A proposal with its decisions and receipt; ``NotFound`` otherwise."""
        with self._database.read() as connection:
            proposal = _known(rows.find_proposal(connection, proposal_id), proposal_id)
            return ProposalView(
                proposal,
                tuple(rows.decisions_on(connection, proposal_id)),
                rows.receipt_of(connection, proposal_id),
            )

    def latest(self, limit: int = 100) -> list[Proposal]:
        """Proposals, the latest first."""
        with self._database.read() as connection:
            return rows.latest_proposals(connection, limit)

    def decide(
        self, person: Person, proposal_id: str, decision: Decision, sha256: str, reason: str = ""
    ) -> Proposal:
        """Decide on exactly the content with this hash.

        An approval and its place in the outbox are one transaction: neither is without
        the other.
        """
        with self._database.write() as connection:
            proposal = _known(rows.find_proposal(connection, proposal_id, lock=True), proposal_id)
            state = decided(proposal, person, decision, sha256, reason)
            made = DecisionMade(
                person=person.name,
                decision=decision,
                reason=reason,
                sha256=sha256,
                decided_at=self._clock(),
            )
            rows.insert_decision(connection, proposal_id, made)
            rows.set_state(connection, proposal_id, state, reason)
            if state is ProposalState.APPROVED:
                rows.enqueue(connection, proposal_id, made.decided_at)
            self._note(connection, person.name, f"proposal.{state}", proposal, reason)
        return proposal.model_copy(update={"state": state, "reason": reason})

    def withdraw(self, person: Person, proposal_id: str) -> Proposal:
        """Take a proposal back before its delivery began."""
        with self._database.write() as connection:
            proposal = _known(rows.find_proposal(connection, proposal_id, lock=True), proposal_id)
            state = withdrawn(proposal, person)
            rows.cancel(connection, proposal_id)
            rows.set_state(connection, proposal_id, state)
            self._note(connection, person.name, "proposal.withdrawn", proposal)
        return proposal.model_copy(update={"state": state})

    def retry(self, person: Person, proposal_id: str) -> Proposal:
        """Put a failed delivery back into the outbox; its approval still stands."""
        person.require(Role.APPROVER, Role.ADMIN)
        with self._database.write() as connection:
            proposal = _known(rows.find_proposal(connection, proposal_id, lock=True), proposal_id)
            require_state(proposal, "retry", ProposalState.FAILED)
            rows.release(connection, proposal_id, rows.PENDING, self._clock())
            rows.set_state(connection, proposal_id, ProposalState.APPROVED)
            self._note(connection, person.name, "delivery.retried", proposal)
        return proposal.model_copy(update={"state": ProposalState.APPROVED})

    def _note(
        self, connection: Connection, actor: str, action: str, proposal: Proposal, reason: str = ""
    ) -> None:
        audit.append(
            connection,
            self._clock(),
            actor,
            action,
            proposal.id,
            {
                "draft": proposal.draft_id,
                "revision": proposal.draft_revision,
                "target": proposal.target.name,
                "reference": proposal.target.reference,
                "sha256": proposal.sha256,
                "reason": reason,
            },
        )


def _known(proposal: Proposal | None, proposal_id: str) -> Proposal:
    if proposal is None:
        raise NotFound(f"There is no proposal {proposal_id!r}.")
    return proposal
