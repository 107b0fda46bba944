"""Any server with the embeddings endpoint that OpenAI made common: vLLM, llama.cpp, TEI, …"""

import hashlib
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from retrieval.batches import batched
from retrieval.errors import ModelUnavailable, ServiceUnavailable
from retrieval.http import HttpClient
from retrieval.ports import Vectors

_BATCH = 32
# What every model of the last years reads; the passages of this house are far shorter.
_MAX_TOKENS = 512
# A word piece has at least one character, so nothing that would be read is cut off.
_MAX_CHARS = 16_000


class OpenAiCompatibleEmbedder:
    """Texts go to ``{base_url}/embeddings``; what comes back is scaled to length 1.

    ``query_prefix`` and ``passage_prefix`` are put in front of texts, where a model wants to
    be told which of the two it reads. The server is first called when a vector or the
    dimension is first needed.
    """

    max_tokens = _MAX_TOKENS

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str = "",
        query_prefix: str = "",
        passage_prefix: str = "",
    ) -> None:
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._http = HttpClient(base_url, headers)
        self._model = model
        self._query_prefix = query_prefix
        self._passage_prefix = passage_prefix

    @property
    def model_id(self) -> str:
        """The model's name and a checksum of the prefixes.

        A server does not say which weights it has: give another name to another model.
        """
        prefixes = f"{self._query_prefix}\0{self._passage_prefix}".encode()
        return f"{self._model}@{hashlib.sha256(prefixes).hexdigest()[:8]}"

    @cached_property
    def dimension(self) -> int:
        """See ``Embedder.dimension``; asks the server."""
        return int(self._embed(["dimension"]).shape[1])

    def query(self, text: str) -> Vectors:
        """See ``Embedder.query``."""
        vector: Vectors = self._embed([self._query_prefix + text])[0]
        return vector

    def passages(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder.passages``."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for rows in batched(by_length, _BATCH):
            vectors[rows] = self._embed([self._passage_prefix + texts[row] for row in rows])
        return vectors

    def _embed(self, texts: Sequence[str]) -> Vectors:
        # An empty input is an error to some servers; a blank means as little.
        readable = [text[:_MAX_CHARS].encode("utf-8", "replace").decode() or " " for text in texts]
        try:
            answer = self._http.post_json("embeddings", {"model": self._model, "input": readable})
            items = sorted(answer["data"], key=lambda item: item["index"])
            rows = np.array([item["embedding"] for item in items], dtype=np.float32)
        except ServiceUnavailable as exc:
            raise ModelUnavailable(
                f"The embedding model {self._model!r}: {exc} Check PRECEDENT_EMBEDDER__BASE_URL, "
                "…__MODEL and …__API_KEY, and that the server runs."
            ) from exc
        except (KeyError, TypeError, ValueError) as exc:
            raise ModelUnavailable(
                f"The embedding model {self._model!r}: the server's answer has not the form "
                '{"data": [{"index", "embedding"}, …]}.'
            ) from exc
        lengths = np.linalg.norm(rows, axis=1, keepdims=True) if rows.ndim == 2 else np.zeros(1)
        if len(rows) != len(texts) or not np.all(lengths > 0):
            raise ModelUnavailable(
                f"The embedding model {self._model!r}: the server answered {len(texts)} texts "
                f"with {len(rows)} vectors, or with vectors of length 0."
            )
        unit: Vectors = rows / lengths
        return unit
