"""Every engine that keeps vectors gives the same answers as comparing them one by one."""

import uuid
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from retrieval.access import Reader, RecordFilter
from retrieval.corpus.database import Database
from retrieval.embedders.hashing import HashingEmbedder
from retrieval.errors import CorruptIndex, InvalidSettings, ServiceUnavailable
from retrieval.indexer import Indexer
from retrieval.indexes import ENGINES, EngineChoice, pgvector, vector_engine
from retrieval.open_index import IndexReader
from retrieval.ports import HalfVectors, VectorEngine, VectorIndex
from retrieval.searcher import Query, Searcher
from tests.conftest import Corpus, content

ROWS, DIMENSION = 3_000, 48


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> VectorEngine:
    database = Database(f"sqlite:///{tmp_path / 'unused.db'}")
    if request.param == "pgvector":
        database = request.getfixturevalue("postgres")
    choice = EngineChoice(request.param, url=f"path:{tmp_path / 'qdrant'}", owner="test")
    return vector_engine(choice, database)


@pytest.fixture(scope="module")
def vectors() -> HalfVectors:
    chance = np.random.default_rng(5)
    middles = chance.normal(size=(40, DIMENSION))
    rows = middles[chance.integers(40, size=ROWS)] + 0.6 * chance.normal(size=(ROWS, DIMENSION))
    unit: HalfVectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)
    return unit


@pytest.fixture
def generation(tmp_path: Path) -> Path:
    (tmp_path / "gen" / "segments").mkdir(parents=True)
    return tmp_path / "gen"


def name() -> str:
    return uuid.uuid4().hex


def nearest(vectors: HalfVectors, query: int, k: int, allowed: np.ndarray | None) -> list[int]:
    scores = vectors.astype(np.float32) @ vectors[query].astype(np.float32)
    scores = scores if allowed is None else np.where(allowed, scores, -np.inf)
    best: list[int] = np.argsort(-scores, kind="stable")[:k].tolist()
    return best


def found(
    index: VectorIndex, vectors: HalfVectors, query: int, allowed: np.ndarray | None
) -> set[int]:
    hits = index.search(vectors[query].astype(np.float32), 10, allowed)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert allowed is None or all(allowed[hit.key] for hit in hits)
    return {hit.key for hit in hits}


class TestEngines:
    def test_the_nearest_rows_at_any_selectivity(
        self, engine: VectorEngine, generation: Path, vectors: HalfVectors
    ) -> None:
        index = engine.write(generation, name(), vectors)
        chance = np.random.default_rng(6)
        for share in (None, 0.001, 0.01, 0.1, 0.9):
            allowed = None if share is None else chance.random(ROWS) < share
            same = total = 0
            for query in range(0, ROWS, 150):
                wanted = nearest(vectors, query, 10, allowed)
                admitted = ROWS if allowed is None else int(allowed.sum())
                got = found(index, vectors, query, allowed)
                assert len(got) == min(10, admitted)
                same += len(got & set(wanted[:admitted]))
                total += min(10, admitted)
            assert same >= 0.98 * total

    def test_scores_of_given_rows_in_their_order(
        self, engine: VectorEngine, generation: Path, vectors: HalfVectors
    ) -> None:
        index = engine.write(generation, name(), vectors)
        rows = np.array([5, 2_999, 0, 17])
        query = vectors[17].astype(np.float32)
        expected = vectors[rows].astype(np.float32) @ query
        assert np.allclose(index.scores(query, rows), expected, atol=2e-3)
        assert index.scores(query, np.empty(0, dtype=np.intp)).shape == (0,)

    def test_what_was_written_is_read_back_exactly(
        self, engine: VectorEngine, generation: Path, vectors: HalfVectors
    ) -> None:
        segment = name()
        engine.write(generation, segment, vectors)
        again = engine.open(generation, segment, ROWS)
        assert len(again) == ROWS
        assert np.array_equal(again.half(), vectors)

    def test_a_segment_without_rows(self, engine: VectorEngine, generation: Path) -> None:
        index = engine.write(generation, name(), np.empty((0, DIMENSION), dtype=np.float16))
        assert index.search(np.ones(DIMENSION, dtype=np.float32), 5, None) == []
        assert index.half().shape == (0, DIMENSION)

    def test_a_segment_that_is_not_whole_is_refused(
        self, engine: VectorEngine, generation: Path, vectors: HalfVectors
    ) -> None:
        segment = name()
        engine.write(generation, segment, vectors[:50])
        with pytest.raises(CorruptIndex, match="index rebuild"):
            engine.open(generation, segment, 51)
        with pytest.raises(CorruptIndex, match="index rebuild"):
            engine.open(generation, name(), 50)

    def test_what_no_generation_names_is_swept(
        self, engine: VectorEngine, generation: Path, vectors: HalfVectors
    ) -> None:
        kept, gone = name(), name()
        for segment in (kept, gone):
            engine.write(generation, segment, vectors[:20])
        engine.discard(generation, gone)
        engine.sweep({kept})
        assert len(engine.open(generation, kept, 20)) == 20
        with pytest.raises(CorruptIndex):
            engine.open(generation, gone, 20)


class TestWholeIndex:
    def test_changes_removals_and_searches_over_every_engine(
        self, engine: VectorEngine, corpus: Corpus
    ) -> None:
        indexer = Indexer(corpus.database, corpus.embedder, corpus.folder, engine=engine)
        for batch in range(6):
            corpus.add(
                *[content(f"{batch}-{n}", f"router r{batch}{n} rebooted") for n in range(20)]
            )
            indexer.refresh()
        corpus.remove("tickets", "0-1")
        corpus.add(content("0-2", "scanner is offline"))
        indexer.refresh()
        reader = IndexReader(corpus.folder, HashingEmbedder(), engine)
        searcher = Searcher(reader, corpus.store)

        def first(words: str) -> str:
            hits = searcher.search(Query(words, RecordFilter(Reader.operator()))).hits
            return hits[0].record.id

        assert first("router r33 rebooted") == "3-3"
        assert first("scanner is offline") == "0-2"
        index = reader.current()
        assert len(index.table.key[index.table.alive]) == 119
        assert len(index.segments) < 6


class TestPgVector:
    def test_a_large_segment_is_walked_by_its_graph_and_loses_little(
        self,
        postgres: Database,
        generation: Path,
        vectors: HalfVectors,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        for limit in ("_GRAPH_FROM", "_EXACT_UP_TO"):
            monkeypatch.setattr(pgvector, limit, 100)
        engine = vector_engine(EngineChoice("pgvector", owner="graph"), postgres)
        index = engine.write(generation, name(), vectors)
        with postgres.read() as connection:
            methods = connection.scalars(
                text("SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'vectors_graph_%'")
            )
            assert any("hnsw" in method for method in methods)
        for share in (1.0, 0.5, 0.05):
            allowed = np.random.default_rng(7).random(ROWS) < share
            queries = range(0, ROWS, 100)
            right = [
                found(index, vectors, q, allowed) & set(nearest(vectors, q, 10, allowed))
                for q in queries
            ]
            assert sum(map(len, right)) >= 0.97 * 10 * len(right)

    def test_installations_on_one_server_leave_each_other_alone(
        self, postgres: Database, generation: Path, vectors: HalfVectors
    ) -> None:
        one, two = (vector_engine(EngineChoice("pgvector", owner=o), postgres) for o in ("a", "b"))
        segment = name()
        one.write(generation, segment, vectors[:5])
        two.sweep(set())
        assert len(one.open(generation, segment, 5)) == 5

    def test_sqlite_is_told_what_is_missing(self, tmp_path: Path) -> None:
        database = Database(f"sqlite:///{tmp_path / 'x.db'}")
        with pytest.raises(InvalidSettings, match="PRECEDENT_DATABASE_URL"):
            vector_engine(EngineChoice("pgvector"), database)

    def test_a_name_cannot_carry_sql(self, postgres: Database, generation: Path) -> None:
        with pytest.raises(InvalidSettings):
            vector_engine(EngineChoice("pgvector", owner="x; DROP"), postgres)
        engine = vector_engine(EngineChoice("pgvector"), postgres)
        with pytest.raises(CorruptIndex):
            engine.open(generation, "x; DROP TABLE records", 1)


class TestCatalogue:
    def test_an_unknown_engine_lists_the_known(self, tmp_path: Path) -> None:
        database = Database(f"sqlite:///{tmp_path / 'x.db'}")
        with pytest.raises(InvalidSettings, match="faiss, pgvector, qdrant"):
            vector_engine(EngineChoice("nope"), database)

    def test_a_server_that_is_away_is_named_with_its_setting(
        self, tmp_path: Path, generation: Path, vectors: HalfVectors
    ) -> None:
        database = Database(f"sqlite:///{tmp_path / 'x.db'}")
        engine = vector_engine(EngineChoice("qdrant", url="http://127.0.0.1:9"), database)
        with pytest.raises(ServiceUnavailable, match="PRECEDENT_VECTORS__URL"):
            engine.write(generation, name(), vectors[:2])
