"""Reading what is new of a stream: page after page, each with its cursor in one transaction."""

import os
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import NamedTuple, TypeVar

from ingest.intake import Cleans, Prepared
from ingest.streams.pagers import Page
from ingest.syncing.cursors import Lease
from ingest.syncing.running import Means, Running, SyncReport, Wishes, running
from ingest.syncing.source import OpenStream

_AS_USUAL = Wishes()
# A process of its own for cleaning takes a second to start and 40 MB: worth it for the first
# time that a system is read, not for what is new since a quarter of an hour.
_ROWS_HERE = 2_000

T = TypeVar("T")


class _Ready(NamedTuple):
    """A page and what its rows became."""

    page: Page
    prepared: Prepared


def read(means: Means, source: OpenStream, lease: Lease, wishes: Wishes = _AS_USUAL) -> SyncReport:
    """Read to the end of what there is, or as far as the budget goes; ends the lease.

    The records and rejects of a page and the cursor behind it are committed together: killed
    anywhere, the next run goes on behind the last page that was stored. While one page is
    stored, the next one is prepared and the one behind it is asked for. Raises what the pager
    does, once it is written down with the time of the next try.
    """
    with running(means, source, lease, wishes) as run:
        with closing(_ahead(_prepared(run))) as pages:
            for ready in pages:
                run.report.pages += 1
                run.store(ready.prepared, ready.page.cursor, ready.page.updated)
        means.cursors.finish(lease, run.report.counts(), complete=run.report.complete)
    return run.report


def _prepared(run: Running) -> Generator[_Ready]:
    rows = 0
    cleans: Cleans | None = None
    with ExitStack() as stack:
        for page in stack.enter_context(closing(_ahead(_pages(run)))):
            if cleans is None and rows >= _ROWS_HERE and (os.cpu_count() or 1) > 1:
                cleans = stack.enter_context(closing(run.means.intake.process()))
            prepared = run.prepare(page.rows, cleans)
            rows += len(prepared.contents)
            yield _Ready(page, prepared)


def _pages(run: Running) -> Generator[Page]:
    """The pages from the lease's cursor on."""
    cursor, goes_on = run.lease.state.cursor, True
    while goes_on:
        page = run.source.pager.page(cursor)
        cursor = page.cursor
        run.report.complete = page.last
        run.report.reason = "" if page.last else run.stop_reason()
        goes_on = not page.last and not run.report.reason
        yield page


def _ahead(items: Generator[T]) -> Generator[T]:
    """The same, with one more being made in a thread while one is used."""
    with closing(items), ThreadPoolExecutor(1, thread_name_prefix="sync") as thread:
        coming: Future[T | None] = thread.submit(_next, items)
        while (item := coming.result()) is not None:
            coming = thread.submit(_next, items)
            yield item


def _next(items: Iterator[T]) -> T | None:
    return next(items, None)
