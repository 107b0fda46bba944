"""The append-only ledger in SQL."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import JsonValue
from sqlalchemy import Connection, Row, insert, select, text, update
from sqlalchemy.exc import OperationalError

from assistant.db.tables import audit_events, audit_head
from assistant.domain.audit import (
    NOTHING_YET,
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
_ONLY = 1
# What SQLite's driver says of a text that is not UTF-8.
_NO_TEXT = "decode"


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
    last = _head(connection)
    seq, previous = last.seq + 1, last.hash
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
    if last == NOTHING_YET:
        connection.execute(insert(audit_head).values(only_row=_ONLY, seq=seq, hash=digest))
    else:
        this = audit_head.c.only_row == _ONLY
        connection.execute(update(audit_head).where(this).values(seq=seq, hash=digest))


class Snapshot(NamedTuple):
    """The recorded end of the ledger, and all events, oldest first, read as they are asked for."""

    head: AuditHead
    events: Iterator[AuditEvent]


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

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The ledger as of one moment, to be read inside the block."""
        with self._database.read() as connection, closing(_all(connection)) as events:
            yield Snapshot(_head(connection), events)

    def verify(self, anchor: str | None = None) -> AuditReport:
        """Check the whole chain, as of one moment; ``anchor`` is a head that was told earlier."""
        with self.snapshot() as ledger:
            return verify_chain(ledger.events, ledger.head, anchor)


def _head(connection: Connection) -> AuditHead:
    this = audit_head.c.only_row == _ONLY
    row = connection.execute(select(audit_head.c.seq, audit_head.c.hash).where(this)).first()
    return NOTHING_YET if row is None else AuditHead(row.seq, row.hash)


def _all(connection: Connection) -> Generator[AuditEvent, None, None]:
    query = select(audit_events).order_by(audit_events.c.seq)
    place = 1
    try:
        with connection.execute(query.execution_options(yield_per=_ROWS_PER_FETCH)) as rows:
            for row in rows:
                yield _event(row)
                place += 1
    except OperationalError as exc:
        if _NO_TEXT not in str(exc):
            raise
        # Somebody put bytes there that are no text: an event that fits no chain. It is that one
        # or one of the rows fetched with it.
        yield AuditEvent(place, "", "", "unreadable", "", "", "", "")


def _event(row: Row[Any]) -> AuditEvent:
    # SQLite keeps whatever it is given, also in a column of text. What is no text was not
    # written by us; as text it fits no hash.
    values = {name: str(value) for name, value in row._mapping.items() if name != "seq"}
    return AuditEvent(seq=row.seq, **values)
