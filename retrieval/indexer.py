"""Builds and publishes index generations from the corpus."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from retrieval.analysis import ANALYSIS_VERSION, analyse
from retrieval.batches import batched
from retrieval.chunking import CHUNKER_VERSION
from retrieval.corpus.database import Database
from retrieval.corpus.store import SqlRecordStore
from retrieval.corpus.vectors import VectorStore
from retrieval.errors import CorruptIndex
from retrieval.generations import GenerationFolder, Recipe, verified
from retrieval.indexes.bm25 import LexicalDocument, TantivyIndex
from retrieval.indexes.flat import FlatIndex
from retrieval.ports import Embedder, IndexedRecord
from retrieval.record_table import PassageRow, RecordTable
from retrieval.records import Record

LEXICAL = "lexical"
VECTORS = "vectors.faiss"

# Texts per unit of work while embedding: an interrupted run repeats at most these.
_EMBED_CHUNK = 256

Progress = Callable[[int, int], None]
"""Called with (done, total) as work goes on."""


class IndexReport(NamedTuple):
    """What a build did."""

    records: int
    passages: int
    generation: str


def recipe_for(embedder: Embedder) -> Recipe:
    """What an index must have been made with to fit this embedder and this code."""
    return Recipe(
        model_id=embedder.model_id,
        dimension=embedder.dimension,
        chunker=CHUNKER_VERSION,
        analysis=ANALYSIS_VERSION,
    )


class Indexer:
    """Embeds what is new by content hash and publishes a generation of the whole corpus.

    A generation is a projection of SQL: building it again needs no embedding, because
    vectors are stored beside their passages.
    """

    def __init__(self, database: Database, embedder: Embedder, folder: GenerationFolder) -> None:
        self._database = database
        self._embedder = embedder
        self._folder = folder
        self._store = SqlRecordStore(database)
        self._vectors = VectorStore(database, embedder.model_id)

    def embed_pending(self, progress: Progress | None = None) -> int:
        """Embed every current passage that has no vector yet; returns how many texts.

        Each chunk is committed by itself, so an interrupted run resumes where it was.
        Texts are taken longest first: memory peaks at once, and batches are even.
        """
        pending = self._vectors.pending()
        done = 0
        for keys in batched(pending, _EMBED_CHUNK):
            texts = self._vectors.texts(keys)
            rows = self._embedder.passages([item.text for item in texts])
            with self._database.write() as connection:
                self._vectors.put(connection, [item.embed_hash for item in texts], rows)
            done += len(texts)
            if progress is not None:
                progress(done, len(pending))
        return done

    def is_stale(self) -> bool:
        """True when the published generation does not show the corpus as it stands."""
        try:
            folder = self._folder.current()
            if folder is None:
                return True
            manifest = verified(folder, recipe_for(self._embedder))
        except CorruptIndex:
            return True
        return manifest.corpus_version != self._store.version()

    def publish(self) -> IndexReport:
        """Build a generation of the corpus as it stands and make it the current one.

        Passages without a vector are left out: call :meth:`embed_pending` first.
        """
        rows: dict[tuple[str, int], int] = {}
        indexed: list[IndexedRecord] = []
        with self._folder.building() as building:
            version = self._store.version()
            TantivyIndex.build(building / LEXICAL, self._documents(rows, indexed))
            # A record that changed while we read belongs to the next generation.
            keys = [
                key
                for key in self._vectors.current_passages()
                if (key.record_id, key.revision) in rows
            ]
            table = RecordTable.of(
                indexed,
                [
                    PassageRow(rows[key.record_id, key.revision], key.start, key.end, key.kind)
                    for key in keys
                ],
            )
            table.save(building)
            vectors = self._vectors.get([key.embed_hash for key in keys], self._embedder.dimension)
            FlatIndex.of(np.ascontiguousarray(vectors)).save(building / VECTORS)
            published = self._folder.publish(
                building,
                recipe_for(self._embedder),
                corpus_version=version,
                records=len(indexed),
                passages=len(keys),
            )
        return IndexReport(len(indexed), len(keys), published.name)

    def _documents(
        self, rows: dict[tuple[str, int], int], indexed: list[IndexedRecord]
    ) -> Iterator[LexicalDocument]:
        """Every current record for the lexical index, noting its row on the way."""
        for record in self._store.iter_current():
            entry = _indexed(record)
            rows[record.id, record.revision] = len(indexed)
            indexed.append(entry)
            yield LexicalDocument(entry, analyse(f"{record.title}\n{record.text}"))


def _indexed(record: Record) -> IndexedRecord:
    return IndexedRecord(
        record_id=record.id,
        revision=record.revision,
        kind=str(record.kind),
        source=record.source,
        services=record.services,
        groups=record.groups,
        known_at=record.known_at.timestamp(),
    )
