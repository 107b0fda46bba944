"""Any cross-encoder of sentence-transformers, by name or path, on torch."""

import os
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import ModelUnavailable


class CrossEncoderReranker:
    """Reads query and text together. Loads the model at the first call, from disk only."""

    def __init__(self, model: str) -> None:
        self._name = model

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float64]:
        """See ``Reranker.scores``; the model's score through a logistic function."""
        if not texts:
            return np.empty(0)
        pairs = [(query, text) for text in texts]
        raw = np.asarray(
            self._model.predict(pairs, activation_fn=None, show_progress_bar=False),
            dtype=np.float64,
        )
        inside = (raw >= 0).all() and (raw <= 1).all()
        return raw if inside else 1.0 / (1.0 + np.exp(-raw))

    @cached_property
    def _model(self) -> Any:
        return load_cross_encoder(self._name, "PRECEDENT_RERANKER__MODEL")


def load_cross_encoder(name: str, setting: str) -> Any:
    """A model of sentence-transformers that reads two texts together, from disk only.

    Importing torch takes seconds. Raises ``ModelUnavailable`` that names the setting.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import CrossEncoder

    try:
        return CrossEncoder(name, device="cpu")
    except (OSError, ValueError) as exc:
        raise ModelUnavailable(
            f"The cross-encoder {name!r} cannot be loaded: {exc}. Give the path of a "
            f"model folder in {setting}."
        ) from exc
