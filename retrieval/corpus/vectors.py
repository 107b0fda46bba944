"""Vectors beside the passages that they belong to, keyed by content and model."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, Select, func, insert, select

from retrieval.batches import batched
from retrieval.chunking import embedded_text
from retrieval.corpus.database import Database
from retrieval.corpus.tables import passages, records, revisions, vectors
from retrieval.ports import Vectors

# Below SQLite's limit of bound parameters.
_KEYS_PER_QUERY = 10_000


class PendingText(NamedTuple):
    """A text that has no vector of the model yet."""

    embed_hash: str
    text: str


class VectorStore:
    """Reads and writes vectors of one model."""

    def __init__(self, database: Database, model_id: str) -> None:
        self._database = database
        self._model_id = model_id

    def pending(self) -> list[str]:
        """Keys of current passages without a vector, each once, the longest passages first."""
        length = func.max(passages.c.end - passages.c.start)
        query = (
            _current(select(passages.c.embed_hash))
            .outerjoin(
                vectors,
                (vectors.c.embed_hash == passages.c.embed_hash)
                & (vectors.c.model == self._model_id),
            )
            .where(vectors.c.embed_hash.is_(None))
            .group_by(passages.c.embed_hash)
            .order_by(length.desc(), passages.c.embed_hash)
        )
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def texts(self, keys: Sequence[str]) -> list[PendingText]:
        """The embedded text behind each key."""
        body = func.substr(
            revisions.c.text, passages.c.start + 1, passages.c.end - passages.c.start
        )
        query = _current(
            select(passages.c.embed_hash, revisions.c.title, passages.c.heading, body.label("body"))
        ).where(passages.c.embed_hash.in_(keys))
        with self._database.read() as connection:
            found = {
                row.embed_hash: embedded_text(row.title, row.heading, row.body)
                for row in connection.execute(query)
            }
        return [PendingText(key, text) for key, text in found.items()]

    def put(self, connection: Connection, keys: Sequence[str], rows: Vectors) -> None:
        """Store vectors inside the caller's unit of work; known keys are left as they are."""
        known = set(
            connection.scalars(
                select(vectors.c.embed_hash).where(
                    vectors.c.model == self._model_id, vectors.c.embed_hash.in_(keys)
                )
            )
        )
        new = [
            {"embed_hash": key, "model": self._model_id, "vector": row.astype("<f4").tobytes()}
            for key, row in zip(keys, rows, strict=True)
            if key not in known
        ]
        if new:
            connection.execute(insert(vectors), new)

    def get(self, keys: Sequence[str], dimension: int) -> Vectors:
        """Stored vectors in the order of the keys; raises ``KeyError`` when one is missing."""
        found: dict[str, bytes] = {}
        with self._database.read() as connection:
            for part in batched(keys, _KEYS_PER_QUERY):
                query = select(vectors.c.embed_hash, vectors.c.vector).where(
                    vectors.c.model == self._model_id, vectors.c.embed_hash.in_(part)
                )
                found.update((row.embed_hash, row.vector) for row in connection.execute(query))
        matrix = np.empty((len(keys), dimension), dtype=np.float32)
        for row, key in enumerate(keys):
            matrix[row] = np.frombuffer(found[key], dtype="<f4")
        return matrix

    def means(self, record_ids: Sequence[str]) -> dict[str, Vectors]:
        """The middle of each record's passages, of length 1; none for a record without vectors."""
        sums: dict[str, Vectors] = {}
        query = _current(select(records.c.id, vectors.c.vector)).join(
            vectors,
            (vectors.c.embed_hash == passages.c.embed_hash) & (vectors.c.model == self._model_id),
        )
        with self._database.read() as connection:
            for part in batched(record_ids, _KEYS_PER_QUERY):
                for row in connection.execute(query.where(records.c.id.in_(part))):
                    vector = np.frombuffer(row.vector, dtype="<f4")
                    sums[row.id] = sums[row.id] + vector if row.id in sums else vector
        return {name: each / max(float(np.linalg.norm(each)), 1e-9) for name, each in sums.items()}

    def held(self) -> list[str]:
        """Keys of current passages that have a vector, each once."""
        query = _current(select(passages.c.embed_hash).distinct()).join(
            vectors,
            (vectors.c.embed_hash == passages.c.embed_hash) & (vectors.c.model == self._model_id),
        )
        with self._database.read() as connection:
            return list(connection.scalars(query))


def _current(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(passages)
        .join(
            records,
            (records.c.pk == passages.c.record_pk) & (records.c.revision == passages.c.revision),
        )
        .join(
            revisions,
            (revisions.c.record_pk == passages.c.record_pk)
            & (revisions.c.revision == passages.c.revision),
        )
        .where(records.c.removed_at.is_(None))
    )
