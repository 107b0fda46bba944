"""The append-only ledger in SQL."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import Connection, Row, insert, select, text, update

from assistant.db.tables import audit_events, audit_head
from assistant.domain.audit import (
    GENESIS,
    AuditEvent,
    AuditHead,
    AuditReport,
    canonical_payload,
    chained_hash,
    verify_chain,
)
from retrieval.corpus.database import Database

_ROWS_PER_FETCH = 1_000
# Any fixed number: it names the ledger among PostgreSQL's advisory locks.
_LEDGER_LOCK = 7_200_411


def append(  # noqa: PLR0917 — who did what to which, in the order of a sentence
    connection: Connection,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    payload: Mapping[str, JsonValue] | None = None,
) -> None:
    """Append an event inside the caller's unit of work.

    One writer at a time: SQLite's writing transactions exclude each other anyway,
    PostgreSQL takes an advisory lock until the end of the transaction.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LEDGER_LOCK})
    last = connection.execute(select(audit_head.c.seq, audit_head.c.hash)).first()
    seq = 1 if last is None else last.seq + 1
    previous = GENESIS if last is None else last.hash
    when, body = at.isoformat(), canonical_payload(payload or {})
    digest = chained_hash((seq, when, actor, action, subject, body), previous)
    connection.execute(
        insert(audit_events).values(
            seq=seq,
            at=when,
            actor=actor,
            action=action,
            subject=subject,
            payload=body,
            previous_hash=previous,
            hash=digest,
        )
    )
    if last is None:
        connection.execute(insert(audit_head).values(only_row=1, seq=seq, hash=digest))
    else:
        connection.execute(update(audit_head).values(seq=seq, hash=digest))


class AuditLedger:
    """Reads and verifies the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def about(self, subject: str) -> list[AuditEvent]:
        """What happened to one subject, oldest first."""
        query = select(audit_events).where(audit_events.c.subject == subject)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(audit_events.c.seq))
            return [_event(row) for row in rows]

    def events(self) -> Iterator[AuditEvent]:
        """All events, oldest first."""
        with self._database.read() as connection:
            yield from _all(connection)

    def verify(self) -> AuditReport:
        """Check the whole chain, as one snapshot of it."""
        with self._database.read() as connection:
            row = connection.execute(select(audit_head.c.seq, audit_head.c.hash)).first()
            head = None if row is None else AuditHead(row.seq, row.hash)
            return verify_chain(_all(connection), head)


def _all(connection: Connection) -> Iterator[AuditEvent]:
    query = select(audit_events).order_by(audit_events.c.seq)
    for row in connection.execute(query.execution_options(yield_per=_ROWS_PER_FETCH)):
        yield _event(row)


def _event(row: Row[Any]) -> AuditEvent:
    return AuditEvent(**row._mapping)
