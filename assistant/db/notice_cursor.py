"""How far the ledger has been told to channels: at most once, by whichever worker is first."""

from sqlalchemy import Connection, func, insert, select, update

from assistant.db.tables import audit_events, notice_cursor
from assistant.domain.audit import AuditEvent

_ONLY = 1


def begin(connection: Connection) -> int:
    """The last event that was told; in a new installation all that happened so far."""
    seq = connection.scalar(select(notice_cursor.c.seq))
    if seq is None:
        seq = connection.scalar(select(func.max(audit_events.c.seq))) or 0
        connection.execute(insert(notice_cursor).values(only_row=_ONLY, seq=seq))
    return seq


def after(connection: Connection, seq: int, limit: int) -> list[AuditEvent]:
    """The events after one, oldest first."""
    query = select(audit_events).where(audit_events.c.seq > seq).order_by(audit_events.c.seq)
    return [AuditEvent(**row._mapping) for row in connection.execute(query.limit(limit))]


def advance(connection: Connection, before: int, to: int) -> bool:
    """Move on; false when another worker was quicker, and tells them."""
    moved = update(notice_cursor).where(notice_cursor.c.seq == before).values(seq=to)
    return connection.execute(moved).rowcount == 1
