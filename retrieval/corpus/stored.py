"""What is stored of a source's items, for ways into the corpus that build on it."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from retrieval.corpus.store import live_records, record_of
from retrieval.corpus.tables import corpus_state, records, revisions
from retrieval.records import Record


def stored_items(
    connection: Connection, source: str, external_ids: Iterable[str]
) -> dict[str, Record]:
    """The current records of the items that are there and not removed, by external id."""
    query = live_records().where(
        revisions.c.revision == records.c.revision,
        records.c.source == source,
        records.c.external_id.in_(list(external_ids)),
    )
    found = map(record_of, connection.execute(query))
    return {record.external_id: record for record in found}


def hold_corpus(connection: Connection) -> None:
    """Let nobody else change the corpus before this unit of work ends.

    Every change moves the corpus version, so its row is what all of them need. On SQLite the
    writing transaction itself excludes the others.
    """
    connection.execute(select(corpus_state.c.version).with_for_update())
