"""The published generation, loaded for reading."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import CorruptIndex, NotFound
from retrieval.generations import (
    GenerationFolder,
    Known,
    Manifest,
    known_files,
    read_manifest,
    verified,
)
from retrieval.indexer import LEXICAL, loaded_segments, recipe_for
from retrieval.indexes.bm25 import TantivyIndex
from retrieval.indexes.flat import FaissFiles
from retrieval.indexes.segmented import SegmentedVectors
from retrieval.ports import Embedder, LexicalIndex, VectorEngine, VectorIndex
from retrieval.record_table import RecordTable
from retrieval.segments import Segment


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """One whole, verified generation in memory, with the embedder for asking it."""

    name: str
    manifest: Manifest
    embedder: Embedder
    table: RecordTable
    lexical: LexicalIndex
    vectors: VectorIndex
    segments: Mapping[str, Segment]
    known: Known
    sorted_keys: NDArray[np.int64]
    sorted_rows: NDArray[np.intp]

    @classmethod
    def load(
        cls,
        folder: Path,
        embedder: Embedder,
        engine: VectorEngine,
        before: "OpenIndex | None" = None,
    ) -> "OpenIndex":
        """Verify and open a generation; raises ``CorruptIndex`` rather than serve a wrong one.

        What it shares with the generation that was open before is neither read nor checked
        again. Passages that another chunker cut are served: their spans are stored with them.
        """
        chunker = read_manifest(folder).recipe.chunker
        recipe = recipe_for(embedder, engine).model_copy(update={"chunker": chunker})
        manifest = verified(folder, recipe, None if before is None else before.known)
        loaded = None if before is None else before.segments
        segments = loaded_segments(folder, manifest, engine, loaded)
        table = RecordTable.joined([segment.table for segment in segments])
        living = np.flatnonzero(table.alive)
        by_key = living[np.argsort(table.key[living])]
        return cls(
            name=folder.name,
            manifest=manifest,
            embedder=embedder,
            table=table,
            lexical=TantivyIndex(folder / LEXICAL),
            vectors=SegmentedVectors([segment.vectors for segment in segments]),
            segments={segment.name: segment for segment in segments},
            known=known_files(folder, manifest),
            sorted_keys=table.key[by_key],
            sorted_rows=by_key,
        )

    def rows_of(self, keys: Sequence[int]) -> NDArray[np.intp]:
        """The rows of the records of these keys; those that are not indexed are left out."""
        wanted = np.array(keys, dtype=np.int64)
        if not len(self.sorted_keys):
            return np.empty(0, dtype=np.intp)
        places = np.searchsorted(self.sorted_keys, wanted)
        places = np.minimum(places, len(self.sorted_keys) - 1)
        found: NDArray[np.intp] = self.sorted_rows[places[self.sorted_keys[places] == wanted]]
        return found


Recall: TypeAlias = Callable[[Mapping[str, str]], Embedder | None]
"""Loads the embedder that a manifest describes; ``None`` when that cannot be done."""


class IndexReader:
    """Gives each query the generation that is published at that moment.

    After a change of model the old generation is asked with the old model, which ``recall``
    loads, until the new one is published.
    """

    def __init__(
        self,
        folder: GenerationFolder,
        embedder: Embedder,
        engine: VectorEngine | None = None,
        recall: Recall | None = None,
    ) -> None:
        self._folder = folder
        self._embedder = embedder
        self._engine = engine or FaissFiles()
        self._recall = recall
        self._lock = threading.Lock()
        self._open: OpenIndex | None = None

    def current(self) -> OpenIndex:
        """The published generation, opened at most once.

        Raises ``NotFound`` before anything was ingested, ``CorruptIndex`` when it is
        damaged or does not fit the settings.
        """
        with self._lock:
            folder = self._published()
            while self._open is None or self._open.name != folder.name:
                try:
                    embedder = self._embedder_of(folder)
                    self._open = OpenIndex.load(folder, embedder, self._engine, self._open)
                except (CorruptIndex, OSError):
                    # Two publications later the folder that we were reading is swept away.
                    before, folder = folder, self._published()
                    if folder == before:
                        raise
            return self._open

    def _embedder_of(self, folder: Path) -> Embedder:
        """The embedder that made a generation, if it can be had; else the present one."""
        manifest = read_manifest(folder)
        if manifest.recipe.model_id == self._embedder.model_id or self._recall is None:
            return self._embedder
        former = self._recall(manifest.embedder)
        fits = former is not None and former.model_id == manifest.recipe.model_id
        return former if former is not None and fits else self._embedder

    def _published(self) -> Path:
        folder = self._folder.current()
        if folder is None:
            raise NotFound("Nothing is indexed yet. Run 'precedent ingest PATH…' first.")
        return folder
