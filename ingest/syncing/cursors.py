"""How far each stream is read, when it is due, and who reads it now."""

import os
import socket
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import JsonValue
from sqlalchemy import Connection, Row, and_, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ingest.tables import sync_cursors as table
from retrieval.corpus.database import Database
from retrieval.errors import Conflict, PrecedentError, Throttled

# Between two commits of a run lie the requests of one page, each with its repetitions; whoever
# is silent for longer has died on a machine that we cannot ask.
_LEASE = timedelta(minutes=10)
# After a failure that a wait may mend: doubled each time, up to the last.
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class StreamName:
    """A stream of a connection."""

    connection: str
    stream: str

    def __str__(self) -> str:
        return f"{self.connection}/{self.stream}"


@dataclass(frozen=True, slots=True)
class StreamState:
    """How a stream stands; all moments in UTC. ``counts`` are of the latest run."""

    name: StreamName
    cursor: Mapping[str, JsonValue]
    watermark: datetime | None
    due_at: datetime | None
    swept_at: datetime | None
    parked_until: datetime | None
    began_at: datetime | None
    ended_at: datetime | None
    complete_at: datetime | None
    failures: int
    error: str
    error_code: str
    counts: Mapping[str, int]
    leased_by: str
    leased_until: datetime | None

    @classmethod
    def of(cls, row: Row[Any]) -> "StreamState":
        """A stored row."""
        values = dict(row._mapping)
        return cls(name=StreamName(values.pop("connection"), values.pop("stream")), **values)

    def status(self, now: datetime) -> str:
        """``never``, ``reading``, ``parked``, ``failing`` or ``ok``."""
        if self.leased_until is not None and self.leased_until > now:
            return "reading"
        if self.parked_until is not None and self.parked_until > now:
            return "parked"
        if self.error:
            return "failing"
        return "never" if self.ended_at is None else "ok"

    def lag_seconds(self, now: datetime) -> float | None:
        """How long ago it had everything that there was; ``None`` for never."""
        return None if self.complete_at is None else (now - self.complete_at).total_seconds()

    def is_due(self, now: datetime, every: timedelta | None) -> bool:
        """Whether it is to be read now: as asked for, else so long after the last time."""
        if self.parked_until is not None and self.parked_until > now:
            return False
        if self.due_at is not None:
            return self.due_at <= now
        return every is not None and (self.ended_at is None or self.ended_at + every <= now)

    def is_sweep_due(self, now: datetime, hour: int) -> bool:
        """Whether a night (beginning at ``hour``, UTC) has come since it was compared as a whole.

        What was never read to its end has nothing to compare yet.
        """
        night = now.replace(hour=hour, minute=0, second=0, microsecond=0)
        latest = night if night <= now else night - timedelta(days=1)
        later = (self.parked_until, self.due_at)
        waits = any(moment is not None and moment > now for moment in later)
        swept = self.swept_at is not None and self.swept_at >= latest
        return self.complete_at is not None and not swept and not waits


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to move the cursor of a stream; ``state`` is as it was then."""

    name: StreamName
    token: str
    state: StreamState


class SyncCursors:
    """The table of cursors.

    A stream is read by the holder of its lease only: ``advance`` and what follows it refuse
    with ``Conflict`` whoever lost it, so that two processes can never write one cursor.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def state(self, name: StreamName) -> StreamState:
        """How a stream stands, whether it was ever read or not."""
        with self._database.read() as connection:
            row = connection.execute(select(table).where(_is(name))).first()
        if row is None:
            self._add(name)
            return self.state(name)
        return StreamState.of(row)

    def request(self, name: StreamName) -> None:
        """Let a stream be read as soon as may be, and once more if it is being read now."""
        self.state(name)
        with self._database.write() as connection:
            connection.execute(update(table).where(_is(name)).values(due_at=self._clock()))

    def lease(self, name: StreamName) -> Lease | None:
        """Take a stream; ``None`` while another one has it.

        A holder whose process is gone from this machine holds nothing.
        """
        known = self.state(name)
        now = self._clock()
        token = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex}"
        free = or_(table.c.leased_until.is_(None), table.c.leased_until <= now)
        if _is_dead(known.leased_by):
            free = or_(free, table.c.leased_by == known.leased_by)
        with self._database.write() as connection:
            taken = connection.execute(
                update(table)
                .where(_is(name), free)
                .values(leased_by=token, leased_until=now + _LEASE, began_at=now)
            )
            if taken.rowcount == 0:
                return None
            row = connection.execute(select(table).where(_is(name))).one()
        return Lease(name, token, StreamState.of(row))

    def advance(
        self,
        connection: Connection,
        lease: Lease,
        cursor: Mapping[str, JsonValue],
        watermark: datetime | None,
        counts: Mapping[str, int],
    ) -> None:
        """Move the cursor inside the caller's unit of work, with what was read there."""
        values: dict[str, Any] = {"cursor": dict(cursor), "counts": dict(counts)}
        if watermark is not None:
            values["watermark"] = watermark
        self._change(connection, lease, leased_until=self._clock() + _LEASE, **values)

    def renew(self, lease: Lease) -> None:
        """Hold it longer."""
        with self._database.write() as connection:
            self._change(connection, lease, leased_until=self._clock() + _LEASE)

    def finish(self, lease: Lease, counts: Mapping[str, int], *, complete: bool) -> None:
        """A run ended well; one that is not ``complete`` stopped early and is due at once."""
        now = self._clock()
        values: dict[str, Any] = {"counts": dict(counts), "failures": 0}
        values |= {"error": "", "error_code": "", "parked_until": None}
        if complete:
            values["complete_at"] = now
        self._end(lease, None if complete else now, values)

    def swept(self, lease: Lease, counts: Mapping[str, int]) -> None:
        """A sweep ended well, or used its budget: the next one is that of the next night."""
        values = {"swept_at": self._clock(), "counts": dict(counts)}
        self._end(lease, lease.state.due_at, values)

    def fail(self, lease: Lease, failure: PrecedentError, counts: Mapping[str, int]) -> None:
        """A run ended in a failure: it is tried again later, and ever later."""
        now = self._clock()
        failures = lease.state.failures + 1
        pause = min(_FIRST_PAUSE * 2 ** min(failures - 1, 10), _LONGEST_PAUSE)
        values: dict[str, Any] = {
            "failures": failures,
            "error": str(failure),
            "error_code": failure.code,
            "counts": dict(counts),
        }
        if isinstance(failure, Throttled):
            pause = timedelta(seconds=failure.wait_seconds)
            # It asked for this: it is no failure, and nobody's hint shortens it.
            values |= {"parked_until": now + pause, "failures": lease.state.failures}
        self._end(lease, now + pause, values)

    def release(self, lease: Lease) -> None:
        """Give it back as it is."""
        with self._database.write() as connection:
            connection.execute(
                update(table)
                .where(_is(lease.name), table.c.leased_by == lease.token)
                .values(leased_by="", leased_until=None)
            )

    def _end(self, lease: Lease, due_at: datetime | None, values: Mapping[str, Any]) -> None:
        with self._database.write() as connection:
            asked = connection.scalar(select(table.c.due_at).where(_is(lease.name)))
            began = lease.state.began_at
            # Somebody asked while it ran: what it had read by then may not be all.
            if asked is not None and began is not None and asked > began:
                due_at = asked
            self._change(
                connection,
                lease,
                leased_by="",
                leased_until=None,
                ended_at=self._clock(),
                due_at=due_at,
                **values,
            )

    @staticmethod
    def _change(connection: Connection, lease: Lease, **values: Any) -> None:
        changed = connection.execute(
            update(table).where(_is(lease.name), table.c.leased_by == lease.token).values(**values)
        )
        if changed.rowcount == 0:
            raise Conflict(f"{lease.name} is being read by another process now; this one stops.")

    def _add(self, name: StreamName) -> None:
        row = {
            "connection": name.connection,
            "stream": name.stream,
            "cursor": {},
            "failures": 0,
            "error": "",
            "error_code": "",
            "counts": {},
            "leased_by": "",
        }
        try:
            with self._database.write() as connection:
                connection.execute(insert(table).values(**row))
        except IntegrityError:
            # Another process was quicker, which is as good.
            return


def _is(name: StreamName) -> Any:
    return and_(table.c.connection == name.connection, table.c.stream == name.stream)


def _is_dead(token: str) -> bool:
    """Whether the holder was a process of this machine that is no more."""
    host, _, rest = token.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdigit() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
