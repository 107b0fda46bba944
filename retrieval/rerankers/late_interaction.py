"""Word pieces against word pieces, with the packaged model."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.embedders.onnx_minilm import OnnxMiniLm


class LateInteraction:
    """The mean over the query's word pieces of the best cosine among the text's.

    MaxSim of Khattab and Zaharia, "ColBERT", SIGIR 2020, over the last layer of a model that
    was not trained for it.
    """

    def __init__(self, model: OnnxMiniLm | None = None) -> None:
        self._model = model or OnnxMiniLm()

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float64]:
        """See ``Reranker.scores``."""
        (asked,) = self._model.word_pieces([query])
        found = [
            float((asked @ pieces.T).max(axis=1).mean())
            for pieces in self._model.word_pieces(texts)
        ]
        return np.array(found, dtype=np.float64)
