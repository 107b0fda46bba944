"""Vectors in Qdrant: a collection a segment."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.batches import batched
from retrieval.errors import CorruptIndex, InvalidSettings, ServiceUnavailable
from retrieval.ports import HalfVectors, Scored, VectorIndex, Vectors

_POINTS_PER_CALL = 1_000


class QdrantEngine:
    """Segments as collections on a Qdrant server or cluster.

    ``url`` may also be ``:memory:`` or ``path:FOLDER``: then the client's own small engine
    runs in this process, for tests. ``owner`` is part of the collections' names.
    """

    name = "qdrant"

    def __init__(self, url: str, owner: str, api_key: str = "") -> None:
        try:
            from qdrant_client import QdrantClient
        except ModuleNotFoundError as exc:
            raise InvalidSettings(
                "PRECEDENT_VECTORS__ENGINE is 'qdrant', whose client is not installed. "
                "Run 'pip install precedent[qdrant]'."
            ) from exc
        if not url:
            raise InvalidSettings("The engine 'qdrant' needs PRECEDENT_VECTORS__URL.")
        if url == ":memory:":
            self._client = QdrantClient(":memory:")
        elif url.startswith("path:"):
            self._client = QdrantClient(path=url.removeprefix("path:"))
        else:
            self._client = QdrantClient(url=url, api_key=api_key or None, check_compatibility=False)
        self._prefix = f"precedent-{owner}-"

    def write(self, generation: Path, name: str, vectors: HalfVectors) -> VectorIndex:
        """See ``VectorEngine.write``."""
        from qdrant_client import models

        collection = self._prefix + name
        with _Talking():
            self._client.create_collection(
                collection,
                vectors_config=models.VectorParams(
                    size=vectors.shape[1],
                    distance=models.Distance.DOT,
                    datatype=models.Datatype.FLOAT16,
                ),
            )
            for rows in batched(range(len(vectors)), _POINTS_PER_CALL):
                points = models.Batch(ids=rows, vectors=vectors[rows].astype(float).tolist())
                self._client.upsert(collection, points, wait=True)
        return QdrantIndex(self._client, collection, len(vectors), vectors.shape[1])

    def open(self, generation: Path, name: str, rows: int) -> VectorIndex:
        """See ``VectorEngine.open``."""
        collection = self._prefix + name
        with _Talking():
            present = self._client.collection_exists(collection)
            found = self._client.count(collection, exact=True).count if present else None
            if found != rows:
                raise CorruptIndex(
                    f"The collection {collection} has {found or 0} vectors for {rows} passages. "
                    "Run 'precedent index rebuild'."
                )
            parameters: Any = self._client.get_collection(collection).config.params.vectors
        return QdrantIndex(self._client, collection, rows, parameters.size)

    def discard(self, generation: Path, name: str) -> None:
        """See ``VectorEngine.discard``: its collection is swept when no generation names it."""

    def sweep(self, kept: Collection[str]) -> None:
        """See ``VectorEngine.sweep``."""
        needed = {self._prefix + name for name in kept}
        with _Talking():
            for found in self._client.get_collections().collections:
                if found.name.startswith(self._prefix) and found.name not in needed:
                    self._client.delete_collection(found.name)


class QdrantIndex:
    """One segment's collection. A filter travels as the ids that it admits."""

    def __init__(self, client: Any, collection: str, rows: int, dimension: int) -> None:
        self._client = client
        self._collection = collection
        self._rows = rows
        self._dimension = dimension

    def search(self, vector: Vectors, k: int, allowed: NDArray[np.bool_] | None) -> list[Scored]:
        """See ``VectorIndex.search``."""
        rows = np.arange(self._rows) if allowed is None else np.flatnonzero(allowed)
        wanted = min(k, len(rows))
        if wanted < 1:
            return []
        condition = None if len(rows) == self._rows else _among(rows)
        with _Talking():
            answer = self._client.query_points(
                self._collection, query=vector.tolist(), limit=wanted, query_filter=condition
            )
        return [Scored(int(point.id), float(point.score)) for point in answer.points]

    def scores(self, vector: Vectors, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """See ``VectorIndex.scores``."""
        if not len(rows):
            return np.empty(0, dtype=np.float32)
        with _Talking():
            answer = self._client.query_points(
                self._collection,
                query=vector.tolist(),
                limit=len(rows),
                query_filter=_among(rows),
            )
        found = {int(point.id): float(point.score) for point in answer.points}
        return np.array([found[row] for row in rows.tolist()], dtype=np.float32)

    def half(self) -> HalfVectors:
        """See ``VectorIndex.half``."""
        vectors = np.empty((self._rows, self._dimension), dtype=np.float16)
        with _Talking():
            for rows in batched(range(self._rows), _POINTS_PER_CALL):
                for point in self._client.retrieve(self._collection, rows, with_vectors=True):
                    vectors[point.id] = point.vector
        return vectors

    def __len__(self) -> int:
        """See ``VectorIndex``."""
        return self._rows


class _Talking:
    """Turns what the client raises about the server into an error that names the setting."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, failure: BaseException | None, trace: object) -> None:
        from qdrant_client.http.exceptions import ApiException

        if isinstance(failure, ApiException | ConnectionError):
            raise ServiceUnavailable(
                f"Qdrant refused or cannot be reached ({type(failure).__name__}). Check "
                "PRECEDENT_VECTORS__URL and …__API_KEY, and that the server runs."
            ) from failure


def _among(rows: NDArray[np.intp]) -> Any:
    from qdrant_client import models

    return models.Filter(must=[models.HasIdCondition(has_id=rows.tolist())])
