"""Any sentence-transformers model, by name or path, on torch."""

import hashlib
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.errors import ModelUnavailable
from retrieval.ports import Vectors


class SentenceTransformersEmbedder:
    """Loads the model at the first call: importing torch takes seconds.

    A query prompt named ``query`` in the model's configuration is applied. Nothing is
    fetched from a hub unless ``allow_download`` says so.
    """

    def __init__(self, model: str, *, allow_download: bool = False) -> None:
        self._name = model
        self._allow_download = allow_download

    @cached_property
    def model_id(self) -> str:
        """The name, and for a folder the checksum of its weights."""
        weights = Path(self._name) / "model.safetensors"
        if not weights.is_file():
            return self._name
        with weights.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return f"{Path(self._name).name}@{digest[:12]}/{self.max_tokens}"

    @property
    def dimension(self) -> int:
        """See ``Embedder.dimension``."""
        return int(self._model.get_embedding_dimension())

    @property
    def max_tokens(self) -> int:
        """See ``Embedder.max_tokens``."""
        return int(self._model.max_seq_length or 512)

    def query(self, text: str) -> Vectors:
        """See ``Embedder.query``."""
        return np.asarray(
            self._model.encode_query(text, normalize_embeddings=True, show_progress_bar=False),
            dtype=np.float32,
        )

    def passages(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder.passages``."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.asarray(
            self._model.encode_document(
                list(texts), normalize_embeddings=True, show_progress_bar=False
            ),
            dtype=np.float32,
        )

    @cached_property
    def _model(self) -> Any:
        if not self._allow_download:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(self._name, device="cpu")
        except (OSError, ValueError) as exc:
            raise ModelUnavailable(
                f"The sentence-transformers model {self._name!r} cannot be loaded: {exc}. "
                "Give the path of a model folder in PRECEDENT_EMBEDDER__MODEL, or set "
                "PRECEDENT_EMBEDDER__ALLOW_DOWNLOAD=true where a hub may be reached."
            ) from exc
