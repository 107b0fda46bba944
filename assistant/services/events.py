"""Use case: take in what other systems have sent, whatever crashes in between."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

import structlog

from assistant.db import webhook_deliveries as rows
from assistant.db.webhook_deliveries import DeliveryState, KeptDelivery, LeasedDelivery
from ingest.connections import Connection
from ingest.webhooks.changes import ReadAgain, Told
from ingest.webhooks.event_records import EventRecords
from ingest.webhooks.hooks import hook_named
from retrieval.corpus.database import Database
from retrieval.errors import InvalidInput, NotFound, PrecedentError, WrongState

log = structlog.get_logger()

_IDLE_SECONDS = 1.0
_FORGET_EVERY = timedelta(hours=1)
_UNFORESEEN = "Something unexpected went wrong ({}); the log of the worker has it."
_GONE = "There is no connection {!r} in the settings any more."
_DIED = "The worker died each time it was taken in; the log of the worker may say why."


class SyncRequests(Protocol):
    """Where it is noted that a stream of a connection should be read soon.

    Cheap, and asking again before it was read changes nothing. A connection or stream that is
    not read at all is no error.
    """

    def request(self, connection: str, stream: str) -> None:
        """Have the stream read soon."""


@dataclass(frozen=True, slots=True)
class EventRules:
    """How a worker goes about it; times in seconds.

    A worker that is silent for ``lease`` has died. What could not be taken in is tried again
    ``again`` seconds later, one after the other, and then has failed. What was done is
    remembered for ``remember``, so that the same delivery is known as a duplicate.
    """

    lease: float = 300.0
    again: Sequence[float] = (5.0, 30.0, 120.0, 600.0, 3600.0)
    remember: float = 90 * 24 * 3600.0


class EventWorker:
    """Takes kept deliveries in, oldest first: records change, or a stream is asked for.

    Any number of workers may run on PostgreSQL, and on one SQLite file. A worker that dies
    leaves a lease that runs out; taking a delivery in again changes nothing.
    """

    def __init__(
        self,
        database: Database,
        connections: Mapping[str, Connection],
        records: EventRecords,
        sync: SyncRequests,
        clock: Callable[[], datetime],
        *,
        rules: EventRules = EventRules(),
    ) -> None:
        self._database = database
        self._connections = connections
        self._records = records
        self._sync = sync
        self._clock = clock
        self._rules = rules
        self._name = f"worker-{uuid4().hex[:12]}"
        self._forgot_at: datetime | None = None

    def run(self, stop: threading.Event) -> None:
        """Take in until stopped."""
        while not stop.is_set():
            try:
                worked = self.run_once()
                self._forget()
            except Exception:
                # The process boundary of a worker: a database that is away for a moment must
                # not end it. The lease keeps what was under way.
                log.exception("events.failed")
                worked = False
            if not worked:
                stop.wait(_IDLE_SECONDS)

    def run_once(self) -> bool:
        """Take one delivery in if one is due; returns whether there was one."""
        now = self._clock()
        until = now + timedelta(seconds=self._rules.lease)
        with self._database.write() as connection:
            lease = rows.take_lease(connection, self._name, now, until)
        if lease is None:
            return False
        try:
            if lease.attempts > len(self._rules.again) + 1:
                raise InvalidInput(_DIED)
            self._take_in(lease)
        except InvalidInput as exc:
            self._settle(lease, DeliveryState.FAILED, str(exc))
        except Exception as exc:
            # The process boundary of one delivery: it is kept, and the others go on.
            log.exception("event.failed", connection=lease.connection, delivery=lease.id)
            known = isinstance(exc, PrecedentError)
            self._postpone(lease, str(exc) if known else _UNFORESEEN.format(type(exc).__name__))
        else:
            self._settle(lease, DeliveryState.DONE)
        return True

    def latest(self, limit: int, state: DeliveryState | None = None) -> list[KeptDelivery]:
        """The latest deliveries, newest first."""
        with self._database.read() as connection:
            return rows.latest(connection, limit, state)

    def retry(self, number: int) -> None:
        """Have a failed delivery taken in again; ``WrongState`` when it has not failed."""
        with self._database.write() as connection:
            if rows.try_again(connection, number, self._clock()):
                return
            state = rows.state_of(connection, number)
        if state is None:
            raise NotFound(f"There is no event {number}; precedent events lists them.")
        raise WrongState(f"Event {number} is {state}; only one that failed is tried again.")

    def _take_in(self, lease: LeasedDelivery) -> None:
        connection = self._connections.get(lease.connection)
        if connection is None:
            raise InvalidInput(_GONE.format(lease.connection))
        told = Told(lease.told_at, lease.delivery_id)
        changes = hook_named(lease.format).changes(json.loads(lease.payload), told)
        self._records.take_in(
            lease.connection,
            connection.groups,
            [change for change in changes if not isinstance(change, ReadAgain)],
        )
        for change in changes:
            if isinstance(change, ReadAgain):
                self._sync.request(lease.connection, change.stream)

    def _postpone(self, lease: LeasedDelivery, reason: str) -> None:
        if lease.attempts > len(self._rules.again):
            self._settle(lease, DeliveryState.FAILED, reason)
        else:
            wait = self._rules.again[lease.attempts - 1]
            self._settle(lease, DeliveryState.PENDING, reason, wait)

    def _settle(
        self, lease: LeasedDelivery, state: DeliveryState, reason: str = "", wait: float = 0.0
    ) -> None:
        due_at = self._clock() + timedelta(seconds=wait)
        with self._database.write() as connection:
            rows.settle(connection, lease, self._name, state=state, due_at=due_at, reason=reason)

    def _forget(self) -> None:
        now = self._clock()
        if self._forgot_at is None or now - self._forgot_at >= _FORGET_EVERY:
            self._forgot_at = now
            with self._database.write() as connection:
                rows.forget(connection, now - timedelta(seconds=self._rules.remember))
