"""The default embedder: all-MiniLM-L6-v2 in ONNX Runtime, without importing torch."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from retrieval.batches import batched
from retrieval.embedders.bert_graph import bert_onnx
from retrieval.embedders.packaged import MINILM, PackagedModel
from retrieval.embedders.quantised import quantised
from retrieval.ports import Vectors

# What the model was published with (sentence_bert_config.json).
_MAX_TOKENS = 256
# Measured on two cores: larger batches gained nothing once texts are sorted by length.
# Integers are scaled over a whole batch: only alone does a text always get the same vector.
_BATCH = 32


class OnnxMiniLm:
    """Mean-pooled, normalised last layer, as sentence-transformers computes it.

    Agrees with sentence-transformers on torch to within 1e-6 per component (a contract
    test compares them). The model is loaded at the first call, not at construction.
    """

    def __init__(
        self, model: PackagedModel = MINILM, threads: int = 0, *, int8: bool = False
    ) -> None:
        self._model = model
        self._threads = threads
        self._int8 = int8
        # Vectors of the two precisions are near each other and not the same: never mixed.
        self.model_id = f"{model.model_id}/{_MAX_TOKENS}{'/int8' if int8 else ''}"
        self.dimension = 384
        self.max_tokens = _MAX_TOKENS

    def query(self, text: str) -> Vectors:
        """See ``Embedder.query``."""
        return self.passages([text]).reshape(self.dimension)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder.passages``; batches by length, so that little padding is computed."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        for rows in batched(by_length, 1 if self._int8 else _BATCH):
            vectors[rows] = self._encode([texts[row] for row in rows])
        return vectors

    @cached_property
    def _runtime(self) -> "_Runtime":
        return _Runtime(self._model, self._threads, self._int8)

    def word_pieces(self, texts: Sequence[str]) -> list[Vectors]:
        """The last layer of each text: a unit vector a word piece, markers left out."""
        found: list[Vectors] = []
        for text in texts:
            hidden, mask = self._runtime.run([text])
            pieces = hidden[0][1 : int(mask.sum()) - 1]
            found.append(pieces / np.linalg.norm(pieces, axis=1, keepdims=True))
        return found

    def _encode(self, texts: Sequence[str]) -> Vectors:
        hidden, mask = self._runtime.run(texts)
        weights = mask[..., None].astype(np.float32)
        means = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
        unit: Vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
        return unit


class _Runtime:
    """The loaded tokenizer and session."""

    def __init__(self, model: PackagedModel, threads: int, int8: bool) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        folder = model.path()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # Keep worker threads from spinning between queries: others need the cores.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        graph = quantised(bert_onnx(folder)) if int8 else bert_onnx(folder)
        self._session: Any = onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"]
        )

    def run(self, texts: Sequence[str]) -> tuple[Any, Any]:
        encodings = self._tokenizer.encode_batch([_tokenizable(text) for text in texts])
        ids = np.array([encoding.ids for encoding in encodings], dtype=np.int64)
        mask = np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64)
        (hidden,) = self._session.run(None, {"ids": ids, "mask": mask})
        return hidden, mask


# A word piece is at most ~100 characters of a word; 256 of them never reach this far,
# and tokenizing a megabyte to throw it away takes seconds.
_MAX_CHARS = 16_000


def _tokenizable(text: str) -> str:
    return text[:_MAX_CHARS].encode("utf-8", "replace").decode("utf-8")
