"""The catalogue of embedders.

To add one: write its file here, implement ``retrieval.ports.Embedder``, add a line to
``EMBEDDERS``. ``tests/contract/test_embedders.py`` runs over every entry.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from retrieval.embedders.hashing import HashingEmbedder
from retrieval.embedders.onnx_minilm import OnnxMiniLm
from retrieval.embedders.openai_compatible import OpenAiCompatibleEmbedder
from retrieval.embedders.sentence_transformers import SentenceTransformersEmbedder
from retrieval.errors import InvalidSettings
from retrieval.ports import Embedder


@dataclass(frozen=True, slots=True)
class EmbedderChoice:
    """Which embedder to use. ``model`` matters to the backends that can load several."""

    backend: str = "onnx-minilm"
    model: str = ""
    base_url: str = ""
    query_prefix: str = ""
    passage_prefix: str = ""
    api_key: str = field(default="", repr=False)
    threads: int = 0
    allow_download: bool = False

    def described(self) -> dict[str, str]:
        """What decides the vectors, without secrets; an index keeps it with them."""
        return {name: getattr(self, name) for name in _DECISIVE}


_DECISIVE = ("backend", "model", "base_url", "query_prefix", "passage_prefix")


EMBEDDERS: dict[str, Callable[[EmbedderChoice], Embedder]] = {
    "onnx-minilm": lambda choice: OnnxMiniLm(threads=choice.threads),
    "onnx-minilm-int8": lambda choice: OnnxMiniLm(threads=choice.threads, int8=True),
    "sentence-transformers": lambda choice: SentenceTransformersEmbedder(
        choice.model, allow_download=choice.allow_download
    ),
    "openai-compatible": lambda choice: OpenAiCompatibleEmbedder(
        choice.base_url,
        choice.model,
        choice.api_key,
        query_prefix=choice.query_prefix,
        passage_prefix=choice.passage_prefix,
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
    if choice.backend == "openai-compatible" and not (choice.model and choice.base_url):
        raise InvalidSettings(
            "The backend 'openai-compatible' needs PRECEDENT_EMBEDDER__BASE_URL (such as "
            "http://localhost:8080/v1) and PRECEDENT_EMBEDDER__MODEL."
        )
    return EMBEDDERS[choice.backend](choice)


def recalled(present: EmbedderChoice, described: Mapping[str, str]) -> Embedder | None:
    """The embedder that an index was made with; ``None`` when this version cannot load it.

    The key is passed on only to the server that it is configured for.
    """
    if set(described) != set(_DECISIVE) or described["backend"] not in EMBEDDERS:
        return None
    same_server = described["base_url"] == present.base_url
    known: dict[str, Any] = {**described, "api_key": present.api_key if same_server else ""}
    return embedder(replace(present, **known))
