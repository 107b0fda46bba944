"""The catalogue of embedders.

To add one: write its file here, implement ``retrieval.ports.Embedder``, add a line to
``EMBEDDERS``. ``tests/contract/test_embedders.py`` runs over every entry.
"""

from collections.abc import Callable
from dataclasses import dataclass

from retrieval.embedders.hashing import HashingEmbedder
from retrieval.embedders.onnx_minilm import OnnxMiniLm
from retrieval.embedders.sentence_transformers import SentenceTransformersEmbedder
from retrieval.errors import InvalidSettings
from retrieval.ports import Embedder


@dataclass(frozen=True, slots=True)
class EmbedderChoice:
    """Which embedder to use. ``model`` matters to the backends that can load several."""

    backend: str = "onnx-minilm"
    model: str = ""
    threads: int = 0
    allow_download: bool = False


EMBEDDERS: dict[str, Callable[[EmbedderChoice], Embedder]] = {
    "onnx-minilm": lambda choice: OnnxMiniLm(threads=choice.threads),
    "onnx-minilm-int8": lambda choice: OnnxMiniLm(threads=choice.threads, int8=True),
    "sentence-transformers": lambda choice: SentenceTransformersEmbedder(
        choice.model, allow_download=choice.allow_download
    ),
    "hashing": lambda _choice: HashingEmbedder(),
}


def embedder(choice: EmbedderChoice) -> Embedder:
    """The chosen embedder; raises ``InvalidSettings`` for an unknown backend."""
    if choice.backend not in EMBEDDERS:
        raise InvalidSettings(
            f"PRECEDENT_EMBEDDER__BACKEND is {choice.backend!r}; "
            f"choose one of {', '.join(EMBEDDERS)}."
        )
    if choice.backend == "sentence-transformers" and not choice.model:
        raise InvalidSettings(
            "The backend 'sentence-transformers' needs PRECEDENT_EMBEDDER__MODEL: "
            "the name or path of a model."
        )
    return EMBEDDERS[choice.backend](choice)
