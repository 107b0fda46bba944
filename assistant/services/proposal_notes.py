"""What the ledger is told of a proposal."""

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import Connection

from assistant.db import audit
from assistant.domain.approval import Proposal


def note(
    connection: Connection,
    at: datetime,
    actor: str,
    action: str,
    proposal: Proposal,
    **details: JsonValue,
) -> None:
    """Append an event about a proposal: where, which content, and the details that are given."""
    audit.append(
        connection,
        at,
        actor,
        action,
        proposal.id,
        {
            "draft": proposal.draft_id,
            "revision": proposal.draft_revision,
            "target": proposal.target.name,
            "reference": proposal.target.reference,
            "field": proposal.target.field,
            "sha256": proposal.sha256,
            "round": proposal.round,
            **{name: value for name, value in details.items() if value not in ("", None)},
        },
    )
