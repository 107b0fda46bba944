"""The published generation, loaded for reading."""

import threading
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import NotFound
from retrieval.generations import GenerationFolder, Manifest, Recipe, verified
from retrieval.indexer import LEXICAL, VECTORS, recipe_for
from retrieval.indexes.bm25 import TantivyIndex
from retrieval.indexes.flat import FlatIndex
from retrieval.ports import Embedder, LexicalIndex, VectorIndex
from retrieval.record_table import RecordTable


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """One whole, verified generation in memory."""

    name: str
    manifest: Manifest
    table: RecordTable
    lexical: LexicalIndex
    vectors: VectorIndex

    @classmethod
    def load(cls, folder: Path, recipe: Recipe) -> "OpenIndex":
        """Verify and open a generation; raises ``CorruptIndex`` rather than serve a wrong one."""
        manifest = verified(folder, recipe)
        return cls(
            name=folder.name,
            manifest=manifest,
            table=RecordTable.load(folder),
            lexical=TantivyIndex(folder / LEXICAL),
            vectors=FlatIndex.load(folder / VECTORS),
        )


class IndexReader:
    """Gives each query the generation that is published at that moment."""

    def __init__(self, folder: GenerationFolder, embedder: Embedder) -> None:
        self._folder = folder
        self._embedder = embedder
        self._lock = threading.Lock()
        self._open: OpenIndex | None = None

    def current(self) -> OpenIndex:
        """The published generation, opened at most once.

        Raises ``NotFound`` before anything was ingested, ``CorruptIndex`` when it is
        damaged or does not fit the settings.
        """
        folder = self._folder.current()
        if folder is None:
            raise NotFound("Nothing is indexed yet. Run 'precedent ingest PATH…' first.")
        with self._lock:
            if self._open is None or self._open.name != folder.name:
                self._open = OpenIndex.load(folder, recipe_for(self._embedder))
            return self._open
