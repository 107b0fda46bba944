"""Use case: carry out what was approved, once in effect, whatever crashes in between."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

import structlog
from sqlalchemy import Connection

from assistant.db import outbox
from assistant.db import proposals as rows
from assistant.db.outbox import Action, Lease, Standing
from assistant.domain.approval import Proposal, ProposalState, Reading
from assistant.domain.delivery import ON_THE_WAY, TargetState, TicketWriter, UndoIntent, WriteIntent
from assistant.services.approval import asked_again
from assistant.services.carrying_out import (
    Changed,
    Done,
    Failed,
    Later,
    Outcome,
    Progress,
    Step,
    Superseded,
    Undoing,
    Unknown,
    Writing,
    carried_out,
)
from assistant.services.proposal_notes import note
from ingest.redaction import Redactor
from retrieval.corpus.database import Database
from retrieval.errors import PrecedentError

log = structlog.get_logger()

_IDLE_SECONDS = 1.0
_GONE = "The target {!r} is no longer configured."


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """How a worker goes about it; times in seconds.

    A worker that is silent for ``lease`` has died: every call of a writer must end long before.
    ``pauses`` lie between two writes to the same target; those that are ``rehearsed`` are only
    told what would be sent.
    """

    lease: float = 120.0
    look_again: Sequence[float] = (5.0, 30.0, 120.0)
    pauses: Mapping[str, float] = field(default_factory=dict)
    rehearsed: Collection[str] = ()


class DeliveryWorker:
    """Takes what is approved from the outbox and hands it to its writer.

    Any number of workers may run on PostgreSQL, and on one SQLite file. The writer is called
    outside every transaction. Before a write is sent, that it may have been made is committed;
    its outcome, the state and the event in the ledger are one transaction afterwards. A worker
    that dies in between leaves a lease that runs out; whoever takes over looks first.
    """

    def __init__(
        self,
        database: Database,
        writers: Mapping[str, TicketWriter],
        redactor: Redactor,
        clock: Callable[[], datetime],
        rules: DeliveryRules,
    ) -> None:
        self._database = database
        self._writers = writers
        self._redactor = redactor
        self._clock = clock
        self._rules = rules
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
        """Carry out one step if one is due; returns whether there was one."""
        now = self._clock()
        with self._database.write() as connection:
            until = now + timedelta(seconds=self._rules.lease)
            lease = outbox.take_lease(connection, self._name, now, until)
        if lease is None:
            return False
        proposal = self._started(lease)
        outcome: Outcome = Superseded() if proposal is None else self._outcome(lease, proposal)
        self._settle(lease, outcome)
        return True

    def _started(self, lease: Lease) -> Proposal | None:
        """The proposal, marked as being on its way; ``None`` when it no longer is to be."""
        with self._database.write() as connection:
            proposal = rows.find_proposal(connection, lease.proposal_id, lock=True)
            if proposal is None or not outbox.holds_lease(connection, lease, self._name):
                return None
            if lease.action is Action.UNDO:
                return proposal if proposal.state is ProposalState.UNDOING else None
            if proposal.state not in ON_THE_WAY:
                return None
            if not lease.writes and self._has_expired(proposal):
                self._ask_again(connection, proposal)
                return None
            if proposal.state is ProposalState.APPROVED:
                proposal = proposal.model_copy(update={"state": ProposalState.DELIVERING})
                rows.save(connection, proposal)
                self._note(connection, "delivery.started", proposal)
            return proposal

    def _has_expired(self, proposal: Proposal) -> bool:
        return proposal.approved_until is not None and proposal.approved_until < self._clock()

    def _ask_again(self, connection: Connection, proposal: Proposal) -> None:
        after = asked_again(proposal, "The approval expired before it was carried out.")
        rows.save(connection, after)
        self._note(connection, "approval.expired", after)

    def _outcome(self, lease: Lease, proposal: Proposal) -> Outcome:
        writer = self._writers.get(lease.target)
        if writer is None:
            return Failed(_GONE.format(lease.target))
        try:
            step = self._step(lease, proposal, writer)
        except PrecedentError as exc:
            return Failed(str(exc))
        progress = Progress(lease.writes, lease.looks, lease.failures)
        return carried_out(step, progress, self._rules.look_again, lambda: self._begin(lease))

    def _step(self, lease: Lease, proposal: Proposal, writer: TicketWriter) -> Step:
        if lease.action is Action.WRITE:
            return Writing(writer, proposal, rehearse=lease.target in self._rules.rehearsed)
        with self._database.read() as connection:
            receipt = rows.receipt_of(connection, proposal.id, Action.WRITE)
            seen = rows.reading_of(connection, proposal.id, rows.SEEN)
        if receipt is None:
            raise PrecedentError(f"{proposal.id} has no receipt; there is nothing to take back.")
        known = seen is not None and seen.whole and seen.version == receipt.version_before
        before = seen.text if known and seen is not None else None
        intent = WriteIntent.delivered(proposal)
        return Undoing(writer, UndoIntent(intent, receipt, lease.note, before))

    def _begin(self, lease: Lease) -> bool:
        """Commit that a write may have been made; false when it must not be sent any more."""
        with self._database.write() as connection:
            proposal = rows.find_proposal(connection, lease.proposal_id, lock=True)
            if proposal is None or outbox.is_stopped(connection, lease.target):
                return False
            if not outbox.holds_lease(connection, lease, self._name):
                return False
            if lease.action is Action.WRITE and self._has_expired(proposal):
                # It may have been looked for until now; found, it would not have come this far.
                self._ask_again(connection, proposal)
                return False
            outbox.begin_write(connection, lease)
        return True

    def _settle(self, lease: Lease, outcome: Outcome) -> None:
        """Keep what became of it, unless somebody else has taken over."""
        now = self._clock()
        with self._database.write() as connection:
            proposal = rows.find_proposal(connection, lease.proposal_id, lock=True)
            if proposal is None or not outbox.holds_lease(connection, lease, self._name):
                # Whoever took over finds what was written by its mark.
                return
            standing = self._standing(connection, lease, outcome, now)
            pause = timedelta(seconds=self._rules.pauses.get(lease.target, 0.0))
            wait = timedelta(seconds=outcome.seconds) if isinstance(outcome, Later) else pause
            outbox.release(connection, lease, standing, now + wait)
            if not isinstance(outcome, Superseded):
                self._record(connection, lease, proposal, outcome)

    def _standing(
        self, connection: Connection, lease: Lease, outcome: Outcome, now: datetime
    ) -> Standing:
        """When it is due again, and what counts from now on."""
        before = Standing(None, lease.writes, lease.looks, lease.failures)
        match outcome:
            case Later(seconds=seconds, asked=asked):
                due = now + timedelta(seconds=seconds)
                return before._replace(due_at=due, failures=lease.failures + (not asked))
            case Unknown(seconds=seconds, looked=looked):
                again = None if seconds is None else now + timedelta(seconds=seconds)
                writes = outbox.writes_of(connection, lease.proposal_id, lease.action)
                if looked:
                    return Standing(again, writes, lease.looks + 1, 0)
                if writes > lease.writes:
                    return Standing(again, writes, 0, 0)
                return before._replace(due_at=again, failures=lease.failures + 1)
            case Superseded() if outbox.is_stopped(connection, lease.target):
                return before._replace(due_at=now)
            case _:
                return before

    def _record(
        self, connection: Connection, lease: Lease, proposal: Proposal, outcome: Outcome
    ) -> None:
        state, action, reason = _told(lease.action, proposal, outcome)
        after = proposal.model_copy(update={"state": state, "reason": reason})
        rows.save(connection, after)
        details = {"reason": reason}
        if isinstance(outcome, Unknown) and outcome.seconds is None:
            details["needs"] = "a person"
        if isinstance(outcome, Done):
            receipt = outcome.receipt
            rows.insert_receipt(connection, proposal.id, lease.action, receipt)
            details = {
                "receipt": receipt.external_reference,
                "url": receipt.url,
                "before": receipt.version_before,
                "after": receipt.version_after,
            }
        if isinstance(outcome, Changed) and outcome.found is not None:
            found = self._reading(outcome.found)
            rows.keep_reading(connection, proposal.id, rows.FOUND, found)
            details |= {"approved": proposal.target_version, "found": found.version}
        self._note(connection, action, after, **details)

    def _reading(self, state: TargetState) -> Reading:
        clean = self._redactor.redact(state.text).text
        return Reading(
            version=state.version,
            text=clean,
            whole=clean == state.text,
            url=state.url,
            read_at=self._clock(),
        )

    def _note(
        self, connection: Connection, action: str, proposal: Proposal, **details: str
    ) -> None:
        note(connection, self._clock(), self._name, action, proposal, **details)


class _Told(NamedTuple):
    """Where a proposal stands after a step, and what the ledger calls it."""

    state: ProposalState
    action: str
    reason: str


def _told(action: Action, proposal: Proposal, outcome: Outcome) -> _Told:
    writing = action is Action.WRITE
    name = "delivery" if writing else "undo"
    match outcome:
        case Done():
            state = ProposalState.DELIVERED if writing else ProposalState.UNDONE
            return _Told(state, f"{name}.done", "" if writing else proposal.reason)
        case Later(reason=reason):
            state = ProposalState.DELIVERING if writing else ProposalState.UNDOING
            return _Told(state, f"{name}.postponed", reason)
        case Unknown(reason=reason, seconds=seconds):
            # An undo that nobody looks for any more may be asked for again.
            undo = ProposalState.UNDOING if seconds is not None else ProposalState.DELIVERED
            return _Told(ProposalState.AMBIGUOUS if writing else undo, f"{name}.ambiguous", reason)
        case Changed(reason=reason):
            state = ProposalState.CONFLICT if writing else ProposalState.DELIVERED
            return _Told(state, f"{name}.conflict", reason)
        case Failed(reason=reason):
            state = ProposalState.FAILED if writing else ProposalState.DELIVERED
            return _Told(state, f"{name}.failed", reason)
        case Superseded():
            raise AssertionError("what is superseded is not recorded")
