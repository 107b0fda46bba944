"""An embedder without a model: hashed words. A fast twin for tests and dry runs."""

import re
import zlib
from collections.abc import Sequence

import numpy as np

from retrieval.ports import Vectors

_WORD = re.compile(r"\w+")


class HashingEmbedder:
    """Signed feature hashing of lower-cased words (Weinberger et al., 2009).

    Texts that share words are close; meaning is not known. Deterministic across
    processes and machines.
    """

    def __init__(self, dimension: int = 256) -> None:
        self.dimension = dimension
        self.max_tokens = 100_000
        self.model_id = f"hashing-{dimension}"

    def query(self, text: str) -> Vectors:
        """See ``Embedder.query``."""
        vector = np.zeros(self.dimension, dtype=np.float32)
        for word in _WORD.findall(text.lower()):
            digest = zlib.crc32(word.encode("utf-8", "replace"))
            vector[digest % self.dimension] += 1.0 if digest & 0x8000_0000 else -1.0
        norm = float(np.linalg.norm(vector))
        if norm == 0.0:
            # A text without words still needs a unit vector.
            vector[0] = norm = 1.0
        unit: Vectors = vector / np.float32(norm)
        return unit

    def passages(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder.passages``."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.stack([self.query(text) for text in texts])
