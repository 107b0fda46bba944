"""Rows of proposals, decisions, the outbox and receipts."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, or_, select, update

from assistant.db.tables import decisions, outbox, proposals, receipts
from assistant.domain.approval import (
    Decision,
    DecisionMade,
    Proposal,
    ProposalState,
    Receipt,
    Target,
    Visibility,
)

PENDING = "pending"
LEASED = "leased"
DONE = "done"
DEAD = "dead"


class Lease(NamedTuple):
    """A proposal that one worker may deliver now. ``attempts`` counts this one."""

    proposal: Proposal
    attempts: int


def insert_proposal(connection: Connection, proposal: Proposal) -> None:
    """A new proposal."""
    connection.execute(
        insert(proposals).values(
            id=proposal.id,
            draft_id=proposal.draft_id,
            draft_revision=proposal.draft_revision,
            record_id=proposal.record_id,
            title=proposal.title,
            target=proposal.target.name,
            reference=proposal.target.reference,
            visibility=proposal.target.visibility,
            body=proposal.body,
            sha256=proposal.sha256,
            authors=sorted(proposal.authors),
            submitted_by=proposal.submitted_by,
            submitted_at=proposal.submitted_at,
            state=proposal.state,
            reason=proposal.reason,
        )
    )


def find_proposal(
    connection: Connection, proposal_id: str, *, lock: bool = False
) -> Proposal | None:
    """A proposal; with ``lock`` no other transaction may change it until this one ends."""
    query = select(proposals).where(proposals.c.id == proposal_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    return None if row is None else _proposal(row)


def open_proposals_of(
    connection: Connection, draft_id: str, states: Collection[ProposalState]
) -> list[Proposal]:
    """The proposals of a draft in the given states, locked."""
    query = select(proposals).where(
        proposals.c.draft_id == draft_id, proposals.c.state.in_([str(s) for s in states])
    )
    return [_proposal(row) for row in connection.execute(query.with_for_update())]


def latest_proposals(connection: Connection, limit: int) -> list[Proposal]:
    """Proposals, the latest submission first."""
    query = select(proposals).order_by(proposals.c.submitted_at.desc(), proposals.c.id)
    return [_proposal(row) for row in connection.execute(query.limit(limit))]


def set_state(
    connection: Connection, proposal_id: str, state: ProposalState, reason: str = ""
) -> None:
    """Move a proposal; the caller has checked the rules under a lock."""
    connection.execute(
        update(proposals).where(proposals.c.id == proposal_id).values(state=state, reason=reason)
    )


def insert_decision(connection: Connection, proposal_id: str, made: DecisionMade) -> None:
    """Keep a decision."""
    connection.execute(
        insert(decisions).values(
            proposal_id=proposal_id,
            person=made.person,
            decision=made.decision,
            reason=made.reason,
            sha256=made.sha256,
            decided_at=made.decided_at,
        )
    )


def decisions_on(connection: Connection, proposal_id: str) -> list[DecisionMade]:
    """The decisions on a proposal, oldest first."""
    query = select(decisions).where(decisions.c.proposal_id == proposal_id)
    return [
        DecisionMade(
            person=row.person,
            decision=Decision(row.decision),
            reason=row.reason,
            sha256=row.sha256,
            decided_at=row.decided_at,
        )
        for row in connection.execute(query.order_by(decisions.c.id))
    ]


def enqueue(connection: Connection, proposal_id: str, now: datetime) -> None:
    """Put an approved proposal into the outbox, in the approval's own transaction."""
    connection.execute(
        insert(outbox).values(proposal_id=proposal_id, state=PENDING, attempts=0, due_at=now)
    )


def cancel(connection: Connection, proposal_id: str) -> None:
    """Take a proposal out of the outbox before its delivery began."""
    connection.execute(
        update(outbox)
        .where(outbox.c.proposal_id == proposal_id, outbox.c.state == PENDING)
        .values(state=DEAD)
    )


def take_lease(connection: Connection, owner: str, now: datetime, until: datetime) -> Lease | None:
    """Claim the delivery that is due longest, or one whose worker has vanished.

    Workers on PostgreSQL skip what another one holds at this moment; on SQLite the
    writing transaction itself excludes them.
    """
    due = (outbox.c.state == PENDING) & (outbox.c.due_at <= now)
    abandoned = (outbox.c.state == LEASED) & (outbox.c.lease_until < now)
    query = (
        select(outbox)
        .where(or_(due, abandoned))
        .order_by(outbox.c.due_at, outbox.c.proposal_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    attempts = row.attempts + 1
    connection.execute(
        update(outbox)
        .where(outbox.c.proposal_id == row.proposal_id)
        .values(state=LEASED, attempts=attempts, lease_owner=owner, lease_until=until)
    )
    proposal = find_proposal(connection, row.proposal_id, lock=True)
    return None if proposal is None else Lease(proposal, attempts)


def holds_lease(connection: Connection, proposal_id: str, owner: str) -> bool:
    """True while the lease is still this worker's."""
    query = select(outbox.c.lease_owner).where(
        outbox.c.proposal_id == proposal_id, outbox.c.state == LEASED
    )
    return connection.scalar(query.with_for_update()) == owner


def release(connection: Connection, proposal_id: str, state: str, due_at: datetime) -> None:
    """Give a lease back: done, dead, or pending again at a later moment."""
    connection.execute(
        update(outbox)
        .where(outbox.c.proposal_id == proposal_id)
        .values(state=state, due_at=due_at, lease_owner=None, lease_until=None)
    )


def insert_receipt(connection: Connection, proposal_id: str, receipt: Receipt) -> None:
    """Keep the proof of a delivery."""
    connection.execute(
        insert(receipts).values(
            proposal_id=proposal_id,
            external_reference=receipt.external_reference,
            url=receipt.url,
            delivered_at=receipt.delivered_at,
        )
    )


def receipt_of(connection: Connection, proposal_id: str) -> Receipt | None:
    """The proof of a delivery, if there was one."""
    row = connection.execute(select(receipts).where(receipts.c.proposal_id == proposal_id)).first()
    if row is None:
        return None
    return Receipt(
        external_reference=row.external_reference, url=row.url, delivered_at=row.delivered_at
    )


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(
        id=row.id,
        draft_id=row.draft_id,
        draft_revision=row.draft_revision,
        record_id=row.record_id,
        title=row.title,
        target=Target(
            name=row.target, reference=row.reference, visibility=Visibility(row.visibility)
        ),
        body=row.body,
        sha256=row.sha256,
        authors=frozenset(row.authors),
        submitted_by=row.submitted_by,
        submitted_at=row.submitted_at,
        state=ProposalState(row.state),
        reason=row.reason,
    )
