"""Exact inner-product search in FAISS, at half precision."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import CorruptIndex
from retrieval.ports import Scored, Vectors


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
    def of(cls, vectors: Vectors) -> "FlatIndex":
        """An index of the rows of a (n, dimension) matrix of unit vectors."""
        made = cls(_empty(vectors.shape[1]))
        made._index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return made

    @classmethod
    def joined(cls, parts: Sequence[tuple["FlatIndex", NDArray[np.bool_]]]) -> "FlatIndex":
        """The rows of several indexes for which the mask beside each is true."""
        (first, _), *_ = parts
        codes = np.concatenate([index._codes()[mask] for index, mask in parts])
        made = cls(_empty(first._index.d))
        made._index.add_sa_codes(np.ascontiguousarray(codes))
        return made

    @classmethod
    def load(cls, path: Path) -> "FlatIndex":
        """Read an index that ``save`` wrote."""
        import faiss

        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as exc:
            raise CorruptIndex(f"The vector index {path} cannot be read: {exc}") from exc

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
        scores, rows = self._index.search(query, wanted, params=parameters)
        return [
            Scored(int(row), float(score))
            for row, score in zip(rows[0], scores[0], strict=True)
            if row >= 0
        ]

    def scores(self, vector: Vectors, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """See ``VectorIndex.scores``."""
        components = self._codes()[rows].view(np.float16).astype(np.float32)
        found: NDArray[np.float32] = components @ vector
        return found

    def __len__(self) -> int:
        """See ``VectorIndex``."""
        return int(self._index.ntotal)

    def _codes(self) -> NDArray[np.uint8]:
        """The stored bytes, a row a vector, without copying them."""
        size = self._index.code_size
        if not len(self):
            return np.empty((0, size), dtype=np.uint8)
        stored = self._faiss.rev_swig_ptr(self._index.codes.data(), len(self) * size)
        rows: NDArray[np.uint8] = stored.reshape(len(self), size)
        return rows


def _empty(dimension: int) -> Any:
    import faiss

    return faiss.IndexScalarQuantizer(
        dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
