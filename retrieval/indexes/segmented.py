"""Several vector indexes searched as one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.ports import HalfVectors, Scored, VectorIndex, Vectors


class SegmentedVectors:
    """The rows of all parts, one part after the other."""

    def __init__(self, parts: Sequence[VectorIndex]) -> None:
        self._parts = tuple(parts)
        self._begins = np.cumsum([0, *(len(part) for part in self._parts)])

    def search(self, vector: Vectors, k: int, allowed: NDArray[np.bool_] | None) -> list[Scored]:
        """See ``VectorIndex.search``."""
        found: list[Scored] = []
        for part, begin, end in zip(self._parts, self._begins, self._begins[1:], strict=False):
            mask = None if allowed is None else allowed[begin:end]
            hits = part.search(vector, k, mask)
            found += [Scored(int(begin) + hit.key, hit.score) for hit in hits]
        return sorted(found, key=lambda hit: -hit.score)[:k]

    def scores(self, vector: Vectors, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """See ``VectorIndex.scores``."""
        scores = np.empty(len(rows), dtype=np.float32)
        owners = np.searchsorted(self._begins, rows, side="right") - 1
        for number in np.unique(owners):
            mine = owners == number
            scores[mine] = self._parts[number].scores(vector, rows[mine] - self._begins[number])
        return scores

    def half(self) -> HalfVectors:
        """See ``VectorIndex.half``."""
        return np.concatenate([part.half() for part in self._parts])

    def __len__(self) -> int:
        """See ``VectorIndex``."""
        return int(self._begins[-1])
