"""What has changed in the corpus between two of its versions, in bounded batches."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, Connection, and_, func, select

from retrieval.corpus.database import Database
from retrieval.corpus.store import live_records, record_of
from retrieval.corpus.tables import passages, records, revisions, vectors
from retrieval.ports import HalfVectors
from retrieval.records import Record, SectionKind

_RECORDS_PER_BATCH = 500


class StoredPassage(NamedTuple):
    """A passage of a record that has a vector."""

    start: int
    end: int
    kind: SectionKind
    vector: bytes


class Changed(NamedTuple):
    """One record that has changed. ``record`` is ``None`` when it was removed."""

    key: int
    record: Record | None
    passages: tuple[StoredPassage, ...] = ()


class ChangeLog:
    """Reads changes with the vectors of one model."""

    def __init__(self, database: Database, model_id: str) -> None:
        self._database = database
        self._model_id = model_id

    def count(self, since: int, upto: int) -> int:
        """How many records have changed after version ``since``, up to ``upto``."""
        query = select(func.count()).where(_between(since, upto))
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def between(self, since: int, upto: int) -> Iterator[list[Changed]]:
        """The records last changed after version ``since`` up to ``upto``, by key.

        Each batch is a snapshot of its own: a record that changes meanwhile belongs to a
        later version and is left to it. Passages without a vector are left out.
        """
        last = -1
        while True:
            with self._database.read() as connection:
                keys = self._keys(connection, since, upto, last)
                if not keys:
                    return
                batch = self._batch(connection, keys)
            yield batch
            last = keys[-1]

    @staticmethod
    def _keys(connection: Connection, since: int, upto: int, after: int) -> list[int]:
        query = (
            select(records.c.pk)
            .where(_between(since, upto), records.c.pk > after)
            .order_by(records.c.pk)
            .limit(_RECORDS_PER_BATCH)
        )
        return list(connection.scalars(query))

    def _batch(self, connection: Connection, keys: Sequence[int]) -> list[Changed]:
        current = live_records().where(
            records.c.pk.in_(keys), revisions.c.revision == records.c.revision
        )
        living = {row.pk: record_of(row) for row in connection.execute(current)}
        found: dict[int, list[StoredPassage]] = {}
        for row in self._passages(connection, list(living)):
            passage = StoredPassage(row.start, row.end, SectionKind(row.kind), row.vector)
            found.setdefault(row.record_pk, []).append(passage)
        return [Changed(key, living.get(key), tuple(found.get(key, ()))) for key in keys]

    def _passages(self, connection: Connection, keys: Sequence[int]) -> Sequence[Any]:
        query = (
            select(
                passages.c.record_pk,
                passages.c.start,
                passages.c.end,
                passages.c.kind,
                vectors.c.vector,
            )
            .join(
                records,
                and_(
                    records.c.pk == passages.c.record_pk,
                    records.c.revision == passages.c.revision,
                ),
            )
            .join(
                vectors,
                and_(
                    vectors.c.embed_hash == passages.c.embed_hash,
                    vectors.c.model == self._model_id,
                ),
            )
            .where(passages.c.record_pk.in_(keys))
            .order_by(passages.c.record_pk, passages.c.ordinal)
        )
        return connection.execute(query).all()


def stacked(changes: Sequence[StoredPassage], dimension: int) -> HalfVectors:
    """The vectors of passages as a matrix."""
    rows = np.empty((len(changes), dimension), dtype=np.float16)
    for row, passage in enumerate(changes):
        rows[row] = np.frombuffer(passage.vector, dtype="<f4")
    return rows


def _between(since: int, upto: int) -> ColumnElement[bool]:
    return and_(records.c.changed_in > since, records.c.changed_in <= upto)
