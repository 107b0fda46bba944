"""One run of a stream: page after page, each with its cursor in one transaction."""

import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime

from ingest.intake import Intake, Origin
from ingest.pipeline import IngestSummary
from ingest.runs import RunJournal, RunState
from ingest.streams.pagers import Page
from ingest.syncing.cursors import Lease, SyncCursors
from ingest.syncing.source import OpenStream
from retrieval.corpus.database import Database
from retrieval.errors import PrecedentError

Seen = Callable[[int], None]
"""Called with the number of rows read so far."""

Stopped = Callable[[], bool]
"""Whether to stop at the next page."""


def never() -> bool:
    """Nobody asks to stop."""
    return False


@dataclass(slots=True)
class SyncReport:
    """What came of a run. One that is not ``complete`` goes on where it stopped, for ``reason``."""

    summary: IngestSummary
    requests: int = 0
    pages: int = 0
    complete: bool = False
    reason: str = ""
    watermark: datetime | None = None

    def note(self, updated: datetime | None) -> None:
        """A page is read whose last row was changed then; pages of an overlap are older."""
        moments = [moment for moment in (self.watermark, updated) if moment is not None]
        self.watermark = max(moments, default=None)

    def told(self) -> dict[str, int]:
        """All counts by name."""
        return {**self.summary.counts(), "requests": self.requests, "pages": self.pages}


class StreamRun:
    """Reads what is new of a stream.

    The records and rejects of a page and the cursor behind it are committed together: killed
    anywhere, the next run goes on behind the last page that was stored. The next page is asked
    for while one is stored, never inside a transaction.
    """

    def __init__(
        self,
        database: Database,
        intake: Intake,
        cursors: SyncCursors,
        journal: RunJournal,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._intake = intake
        self._cursors = cursors
        self._journal = journal
        self._clock = clock

    def read(
        self, source: OpenStream, lease: Lease, seen: Seen | None = None, stopped: Stopped = never
    ) -> SyncReport:
        """Read to the end of what there is, or as far as the budget goes; ends the lease.

        Raises what the pager does, once it is written down with the time of the next try.
        """
        report = SyncReport(IngestSummary(str(source.name), source.connection.base_url))
        report.watermark = lease.state.watermark
        with self._journaled(source, lease, report) as run:
            origin = Origin(str(source.name), source.connection.groups, run)
            with closing(self._pages(source, lease, report, stopped)) as pages:
                for page in pages:
                    self._store(source, lease, report, page, origin)
                    if seen is not None:
                        seen(report.summary.records + report.summary.rejected)
            self._cursors.finish(lease, report.told(), complete=report.complete)
        return report

    @contextmanager
    def _journaled(self, source: OpenStream, lease: Lease, report: SyncReport) -> Iterator[int]:
        started, asked = time.monotonic(), source.client.requests
        run = self._journal.start(report.summary.source, report.summary.place, self._clock())
        state = RunState.FAILED
        try:
            yield run
            state = RunState.FINISHED
        except PrecedentError as exc:
            report.requests = source.client.requests - asked
            self._cursors.fail(lease, exc, report.told())
            raise
        finally:
            report.summary.seconds = time.monotonic() - started
            report.requests = source.client.requests - asked
            self._journal.finish(run, state, report.summary.counts(), self._clock())
            self._cursors.release(lease)

    def _pages(
        self, source: OpenStream, lease: Lease, report: SyncReport, stopped: Stopped
    ) -> Generator[Page]:
        """The pages from the lease's cursor on; the one behind is under way meanwhile."""
        begun = source.client.requests
        budget = source.connection.budget_requests
        with ThreadPoolExecutor(1, thread_name_prefix="sync") as ahead:
            coming: Future[Page] | None = ahead.submit(source.pager.page, lease.state.cursor)
            while coming is not None:
                page = coming.result()
                coming = None
                report.complete = page.last
                if stopped():
                    report.reason = "it was asked to stop"
                elif source.client.requests - begun >= budget:
                    report.reason = f"it used its budget of {budget:,} requests"
                elif not page.last:
                    coming = ahead.submit(source.pager.page, page.cursor)
                yield page

    def _store(
        self, source: OpenStream, lease: Lease, report: SyncReport, page: Page, origin: Origin
    ) -> None:
        prepared = self._intake.prepare(source.items(page.rows), origin)
        report.pages += 1
        report.note(page.updated)
        with self._database.write() as connection:
            stored = self._intake.store(connection, prepared, origin)
            report.summary.note(prepared, stored)
            self._cursors.advance(
                connection, lease, page.cursor, report.watermark, report.told()
            )
