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
# Measured on two cores, sorted by word pieces: batches of 4 take 70 % of the time of batches of
# 32, whose longest text pads the others and whose layers do not fit into the caches.
_BATCH = 4
# Integers are scaled over a whole batch: only alone does a text always get the same vector.
_BATCH_INT8 = 1


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
        pieces = self._runtime.tokenized(texts)
        by_length = sorted(range(len(texts)), key=lambda row: len(pieces[row]))
        for rows in batched(by_length, _BATCH_INT8 if self._int8 else _BATCH):
            vectors[rows] = self._encode([pieces[row] for row in rows])
        return vectors

    @cached_property
    def _runtime(self) -> "_Runtime":
        return _Runtime(self._model, self._threads, self._int8)

    def word_pieces(self, texts: Sequence[str]) -> list[Vectors]:
        """The last layer of each text: a unit vector a word piece, markers left out."""
        found: list[Vectors] = []
        for ids in self._runtime.tokenized(texts):
            hidden, _ = self._runtime.run([ids])
            pieces = hidden[0][1:-1]
            found.append(pieces / np.linalg.norm(pieces, axis=1, keepdims=True))
        return found

    def _encode(self, pieces: Sequence[Sequence[int]]) -> Vectors:
        hidden, mask = self._runtime.run(pieces)
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
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # Keep worker threads from spinning between queries: others need the cores.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        graph = quantised(bert_onnx(folder)) if int8 else bert_onnx(folder)
        self._session: Any = onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"]
        )

    def tokenized(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text's word pieces, at most ``_MAX_TOKENS`` with the two markers."""
        encodings = self._tokenizer.encode_batch([_tokenizable(text) for text in texts])
        return [encoding.ids for encoding in encodings]

    def run(self, pieces: Sequence[Sequence[int]]) -> tuple[Any, Any]:
        """The last layer and the mask of what is no padding, both (texts, longest, …)."""
        shape = (len(pieces), max(map(len, pieces)))
        ids, mask = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        for row, each in enumerate(pieces):
            ids[row, : len(each)], mask[row, : len(each)] = each, 1
        (hidden,) = self._session.run(None, {"ids": ids, "mask": mask})
        return hidden, mask


# A word piece is at most ~100 characters of a word; 256 of them never reach this far,
# and tokenizing a megabyte to throw it away takes seconds.
_MAX_CHARS = 16_000


def _tokenizable(text: str) -> str:
    return text[:_MAX_CHARS].encode("utf-8", "replace").decode("utf-8")
