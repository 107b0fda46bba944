"""Comparing a stream as a whole: what is gone at the source goes here, what was missed comes.

No list of changes ever tells of a deletion, nor of a row that was hidden or shown elsewhere.
"""

from collections.abc import Mapping

from ingest.removal import is_mass_removal
from ingest.syncing.cursors import Lease
from ingest.syncing.running import Means, Running, SyncReport, Wishes, running
from ingest.syncing.source import OpenStream
from retrieval.batches import batched
from retrieval.corpus.writer import CorpusWriter

# Rows that a sweep found missing are fetched and stored so many at a time.
_FETCHED = 200
_AS_USUAL = Wishes()


def sweep(means: Means, source: OpenStream, lease: Lease, wishes: Wishes = _AS_USUAL) -> SyncReport:
    """List every id at the source and mend the difference; ends the lease.

    What the identity that reads may no longer see counts as gone. Where most would go, nothing
    does, until a person says so: more often a right was taken away. Killed or out of budget
    before the list is whole, it has done nothing. Raises what the pager does.
    """
    with running(means, source, lease, wishes) as run:
        with means.database.read() as connection:
            here = CorpusWriter(connection, means.clock()).present(str(source.name))
        there = _listed(run)
        if there is not None:
            _bring(run, there, here)
            _remove(run, here - there.keys(), here)
            run.report.complete = True
        if not wishes.stopped():
            means.cursors.swept(lease, run.report.counts())
    return run.report


def _listed(run: Running) -> dict[str, str] | None:
    """External id → key of all that is there; ``None`` when it could not be read to its end."""
    source, report = run.source, run.report
    found: dict[str, str] = {}
    rows = 0
    for page in source.pager.ids():
        report.pages += 1
        rows += len(page)
        found.update((source.reader.external_id(row), source.key(row)) for row in page)
        run.means.cursors.renew(run.lease)
        run.wishes.seen(rows)
        report.reason = run.stop_reason()
        if report.reason:
            report.summary.warning = (
                f"{source.name} was not compared as a whole: {report.reason}. Give its "
                "connection more budget_requests."
            )
            return None
    if len(found) < rows:
        report.summary.warning = (
            f"{rows - len(found)} row(s) of {source.name} share their number with another one; "
            "of each number one row is kept."
        )
    return found


def _bring(run: Running, there: Mapping[str, str], here: set[str]) -> None:
    """Read what is there and not here, but for what was refused before as it is."""
    refused = run.means.journal.rejected_ids(run.origin.source)
    missing = [there[name] for name in sorted(there.keys() - here - refused)]
    for keys in batched(missing, _FETCHED):
        run.store(run.prepare(run.source.pager.rows_of(keys)))
        run.means.cursors.renew(run.lease)


def _remove(run: Running, gone: set[str], here: set[str]) -> None:
    if not gone:
        return
    name, summary = run.source.name, run.report.summary
    if is_mass_removal(len(gone), len(here)) and not run.wishes.allow_mass_removal:
        summary.warning = (
            f"{len(gone)} of the {len(here)} records of {name} can no longer be seen there and "
            "were kept, because that is most of them and looks like a right that was taken away. "
            f"If they are really gone, run 'precedent sync {name.connection} --stream "
            f"{name.stream} --sweep --allow-mass-removal'."
        )
        return
    with run.means.database.write() as connection:
        writer = CorpusWriter(connection, run.means.clock())
        summary.removed = writer.remove(str(name), sorted(gone))
