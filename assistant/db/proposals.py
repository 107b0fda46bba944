"""Rows of proposals, the decisions on them, what was read of their targets, and receipts."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from assistant.db.outbox import Action
from assistant.db.tables import decisions, proposals, receipts, target_readings
from assistant.domain.approval import (
    BodyForm,
    Decision,
    DecisionMade,
    Proposal,
    ProposalState,
    Reading,
    Receipt,
    Risk,
    Target,
    Visibility,
)

SEEN = "seen"
"""What the last approver saw of the ticket, or would see now."""

FOUND = "found"
"""What the worker found instead."""


def insert_proposal(connection: Connection, proposal: Proposal) -> None:
    """A new proposal."""
    row = proposal.model_dump(exclude={"target", "authors"})
    row |= {
        "target": proposal.target.name,
        "reference": proposal.target.reference,
        "field": proposal.target.field,
        "visibility": proposal.target.visibility,
        "authors": sorted(proposal.authors),
    }
    connection.execute(insert(proposals).values(row))


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


def proposals_of_revision(
    connection: Connection, draft_id: str, revision: int, states: Collection[ProposalState]
) -> list[Proposal]:
    """The proposals of a revision of a draft in the given states, the oldest first."""
    query = select(proposals).where(
        proposals.c.draft_id == draft_id,
        proposals.c.draft_revision == revision,
        proposals.c.state.in_([str(s) for s in states]),
    )
    ordered = query.order_by(proposals.c.submitted_at, proposals.c.id)
    return [_proposal(row) for row in connection.execute(ordered)]


def latest_proposals(connection: Connection, limit: int) -> list[Proposal]:
    """Proposals, the latest submission first."""
    query = select(proposals).order_by(proposals.c.submitted_at.desc(), proposals.c.id)
    return [_proposal(row) for row in connection.execute(query.limit(limit))]


def save(connection: Connection, proposal: Proposal) -> None:
    """Keep where a proposal stands; the caller has checked the rules under a lock.

    What was proposed never changes: only state, reason, round and what the approval says.
    """
    moving = {"state", "reason", "round", "approved_until", "target_version"}
    connection.execute(
        update(proposals)
        .where(proposals.c.id == proposal.id)
        .values(proposal.model_dump(include=moving))
    )


def insert_decision(connection: Connection, proposal_id: str, made: DecisionMade) -> None:
    """Keep a decision."""
    connection.execute(insert(decisions).values(proposal_id=proposal_id, **made.model_dump()))


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
            round=row.round,
            target_version=row.target_version,
        )
        for row in connection.execute(query.order_by(decisions.c.id))
    ]


def keep_reading(connection: Connection, proposal_id: str, moment: str, reading: Reading) -> None:
    """Keep the latest reading of a moment."""
    forget_reading(connection, proposal_id, moment)
    connection.execute(
        insert(target_readings).values(
            proposal_id=proposal_id, moment=moment, **reading.model_dump()
        )
    )


def forget_reading(connection: Connection, proposal_id: str, moment: str) -> None:
    """There is no reading of this moment any more."""
    connection.execute(delete(target_readings).where(*_reading(proposal_id, moment)))


def reading_of(connection: Connection, proposal_id: str, moment: str) -> Reading | None:
    """The latest reading of a moment, if there is one."""
    query = select(target_readings).where(*_reading(proposal_id, moment))
    row = connection.execute(query).first()
    if row is None:
        return None
    return Reading(
        version=row.version, text=row.text, whole=row.whole, url=row.url, read_at=row.read_at
    )


def insert_receipt(
    connection: Connection, proposal_id: str, action: Action, receipt: Receipt
) -> None:
    """Keep the proof of a delivery or of an undo."""
    connection.execute(
        insert(receipts).values(proposal_id=proposal_id, action=action, **receipt.model_dump())
    )


def receipt_of(connection: Connection, proposal_id: str, action: Action) -> Receipt | None:
    """The proof of a delivery or of an undo, if there was one."""
    query = select(receipts).where(
        receipts.c.proposal_id == proposal_id, receipts.c.action == action
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    return Receipt(
        external_reference=row.external_reference,
        url=row.url,
        delivered_at=row.delivered_at,
        version_before=row.version_before,
        version_after=row.version_after,
    )


def _reading(proposal_id: str, moment: str) -> tuple[Any, Any]:
    return target_readings.c.proposal_id == proposal_id, target_readings.c.moment == moment


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(
        id=row.id,
        draft_id=row.draft_id,
        draft_revision=row.draft_revision,
        record_id=row.record_id,
        title=row.title,
        target=Target(
            name=row.target,
            reference=row.reference,
            field=row.field,
            visibility=Visibility(row.visibility),
        ),
        body=row.body,
        sha256=row.sha256,
        authors=frozenset(row.authors),
        submitted_by=row.submitted_by,
        submitted_at=row.submitted_at,
        state=ProposalState(row.state),
        reason=row.reason,
        shown_as=row.shown_as,
        form=BodyForm(row.form),
        risk=Risk(row.risk),
        risk_reasons=tuple(row.risk_reasons),
        quorum=row.quorum,
        round=row.round,
        blockers=tuple(row.blockers),
        override_reason=row.override_reason,
        approved_until=row.approved_until,
        target_version=row.target_version,
    )
