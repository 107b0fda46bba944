"""Cutting stored records anew when the chunker has changed."""

from datetime import UTC, datetime

from sqlalchemy import select

from retrieval.chunking import CHUNKER_VERSION
from retrieval.corpus.database import Database
from retrieval.corpus.store import live_records, record_of
from retrieval.corpus.tables import records, revisions
from retrieval.corpus.writer import CorpusWriter

_RECORDS_PER_STEP = 500


def rechunk(database: Database) -> int:
    """Bring the passages of every current record to this version; returns how many there were.

    Each step is a unit of work of its own, so an interrupted run goes on where it was. The
    vectors of passages that stay the same stay; the others are embedded with what is new.
    """
    outdated = (
        live_records()
        .where(
            revisions.c.revision == records.c.revision,
            records.c.chunker != CHUNKER_VERSION,
        )
        .order_by(records.c.pk)
        .limit(_RECORDS_PER_STEP)
    )
    done = 0
    while _any_outdated(database):
        with database.write() as connection:
            rows = connection.execute(outdated).all()
            writer = CorpusWriter(connection, datetime.now(UTC))
            for row in rows:
                writer.rechunk(row.pk, record_of(row))
        done += len(rows)
    return done


def _any_outdated(database: Database) -> bool:
    """Asked by reading alone: in a settled corpus nobody is made to wait for a lock."""
    query = select(records.c.pk).where(
        records.c.removed_at.is_(None), records.c.chunker != CHUNKER_VERSION
    )
    with database.read() as connection:
        return connection.scalar(query.limit(1)) is not None
