"""Builds and publishes index generations from the corpus, by the difference where it can."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from retrieval.analysis import ANALYSIS_VERSION, analyse, line_marks
from retrieval.batches import batched
from retrieval.chunking import CHUNKER_VERSION
from retrieval.corpus.changes import Changed, ChangeLog, stacked
from retrieval.corpus.database import Database
from retrieval.corpus.rechunk import rechunk
from retrieval.corpus.store import SqlRecordStore
from retrieval.corpus.vectors import VectorStore
from retrieval.errors import CorruptIndex
from retrieval.generations import (
    GenerationFolder,
    Known,
    Manifest,
    Recipe,
    known_files,
    link_files,
    read_manifest,
    verified,
)
from retrieval.indexes.bm25 import LexicalDocument, TantivyIndex
from retrieval.indexes.flat import FaissFiles
from retrieval.ports import Embedder, HalfVectors, IndexedRecord, VectorEngine
from retrieval.record_table import PassageRow, RecordTable
from retrieval.records import Record
from retrieval.segments import (
    Segment,
    load_dead,
    save_dead,
    to_join,
)

LEXICAL = "lexical"

# Texts per unit of work while embedding: an interrupted run repeats at most these.
EMBED_CHUNK = 256
# Passages that are held in memory before they are written as a segment.
_SEGMENT_PASSAGES = 50_000

Progress = Callable[[int, int], None]
"""Called with (done, total) as work goes on."""


class IndexReport(NamedTuple):
    """What a published generation holds, and how many records were brought up to date."""

    records: int
    passages: int
    generation: str
    followed: int


def recipe_for(embedder: Embedder, engine: VectorEngine) -> Recipe:
    """What an index must have been made with to fit this embedder, engine and code."""
    return Recipe(
        model_id=embedder.model_id,
        dimension=embedder.dimension,
        chunker=CHUNKER_VERSION,
        analysis=ANALYSIS_VERSION,
        vectors=engine.name,
    )


class Indexer:
    """Embeds what is new by content hash and publishes what has changed.

    A generation is a projection of SQL: building it again needs no embedding, because
    vectors are stored beside their passages.
    """

    def __init__(
        self,
        database: Database,
        embedder: Embedder,
        folder: GenerationFolder,
        *,
        engine: VectorEngine | None = None,
        described: Mapping[str, str] | None = None,
        chunk: int = EMBED_CHUNK,
    ) -> None:
        """``described`` says in every manifest how to load the embedder again.

        ``chunk`` texts are embedded at a time, and committed with their vectors.
        """
        self._chunk = chunk
        self._engine = engine or FaissFiles()
        self._described = dict(described or {})
        self._database = database
        self._embedder = embedder
        self._folder = folder
        self._store = SqlRecordStore(database)
        self._vectors = VectorStore(database, embedder.model_id)
        self._changes = ChangeLog(database, embedder.model_id)

    def refresh(self, progress: Progress | None = None) -> IndexReport | None:
        """Embed what is new and publish what has changed; ``None`` when nothing has.

        A damaged index, or one that other code or another model made, is built anew.
        """
        version = self._embed_pending(progress)
        with self._folder.building() as building:
            base = self._base()
            if base is not None and base.manifest.corpus_version >= version:
                return None
            return self._publish(building, base, version)

    def rebuild(self, progress: Progress | None = None) -> IndexReport:
        """Embed what is new and publish everything anew."""
        version = self._embed_pending(progress)
        with self._folder.building() as building:
            return self._publish(building, None, version)

    def is_behind(self, *, thorough: bool = False) -> bool:
        """Whether the published index lacks something, or other code or another model made it.

        A thorough answer reads all its files, and is also true of a damaged one.
        """
        try:
            folder = self._folder.current()
            if folder is None:
                return self._store.version() > 0
            recipe = self._recipe()
            manifest = verified(folder, recipe) if thorough else read_manifest(folder)
        except CorruptIndex:
            return True
        return manifest.recipe != recipe or manifest.corpus_version < self._store.version()

    def _embed_pending(self, progress: Progress | None) -> int:
        """Embed every current passage that has no vector yet, the longest first.

        Each chunk is committed by itself, so an interrupted run resumes where it was. One
        process at a time: another waits, and then finds nothing left to do. Returns the
        version of the corpus up to which everything is embedded.
        """
        with self._folder.embedding():
            rechunk(self._database)
            # The version first: what is committed later may not be embedded yet, and waits.
            version = self._store.version()
            self._embed(progress)
        return version

    def _embed(self, progress: Progress | None) -> None:
        pending = self._vectors.pending()
        done = 0
        for keys in batched(pending, self._chunk):
            texts = self._vectors.texts(keys)
            rows = self._embedder.passages([item.text for item in texts])
            with self._database.write() as connection:
                self._vectors.put(connection, [item.embed_hash for item in texts], rows)
            done += len(texts)
            if progress is not None:
                progress(done, len(pending))

    def _publish(self, building: Path, base: "_Base | None", version: int) -> IndexReport:
        build = _Build(building, base, self._embedder.dimension, self._engine)
        since = -1 if base is None else base.manifest.corpus_version
        build.follow(self._changes.between(since, version))
        manifest = Manifest(
            recipe=self._recipe(),
            corpus_version=version,
            records=sum(int(np.count_nonzero(part.table.alive)) for part in build.segments),
            passages=sum(part.living for part in build.segments),
            segments=tuple(part.name for part in build.segments),
            embedder=self._described,
        )
        known = None if base is None else base.known
        published = self._folder.publish(building, manifest, known)
        self._engine.sweep(self._folder.segments())
        return IndexReport(manifest.records, manifest.passages, published.name, build.followed)

    def _recipe(self) -> Recipe:
        return recipe_for(self._embedder, self._engine)

    def _base(self) -> "_Base | None":
        """The published generation, if it is whole and fits."""
        try:
            folder = self._folder.current()
            if folder is None:
                return None
            manifest = verified(folder, self._recipe())
            return _Base(folder, manifest, known_files(folder, manifest))
        except CorruptIndex:
            return None


class _Base(NamedTuple):
    """The generation that a new one starts from."""

    folder: Path
    manifest: Manifest
    known: Known


class _Build:
    """A generation in the making: the segments of its base, and new ones after them."""

    def __init__(
        self, folder: Path, base: _Base | None, dimension: int, engine: VectorEngine
    ) -> None:
        self._folder = folder
        self._engine = engine
        self._dimension = dimension
        self._lexical = folder / LEXICAL
        self.followed = 0
        self.segments: list[Segment] = []
        if base is not None:
            link_files(base.folder, folder)
            (folder / "manifest.json").unlink()
            (folder / "dead.npz").unlink()
            self.segments = loaded_segments(base.folder, base.manifest, engine)

    def follow(self, changes: Iterator[list[Changed]]) -> None:
        """Take the changes in and write everything but the manifest."""
        gathered: list[Changed] = []
        begun = self._lexical.is_dir()
        for batch in changes:
            gathered += batch
            if sum(len(change.passages) for change in gathered) >= _SEGMENT_PASSAGES:
                self._take(gathered, begun)
                gathered, begun = [], True
        if gathered or not begun:
            self._take(gathered, begun)
        save_dead(self._folder, self.segments)

    def _take(self, changes: Sequence[Changed], begun: bool) -> None:
        self.followed += len(changes)
        documents = (
            _document(change.key, change.record) for change in changes if change.record is not None
        )
        if begun:
            TantivyIndex.update(self._lexical, (change.key for change in changes), documents)
        else:
            TantivyIndex.build(self._lexical, documents)
        keys = np.array([change.key for change in changes], dtype=np.int64)
        older = [segment.without(keys) for segment in self.segments]
        table, vectors = self._columns([change for change in changes if change.record is not None])
        stay, join = to_join(older, len(vectors))
        if join:
            table = RecordTable.joined([table, *(segment.table for segment in join)]).kept()
            vectors = np.concatenate([vectors, *(segment.living_vectors() for segment in join)])
        for segment in join:
            segment.discard(self._folder, self._engine)
        made = Segment.written(self._folder, self._engine, table, vectors)
        self.segments = [*stay, made]

    def _columns(self, changes: Sequence[Changed]) -> tuple[RecordTable, HalfVectors]:
        """The columns of changed records, and a row of vectors for each of their passages."""
        records = [_indexed(change.key, change.record) for change in changes if change.record]
        passages = [passage for change in changes for passage in change.passages]
        rows = [
            PassageRow(row, passage.start, passage.end, passage.kind)
            for row, change in enumerate(changes)
            for passage in change.passages
        ]
        return RecordTable.of(records, rows), stacked(passages, self._dimension)


def loaded_segments(
    folder: Path,
    manifest: Manifest,
    engine: VectorEngine,
    loaded: Mapping[str, Segment] | None = None,
) -> list[Segment]:
    """The segments of a verified generation, with what is no longer alive in them.

    A segment that is loaded already is not read again: a name is never used twice.
    """
    dead = load_dead(folder)
    found = []
    for name in manifest.segments:
        segment = (loaded or {}).get(name) or Segment.load(folder, name, engine)
        found.append(segment.with_dead(dead.get(name)))
    return found


def _document(key: int, record: Record) -> LexicalDocument:
    return LexicalDocument(
        _indexed(key, record),
        analyse(f"{record.title}\n{record.text}"),
        frozenset(line_marks(record.text).values()),
    )


def _indexed(key: int, record: Record) -> IndexedRecord:
    return IndexedRecord(
        key=key,
        record_id=record.id,
        revision=record.revision,
        kind=str(record.kind),
        source=record.source,
        services=record.services,
        groups=record.groups,
        known_at=record.known_at.timestamp(),
        opened_at=float("nan") if record.opened_at is None else record.opened_at.timestamp(),
    )
