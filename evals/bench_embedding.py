"""First ingest and ingest again of real records, beside the default RAG, in one process."""

import json
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from assistant.bootstrap import Application
from assistant.settings import load_settings
from evals.baselines.langchain_default import DefaultRag
from evals.json_lines import objects
from ingest.pipeline import IngestOptions
from retrieval.access import EVERYONE
from retrieval.embedders.packaged import MINILM
from retrieval.embedders.sentence_transformers import SentenceTransformersEmbedder
from retrieval.errors import InvalidInput
from retrieval.records import Record

_SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
_CHANGED = 0.05
_MEMBERS = ("id", "kind", "title", "text", "fields")


class TorchEmbeddings(Embeddings):
    """The same model as most people run it: sentence-transformers on torch."""

    def __init__(self) -> None:
        self._model = SentenceTransformersEmbedder(str(MINILM.path()))
        self._model.query("load the model")

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """See ``Embeddings``."""
        vectors: list[list[float]] = self._model.passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """See ``Embeddings``."""
        vector: list[float] = self._model.query(text).tolist()
        return vector


def embedding_figures(count: int, data: Path = _SHARED) -> dict[str, Any]:
    """Seconds of both, and their ratios; ``count`` records drawn from the public sets."""
    entries = _drawn(count, data)
    with tempfile.TemporaryDirectory(prefix="precedent-embed-") as name:
        folder = Path(name)
        app = Application(load_settings(data_dir=folder / "var", database_url=None))
        with closing(app.database):
            app.embedder.query("load the model")
            first = _ingest(app, entries, folder)
            again = _ingest(app, _changed(entries), folder)
            records: Sequence[Record] = list(app.store.iter_current())
    torch = TorchEmbeddings()
    rag_first = _default_rag(records, torch)
    rag_again = _default_rag(records, torch)
    return {
        "records embedded": len(entries),
        "first ingest, s": round(first, 1),
        "again with 5 % changed, s": round(again, 2),
        "default RAG first, s": round(rag_first, 1),
        "default RAG again, s": round(rag_again, 1),
        "first ingest, times as fast": round(rag_first / first, 2),
        "again, times as fast": round(rag_again / again, 1),
    }


def _drawn(count: int, data: Path) -> list[dict[str, Any]]:
    files = sorted(data.glob("*/corpus.jsonl"))
    if not files:
        raise InvalidInput(f"There are no sets in {data}; leave embedding out with --embed 0.")
    entries = [entry for file in files for _, entry in objects(file)]
    chance = random.Random(5)  # noqa: S311 — a sample, not a secret
    chosen = chance.sample(entries, min(count, len(entries)))
    return [{name: entry[name] for name in _MEMBERS if name in entry} for entry in chosen]


def _changed(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    every = round(1 / _CHANGED)
    return [
        {**entry, "text": f"{entry['text']}\nUpdate: it happened again."}
        if n % every == 0
        else entry
        for n, entry in enumerate(entries)
    ]


def _ingest(app: Application, entries: Sequence[dict[str, Any]], folder: Path) -> float:
    path = folder / "corpus.jsonl"
    path.write_text("\n".join(json.dumps(entry) for entry in entries), encoding="utf-8")
    began = time.perf_counter()
    app.pipeline.take_in(path, IngestOptions(source="real", groups=frozenset({EVERYONE})))
    app.pipeline.index()
    return time.perf_counter() - began


def _default_rag(records: Sequence[Record], embeddings: Embeddings) -> float:
    began = time.perf_counter()
    DefaultRag(records, embeddings)
    return time.perf_counter() - began
