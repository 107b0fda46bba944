"""Reading what is new of a stream: page after page, each with its cursor in one transaction."""

from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing

from ingest.streams.pagers import Page
from ingest.syncing.cursors import Lease
from ingest.syncing.running import Means, Running, SyncReport, Wishes, running
from ingest.syncing.source import OpenStream

_AS_USUAL = Wishes()


def read(means: Means, source: OpenStream, lease: Lease, wishes: Wishes = _AS_USUAL) -> SyncReport:
    """Read to the end of what there is, or as far as the budget goes; ends the lease.

    The records and rejects of a page and the cursor behind it are committed together: killed
    anywhere, the next run goes on behind the last page that was stored. Raises what the pager
    does, once it is written down with the time of the next try.
    """
    with running(means, source, lease, wishes) as run:
        with closing(_pages(run)) as pages:
            for page in pages:
                run.report.pages += 1
                run.store(page.rows, page.cursor, page.updated)
        means.cursors.finish(lease, run.report.counts(), complete=run.report.complete)
    return run.report


def _pages(run: Running) -> Generator[Page]:
    """The pages from the lease's cursor on; the next one is under way while one is stored."""
    pager = run.source.pager
    with ThreadPoolExecutor(1, thread_name_prefix="sync") as ahead:
        coming: Future[Page] | None = ahead.submit(pager.page, run.lease.state.cursor)
        while coming is not None:
            page = coming.result()
            run.report.complete = page.last
            run.report.reason = "" if page.last else run.stop_reason()
            goes_on = not page.last and not run.report.reason
            coming = ahead.submit(pager.page, page.cursor) if goes_on else None
            yield page
