"""A run of a stream while it goes on: what it uses, what came of it, and how its end is kept."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from ingest.intake import Cleans, Intake, Origin, Prepared
from ingest.pipeline import IngestSummary
from ingest.runs import RunJournal, RunState
from ingest.streams.pagers.base import Cursor
from ingest.streams.rows import Told
from ingest.syncing.cursors import Lease, SyncCursors
from ingest.syncing.source import OpenStream
from retrieval.corpus.database import Database
from retrieval.errors import PrecedentError

Seen = Callable[[int], None]
"""Called with the number of rows read so far."""


@dataclass(frozen=True, slots=True)
class Means:
    """What every run uses."""

    database: Database
    intake: Intake
    cursors: SyncCursors
    journal: RunJournal
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a run is to be made: who hears of its progress, and who may stop it at a page."""

    seen: Seen = lambda _: None
    stopped: Callable[[], bool] = lambda: False
    allow_mass_removal: bool = False


@dataclass(slots=True)
class SyncReport:
    """What came of a run. One that is not ``complete`` goes on where it stopped, for ``reason``."""

    summary: IngestSummary
    watermark: datetime | None
    requests: int = 0
    pages: int = 0
    complete: bool = False
    reason: str = ""

    def counts(self) -> dict[str, int]:
        """All counts by name."""
        return {**self.summary.counts(), "requests": self.requests, "pages": self.pages}


@dataclass(frozen=True, slots=True)
class Running:
    """A run of a stream, whose lease it holds."""

    means: Means
    source: OpenStream
    lease: Lease
    wishes: Wishes
    report: SyncReport
    origin: Origin
    asked_before: int

    def stop_reason(self) -> str:
        """Why it has to stop after this page; empty when it may go on."""
        self.report.requests = self.source.client.requests - self.asked_before
        if self.wishes.stopped():
            return "it was asked to stop"
        budget = self.source.connection.budget_requests
        return "" if self.report.requests < budget else f"it used its budget of {budget:,} requests"

    def prepare(self, rows: Sequence[Told], cleans: Cleans | None = None) -> Prepared:
        """Everything about rows that needs no transaction."""
        items = [self.source.reader.entry(told) for told in rows]
        prepared = self.means.intake.prepare(items, self.origin, cleans)
        if prepared.rejects:
            # Every run begins before the end of the last: what was rejected there stands already.
            known = self.means.journal.known(self.origin.source, prepared.rejects)
            fresh = [r for r in prepared.rejects if (r.external_id, r.reason) not in known]
            prepared.unchanged += len(prepared.rejects) - len(fresh)
            prepared.rejects = fresh
        return prepared

    def store(
        self, prepared: Prepared, cursor: Cursor | None = None, updated: datetime | None = None
    ) -> None:
        """Bring rows in and, in the same transaction, move the cursor behind them.

        Pages of an overlap are older than what was seen before.
        """
        report, means = self.report, self.means
        moments = [moment for moment in (report.watermark, updated) if moment is not None]
        report.watermark = max(moments, default=None)
        with means.database.write() as connection:
            stored = means.intake.store(connection, prepared, self.origin)
            if cursor is not None:
                counts = report.counts()
                means.cursors.advance(connection, self.lease, cursor, report.watermark, counts)
        report.summary.note(prepared, stored)
        self.wishes.seen(report.summary.records + report.summary.rejected)


@contextmanager
def running(means: Means, source: OpenStream, lease: Lease, wishes: Wishes) -> Iterator[Running]:
    """A run that is written down however it ends; its lease ends with it."""
    started = time.monotonic()
    place = source.connection.base_url
    report = SyncReport(IngestSummary(str(source.name), place), lease.state.watermark)
    number = means.journal.start(str(source.name), place, means.clock())
    origin = Origin(str(source.name), source.connection.groups, number)
    begun = Running(means, source, lease, wishes, report, origin, source.client.requests)
    state = RunState.FAILED
    try:
        yield begun
        state = RunState.FINISHED
    except PrecedentError as exc:
        means.cursors.fail(lease, exc, report.counts())
        raise
    finally:
        report.summary.seconds = time.monotonic() - started
        report.requests = source.client.requests - begun.asked_before
        means.journal.finish(number, state, report.summary.counts(), means.clock())
        means.cursors.release(lease)
