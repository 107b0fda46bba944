"""Exact inner-product search in FAISS, at half precision, in files of the generation."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import CorruptIndex
from retrieval.ports import HalfVectors, Scored, Vectors


class FlatIndex:
    """Every vector is compared: exact, also under any filter.

    Components are kept as 16-bit floats, which halves memory and time and moved no
    neighbour among a million (docs/decisions/0008).
    """

    def __init__(self, index: Any) -> None:
        import faiss

        self._faiss: Any = faiss
        self._index = index

    @classmethod
    def of(cls, vectors: HalfVectors) -> "FlatIndex":
        """An index of the rows of a (n, dimension) matrix of unit vectors."""
        made = cls(_empty(vectors.shape[1]))
        made._index.add_sa_codes(np.ascontiguousarray(vectors).view(np.uint8))
        return made

    @classmethod
    def load(cls, path: Path) -> "FlatIndex":
        """Read an index that ``save`` wrote."""
        import faiss

        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as exc:
            raise CorruptIndex(
                f"The vector index {path} cannot be read ({exc}). Run 'precedent index rebuild'."
            ) from exc

    def save(self, path: Path) -> None:
        """Write the index to one file."""
        self._faiss.write_index(self._index, str(path))

    def search(self, vector: Vectors, k: int, allowed: NDArray[np.bool_] | None) -> list[Scored]:
        """See ``VectorIndex.search``."""
        admitted = len(self) if allowed is None else int(np.count_nonzero(allowed))
        wanted = min(k, admitted)
        if wanted < 1:
            return []
        parameters = None
        if allowed is not None and admitted < len(self):
            bits = np.packbits(allowed, bitorder="little")
            selector = self._faiss.IDSelectorBitmap(bits)
            parameters = self._faiss.SearchParameters(sel=selector)
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        # One query is compared by one thread whatever there are; the others are only waited for.
        # Where the cores are busy that took 8 ms for 250 vectors (0.03 without) and 28 ms for
        # 100,000 (9 without). It counts for the calling thread, so it is said each time.
        self._faiss.omp_set_num_threads(1)
        scores, rows = self._index.search(query, wanted, params=parameters)
        return [
            Scored(int(row), float(score))
            for row, score in zip(rows[0], scores[0], strict=True)
            if row >= 0
        ]

    def scores(self, vector: Vectors, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """See ``VectorIndex.scores``."""
        found: NDArray[np.float32] = self.half()[rows].astype(np.float32) @ vector
        return found

    def half(self) -> HalfVectors:
        """See ``VectorIndex.half``; the memory of the index itself, not a copy."""
        dimension = self._index.d
        if not len(self):
            return np.empty((0, dimension), dtype=np.float16)
        size = self._index.code_size
        stored = self._faiss.rev_swig_ptr(self._index.codes.data(), len(self) * size)
        rows: HalfVectors = stored.view(np.float16).reshape(len(self), dimension)
        return rows

    def __len__(self) -> int:
        """See ``VectorIndex``."""
        return int(self._index.ntotal)


class FaissFiles:
    """A file a segment, in the folder of the generation."""

    name = "faiss"

    def write(self, generation: Path, name: str, vectors: HalfVectors) -> FlatIndex:
        """See ``VectorEngine.write``; what is on disk is made durable with the generation."""
        index = FlatIndex.of(vectors)
        index.save(self._file(generation, name))
        return index

    def open(self, generation: Path, name: str, rows: int) -> FlatIndex:
        """See ``VectorEngine.open``."""
        index = FlatIndex.load(self._file(generation, name))
        if len(index) != rows:
            raise CorruptIndex(
                f"The segment {name} has {len(index)} vectors for {rows} passages. "
                "Run 'precedent index rebuild'."
            )
        return index

    def discard(self, generation: Path, name: str) -> None:
        """See ``VectorEngine.discard``."""
        self._file(generation, name).unlink()

    def sweep(self, kept: Collection[str]) -> None:
        """See ``VectorEngine.sweep``: files go with the folder of their generation."""

    @staticmethod
    def _file(generation: Path, name: str) -> Path:
        return generation / "segments" / f"{name}.faiss"


def _empty(dimension: int) -> Any:
    import faiss

    return faiss.IndexScalarQuantizer(
        dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
