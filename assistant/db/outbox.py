"""The outbox: what is to be written or taken back, by whom just now, and how far it got."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from assistant.db.tables import delivery_targets as targets
from assistant.db.tables import outbox

_PENDING = "pending"
_LEASED = "leased"
_ENDED = "ended"
# The part that both dialects have in common is declared by neither's base.
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Action(StrEnum):
    """What is to be done outside."""

    WRITE = "write"
    UNDO = "undo"


class Lease(NamedTuple):
    """Something that one worker may carry out now.

    ``writes`` were begun before and may have been made; ``looks`` were made for the last of
    them; ``failures`` came one after the other since. ``note`` is the text of an undo.
    """

    proposal_id: str
    action: Action
    target: str
    writes: int
    looks: int
    failures: int
    note: str


class Standing(NamedTuple):
    """Where an entry stands when it is given back; without ``due_at`` it has ended."""

    due_at: datetime | None
    writes: int
    looks: int
    failures: int


class Stop(NamedTuple):
    """The kill switch of a target, as somebody has thrown it."""

    at: datetime
    by: str
    reason: str


def know_targets(connection: Connection, names: Iterable[str]) -> None:
    """Have a row for each target; several processes may do so at once."""
    known = set(connection.scalars(select(targets.c.name)))
    rows = [{"name": n, "stopped_by": "", "stop_reason": ""} for n in sorted(set(names) - known)]
    if rows:
        added = _INSERT[connection.dialect.name](targets).on_conflict_do_nothing()
        connection.execute(added, rows)


def enqueue(
    connection: Connection,
    proposal_id: str,
    action: Action,
    target: str,
    due_at: datetime,
    *,
    note: str = "",
    writes: int = 0,
) -> None:
    """Put something into the outbox, in the transaction of the decision that it follows.

    ``writes`` that may have been made before are looked for first. An entry that has ended is
    replaced.
    """
    connection.execute(delete(outbox).where(*_entry(proposal_id, action)))
    connection.execute(
        insert(outbox).values(
            proposal_id=proposal_id,
            action=action,
            target=target,
            state=_PENDING,
            writes=writes,
            looks=0,
            failures=0,
            note=note,
            due_at=due_at,
        )
    )


def cancel(connection: Connection, proposal_id: str) -> None:
    """Take a write out of the outbox before it began."""
    connection.execute(
        update(outbox)
        .where(*_entry(proposal_id, Action.WRITE), outbox.c.state == _PENDING)
        .values(state=_ENDED)
    )


def writes_of(connection: Connection, proposal_id: str, action: Action) -> int:
    """How many writes were begun and may have been made."""
    query = select(outbox.c.writes).where(*_entry(proposal_id, action))
    return connection.scalar(query) or 0


def take_lease(connection: Connection, owner: str, now: datetime, until: datetime) -> Lease | None:
    """Claim what is due longest, or what a worker has left that vanished.

    One delivery at a time for each target, none within its pause, none while it is stopped.
    This is the whole of its transaction: whoever changes a proposal locks that first and its
    entry here afterwards, so nobody waits for the other. Workers on PostgreSQL skip what
    another one claims at this moment; on SQLite the writing transaction itself excludes them.
    """
    due = (outbox.c.state == _PENDING) & (outbox.c.due_at <= now)
    abandoned = (outbox.c.state == _LEASED) & (outbox.c.lease_until < now)
    query = (
        select(outbox)
        .join(targets, targets.c.name == outbox.c.target)
        .where(
            or_(due, abandoned),
            targets.c.stopped_at.is_(None),
            _past(targets.c.next_at, now),
            _past(targets.c.busy_until, now),
        )
        .order_by(outbox.c.due_at, outbox.c.proposal_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    action = Action(row.action)
    connection.execute(
        update(outbox)
        .where(*_entry(row.proposal_id, action))
        .values(state=_LEASED, lease_owner=owner, lease_until=until)
    )
    _set_target(connection, row.target, busy_until=until)
    return Lease(row.proposal_id, action, row.target, row.writes, row.looks, row.failures, row.note)


def holds_lease(connection: Connection, lease: Lease, owner: str) -> bool:
    """True while the lease is still this worker's; nobody else takes it in this transaction."""
    query = select(outbox.c.lease_owner).where(
        *_entry(lease.proposal_id, lease.action), outbox.c.state == _LEASED
    )
    return connection.scalar(query.with_for_update()) == owner


def is_stopped(connection: Connection, target: str) -> bool:
    """True while the kill switch of a target is thrown."""
    query = select(targets.c.stopped_at).where(targets.c.name == target)
    return connection.scalar(query) is not None


def begin_write(connection: Connection, lease: Lease) -> None:
    """Note, before a write is sent, that it may have been made from now on."""
    connection.execute(
        update(outbox)
        .where(*_entry(lease.proposal_id, lease.action))
        .values(writes=lease.writes + 1, looks=0)
    )


def release(connection: Connection, lease: Lease, standing: Standing, next_at: datetime) -> None:
    """Give a lease back; the target takes the next delivery at ``next_at``."""
    connection.execute(
        update(outbox)
        .where(*_entry(lease.proposal_id, lease.action))
        .values(
            state=_ENDED if standing.due_at is None else _PENDING,
            due_at=standing.due_at or next_at,
            writes=standing.writes,
            looks=standing.looks,
            failures=standing.failures,
            lease_owner=None,
            lease_until=None,
        )
    )
    _set_target(connection, lease.target, busy_until=None, next_at=next_at)


def stop(connection: Connection, target: str, stopped: Stop) -> None:
    """Throw the kill switch of a target."""
    _set_target(
        connection,
        target,
        stopped_at=stopped.at,
        stopped_by=stopped.by,
        stop_reason=stopped.reason,
    )


def start(connection: Connection, target: str) -> None:
    """Let a target take deliveries again."""
    _set_target(connection, target, stopped_at=None, stopped_by="", stop_reason="")


def stops(connection: Connection) -> dict[str, Stop]:
    """The targets whose kill switch is thrown."""
    query = select(targets).where(targets.c.stopped_at.is_not(None))
    return {
        row.name: Stop(row.stopped_at, row.stopped_by, row.stop_reason)
        for row in connection.execute(query)
    }


def _set_target(connection: Connection, name: str, **values: Any) -> None:
    connection.execute(update(targets).where(targets.c.name == name).values(values))


def _past(column: ColumnElement[Any], now: datetime) -> ColumnElement[bool]:
    return or_(column.is_(None), column <= now)


def _entry(proposal_id: str, action: Action) -> tuple[Any, Any]:
    return outbox.c.proposal_id == proposal_id, outbox.c.action == action
