"""Use case: carry out what was approved, once in effect, whatever crashes in between."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from sqlalchemy import Connection

from assistant.db import audit
from assistant.db import proposals as rows
from assistant.db.proposals import Lease
from assistant.domain.approval import Proposal, ProposalState, Receipt
from assistant.domain.delivery import TicketWriter, WriteIntent
from retrieval.corpus.database import Database
from retrieval.errors import DeliveryFailed, PrecedentError

log = structlog.get_logger()

# Longer than any writer may take; a worker that is silent for so long has died.
_LEASE = timedelta(seconds=60)
_MAX_ATTEMPTS = 5
# Waits of 2, 4, 8 and 16 seconds: a target that is down for longer needs a person.
_FIRST_WAIT = timedelta(seconds=2)
_IDLE_SECONDS = 1.0


class DeliveryWorker:
    """Takes approved proposals from the outbox and hands them to their writers.

    Any number of workers may run. The writer is called outside every transaction; its
    receipt, the state and the audit event are one transaction afterwards. A worker that
    dies in between leaves a lease that runs out; whoever takes over first asks the
    target whether the write happened.
    """

    def __init__(
        self,
        database: Database,
        writers: Mapping[str, TicketWriter],
        clock: Callable[[], datetime],
        lease: timedelta = _LEASE,
    ) -> None:
        self._database = database
        self._writers = writers
        self._clock = clock
        self._lease = lease
        self._name = f"worker-{uuid4().hex[:12]}"

    def run(self, stop: threading.Event) -> None:
        """Deliver until stopped."""
        while not stop.is_set():
            try:
                worked = self.run_once()
            except Exception:
                # The process boundary of a worker: a database that is away for a moment must
                # not end it. The lease keeps what was under way.
                log.exception("worker.failed")
                worked = False
            if not worked:
                stop.wait(_IDLE_SECONDS)

    def run_once(self) -> bool:
        """Deliver one proposal if one is due; returns whether there was one."""
        lease = self._take()
        if lease is None:
            return False
        proposal = lease.proposal
        try:
            receipt = self._deliver(lease)
        except DeliveryFailed as exc:
            self._failed(lease, str(exc), final=lease.attempts >= _MAX_ATTEMPTS)
        except PrecedentError as exc:
            self._failed(lease, str(exc), final=True)
        except Exception as exc:
            # A writer is foreign code: whatever it raises is kept with the proposal.
            log.exception("delivery.crashed", proposal=proposal.id)
            self._failed(lease, f"the writer broke: {type(exc).__name__}", final=True)
        else:
            self._delivered(proposal, receipt)
        return True

    def _take(self) -> Lease | None:
        now = self._clock()
        with self._database.write() as connection:
            lease = rows.take_lease(connection, self._name, now, now + self._lease)
            if lease is None:
                return None
            if lease.proposal.state is ProposalState.APPROVED:
                rows.set_state(connection, lease.proposal.id, ProposalState.DELIVERING)
                self._note_in(connection, "delivery.started", lease.proposal)
        return lease

    def _deliver(self, lease: Lease) -> Receipt:
        intent = WriteIntent.of(lease.proposal)
        writer = self._writers.get(intent.target.name)
        if writer is None:
            raise PrecedentError(f"The target {intent.target.name!r} is no longer configured.")
        found = writer.find(intent) if lease.attempts > 1 else None
        return found or writer.apply(intent)

    def _delivered(self, proposal: Proposal, receipt: Receipt) -> None:
        with self._database.write() as connection:
            if not rows.holds_lease(connection, proposal.id, self._name):
                # Somebody took over; they will find what was written by its marker.
                return
            rows.insert_receipt(connection, proposal.id, receipt)
            rows.set_state(connection, proposal.id, ProposalState.DELIVERED)
            rows.release(connection, proposal.id, rows.DONE, self._clock())
            self._note_in(connection, "delivery.done", proposal, receipt.external_reference)

    def _failed(self, lease: Lease, reason: str, *, final: bool) -> None:
        proposal = lease.proposal
        wait = _FIRST_WAIT * 2 ** (lease.attempts - 1)
        with self._database.write() as connection:
            if not rows.holds_lease(connection, proposal.id, self._name):
                return
            state = ProposalState.FAILED if final else ProposalState.DELIVERING
            rows.set_state(connection, proposal.id, state, reason)
            queue = rows.DEAD if final else rows.PENDING
            rows.release(connection, proposal.id, queue, self._clock() + wait)
            action = "delivery.failed" if final else "delivery.postponed"
            self._note_in(connection, action, proposal, reason)

    def _note_in(
        self, connection: Connection, action: str, proposal: Proposal, detail: str = ""
    ) -> None:
        audit.append(
            connection,
            self._clock(),
            self._name,
            action,
            proposal.id,
            {"target": proposal.target.name, "sha256": proposal.sha256, "detail": detail},
        )
