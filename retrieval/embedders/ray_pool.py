"""Embedding spread over the machines of a Ray cluster."""

import logging
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from retrieval.errors import InvalidSettings
from retrieval.ports import Embedder, Vectors

# Texts an actor takes at a time: long enough to bucket by length, short enough to lose.
_BATCH = 256


class RayEmbedder:
    """An embedder whose passages are embedded by Ray Data actors, one model each.

    Connects to the cluster named by ``RAY_ADDRESS``, or starts one on this machine. An actor
    that dies is replaced and its texts are embedded again; vectors are the same as those of
    the embedder it is made from, and so is ``model_id``.
    """

    def __init__(self, load: Callable[[], Embedder], actors: int = 0) -> None:
        """``load`` makes the embedder, here and in every actor; 0 actors: one a core."""
        self._load = load
        self._local = load()
        self._actors = actors
        self.model_id = self._local.model_id
        self.dimension = self._local.dimension
        self.max_tokens = self._local.max_tokens

    def query(self, text: str) -> Vectors:
        """See ``Embedder.query``; one text is embedded here."""
        return self._local.query(text)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder.passages``."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        if not texts:
            return vectors
        ray = _ray()
        actors = self._actors or max(int(ray.cluster_resources().get("CPU", 1)), 1)
        rows = [{"row": row, "text": text} for row, text in enumerate(texts)]
        embedded = ray.data.from_items(rows).map_batches(
            _Actor,
            fn_constructor_args=(self._load,),
            batch_size=_BATCH,
            compute=ray.data.ActorPoolStrategy(size=actors),
        )
        for row in embedded.iter_rows():
            vectors[row["row"]] = row["vector"]
        return vectors


class _Actor:
    """Holds one loaded model."""

    def __init__(self, load: Callable[[], Embedder]) -> None:
        self._embedder = load()

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, Any]:
        return {"row": batch["row"], "vector": self._embedder.passages(list(batch["text"]))}


def _ray() -> Any:
    """The library, connected to a cluster. Imported by name: most installations lack it."""
    try:
        ray: Any = import_module("ray")
        import_module("ray.data")
    except ModuleNotFoundError as exc:
        raise InvalidSettings(
            "--engine ray needs Ray, which is not installed. Run 'pip install precedent[ray]'."
        ) from exc
    if not ray.is_initialized():
        ray.init(log_to_driver=False, logging_level=logging.WARNING)
    ray.data.DataContext.get_current().enable_progress_bars = False
    return ray
