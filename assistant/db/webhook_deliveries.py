"""What other systems have sent: kept once, taken in by one worker at a time."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from assistant.db.tables import webhook_deliveries as deliveries

# The part that both dialects have in common is declared by neither's base.
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class DeliveryState(StrEnum):
    """How a delivery stands."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    """Nothing more is tried until somebody asks for it."""
    IGNORED = "ignored"
    """Authentic, and of no interest here."""


class NewDelivery(NamedTuple):
    """A delivery that was found authentic; ``payload`` is redacted JSON."""

    connection: str
    delivery_id: str
    format: str
    received_at: datetime
    told_at: datetime
    payload: str | None
    state: DeliveryState
    reason: str = ""


class LeasedDelivery(NamedTuple):
    """A delivery that one worker may take in now; ``attempts`` counts this one."""

    id: int
    connection: str
    delivery_id: str
    format: str
    told_at: datetime
    payload: str
    attempts: int


class KeptDelivery(NamedTuple):
    """A delivery as it stands, without what it says."""

    id: int
    connection: str
    delivery_id: str
    format: str
    received_at: datetime
    state: DeliveryState
    attempts: int
    reason: str


def is_known(connection: Connection, sender: str, delivery_id: str) -> bool:
    """Whether a delivery is kept already, however it stands."""
    query = select(deliveries.c.id).where(
        deliveries.c.connection == sender, deliveries.c.delivery_id == delivery_id
    )
    return connection.scalar(query) is not None


def keep(connection: Connection, new: NewDelivery) -> bool:
    """Keep a delivery; false when it is kept already, also by somebody else at this moment."""
    statement = _INSERT[connection.dialect.name](deliveries).on_conflict_do_nothing()
    values = {**new._asdict(), "attempts": 0, "due_at": new.received_at}
    return connection.scalar(statement.values(values).returning(deliveries.c.id)) is not None


def take_lease(
    connection: Connection, owner: str, now: datetime, until: datetime
) -> LeasedDelivery | None:
    """Claim what is due longest, or what a worker has left that vanished.

    Workers on PostgreSQL skip what another one claims at this moment; on SQLite the writing
    transaction itself excludes them.
    """
    query = (
        select(deliveries)
        .where(
            deliveries.c.state == DeliveryState.PENDING,
            deliveries.c.due_at <= now,
            or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until < now),
        )
        .order_by(deliveries.c.due_at, deliveries.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id == row.id)
        .values(lease_owner=owner, lease_until=until, attempts=row.attempts + 1)
    )
    return LeasedDelivery(
        row.id,
        row.connection,
        row.delivery_id,
        row.format,
        row.told_at,
        row.payload,
        row.attempts + 1,
    )


def settle(
    connection: Connection,
    lease: LeasedDelivery,
    owner: str,
    *,
    state: DeliveryState,
    due_at: datetime,
    reason: str = "",
) -> None:
    """Give a lease back, unless somebody else has taken over. What is done needs no payload."""
    values: dict[str, Any] = {
        "state": state,
        "due_at": due_at,
        "reason": reason,
        "lease_owner": None,
        "lease_until": None,
    }
    if state is DeliveryState.DONE:
        values["payload"] = None
    mine = (deliveries.c.id == lease.id) & (deliveries.c.lease_owner == owner)
    connection.execute(update(deliveries).where(mine).values(values))


def latest(
    connection: Connection, limit: int, state: DeliveryState | None = None
) -> list[KeptDelivery]:
    """The latest deliveries, newest first."""
    query = select(*[deliveries.c[name] for name in KeptDelivery._fields])
    if state is not None:
        query = query.where(deliveries.c.state == state)
    rows = connection.execute(query.order_by(deliveries.c.id.desc()).limit(limit))
    return [KeptDelivery(*row)._replace(state=DeliveryState(row.state)) for row in rows]


def state_of(connection: Connection, number: int) -> DeliveryState | None:
    """How a delivery stands; ``None`` for one that is not kept."""
    found = connection.scalar(select(deliveries.c.state).where(deliveries.c.id == number))
    return None if found is None else DeliveryState(found)


def try_again(connection: Connection, number: int, now: datetime) -> bool:
    """Have a failed delivery taken in anew; false when it has not failed."""
    failed = (deliveries.c.id == number) & (deliveries.c.state == DeliveryState.FAILED)
    changed = connection.execute(
        update(deliveries)
        .where(failed)
        .values(state=DeliveryState.PENDING, attempts=0, due_at=now, reason="")
    )
    return changed.rowcount > 0


def forget(connection: Connection, before: datetime) -> None:
    """Forget what was done or ignored and was received before a moment."""
    over = deliveries.c.state.in_([DeliveryState.DONE, DeliveryState.IGNORED])
    connection.execute(delete(deliveries).where(over, deliveries.c.received_at < before))
