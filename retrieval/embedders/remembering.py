"""An embedder that remembers what it was asked lately."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

from retrieval.ports import Embedder, Vectors

# 20,000 vectors of 384 dimensions are 31 MB. The sentences of past incidents that answers
# compare come back with every similar ticket.
_KEPT = 20_000
# A longer text is a document; it is embedded once, when it is taken in.
_MAX_CHARS = 2_000


class Remembering:
    """As the embedder it wraps; a short text that was asked lately costs nothing.

    Safe to use from several threads. Indexing uses the embedder itself: what it has embedded
    is kept with the corpus.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._queries = _Memory()
        self._passages = _Memory()

    @property
    def model_id(self) -> str:
        """See ``Embedder.model_id``."""
        return self._embedder.model_id

    @property
    def dimension(self) -> int:
        """See ``Embedder.dimension``."""
        return self._embedder.dimension

    @property
    def max_tokens(self) -> int:
        """See ``Embedder.max_tokens``."""
        return self._embedder.max_tokens

    def query(self, text: str) -> Vectors:
        """See ``Embedder.query``."""
        found = self._queries.vectors([text], lambda texts: self._embedder.query(texts[0])[None])
        vector: Vectors = found[0]
        return vector

    def passages(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder.passages``."""
        if not texts:
            return self._embedder.passages(texts)
        return self._passages.vectors(texts, self._embedder.passages)


class _Memory:
    """The vectors that were used last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Vectors] = OrderedDict()

    def vectors(self, texts: Sequence[str], embed: Callable[[Sequence[str]], Vectors]) -> Vectors:
        with self._lock:
            found = {text: self._known[text] for text in texts if text in self._known}
            for text in found:
                self._known.move_to_end(text)
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing:
            found |= zip(missing, embed(missing), strict=True)
            self._keep({text: found[text] for text in missing if len(text) <= _MAX_CHARS})
        return np.stack([found[text] for text in texts])

    def _keep(self, new: dict[str, Vectors]) -> None:
        with self._lock:
            # A copy, because a row would keep its whole batch in memory.
            self._known.update({text: vector.copy() for text, vector in new.items()})
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
