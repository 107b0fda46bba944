"""A change of model or of chunker happens behind the readers' backs, and so do repairs."""

import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from assistant.services.upkeep import IndexUpkeep
from retrieval import chunking
from retrieval.access import Reader, RecordFilter
from retrieval.corpus import rechunk, writer
from retrieval.embedders.hashing import HashingEmbedder
from retrieval.indexer import Indexer
from retrieval.open_index import IndexReader
from retrieval.ports import Embedder, Vectors
from retrieval.searcher import Query, Searcher
from tests.conftest import Corpus, content

LONG = "\n".join(f"Line {n}: disk sd{n} is full and the service stopped" for n in range(60))


class OtherModel(HashingEmbedder):
    """Another model than the hashing one: its vectors mean something else."""

    def __init__(self) -> None:
        super().__init__()
        self.model_id = "other@1"
        self.asked = 0

    def query(self, text: str) -> Vectors:
        self.asked += 1
        vector: Vectors = self.passages([text])[0]
        return vector

    def passages(self, texts: Sequence[str]) -> Vectors:
        return -HashingEmbedder().passages(texts)


@pytest.fixture
def filled(corpus: Corpus) -> Corpus:
    corpus.add(*[content(str(n), f"printer {n} jammed on floor {n}") for n in range(5)])
    Indexer(
        corpus.database, corpus.embedder, corpus.folder, described={"backend": "hashing"}
    ).refresh()
    return corpus


def best(searcher: Searcher) -> str:
    hits = searcher.search(Query("printer 3 jammed", RecordFilter(Reader.operator()))).hits
    return hits[0].record.id


class TestChangeOfModel:
    def test_the_old_generation_serves_until_the_new_one_is_there(self, filled: Corpus) -> None:
        other = OtherModel()

        def recall(described: Mapping[str, str]) -> Embedder | None:
            return HashingEmbedder() if described == {"backend": "hashing"} else None

        reader = IndexReader(filled.folder, other, recall=recall)
        searcher = Searcher(reader, filled.store)
        assert (best(searcher), other.asked) == ("3", 0)
        assert reader.current().embedder.model_id == HashingEmbedder().model_id
        IndexUpkeep(Indexer(filled.database, other, filled.folder)).run_once()
        assert (best(searcher), other.asked) == ("3", 1)
        assert reader.current().embedder is other

    def test_back_to_the_model_before_embeds_nothing(self, filled: Corpus) -> None:
        Indexer(filled.database, OtherModel(), filled.folder).refresh()
        filled.embedder.passages = _refuse  # type: ignore[method-assign]  # a twin
        assert filled.indexer.refresh() is not None


class TestChunker:
    def test_a_new_chunker_cuts_stored_records_again(
        self, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        corpus.add(content("long", LONG), content("short", "modem lost carrier"))
        corpus.publish()
        before = len(corpus.reader.current().vectors)
        for module in (chunking, rechunk, writer):
            monkeypatch.setattr(module, "CHUNKER_VERSION", "next")
        monkeypatch.setattr(chunking, "PASSAGE_CHARS", 300)
        embedded: list[str] = []

        def embed(texts: Sequence[str]) -> Vectors:
            embedded.extend(texts)
            return HashingEmbedder().passages(texts)

        corpus.embedder.passages = embed  # type: ignore[method-assign]  # a twin
        assert rechunk.rechunk(corpus.database) == 2
        corpus.publish()
        after = corpus.reader.current()
        assert len(after.vectors) > before
        # The record that stays whole keeps its vector.
        assert embedded
        assert not any("modem" in text for text in embedded)
        assert rechunk.rechunk(corpus.database) == 0


class TestUpkeep:
    def test_a_damaged_index_is_made_anew(self, filled: Corpus) -> None:
        current = filled.folder.current()
        assert current is not None
        next(current.glob("segments/*.faiss")).write_bytes(b"damaged")
        upkeep = IndexUpkeep(filled.indexer)
        assert upkeep.run_once()
        assert best(Searcher(IndexReader(filled.folder, filled.embedder), filled.store)) == "3"

    def test_what_another_process_stored_is_found_within_seconds(self, tmp_path: Path) -> None:
        corpus = Corpus(tmp_path)
        corpus.add(content("1", "printer 1 jammed"))
        corpus.publish()
        stop = threading.Event()
        thread = threading.Thread(target=IndexUpkeep(corpus.indexer).run, args=(stop,))
        thread.start()
        try:
            Corpus(tmp_path).add(content("2", "modem lost carrier"))
            until = time.monotonic() + 5
            while len(corpus.reader.current().lexical) < 2 and time.monotonic() < until:
                time.sleep(0.05)
            assert len(corpus.reader.current().lexical) == 2
        finally:
            stop.set()
            thread.join()

    def test_an_empty_corpus_is_left_alone(self, corpus: Corpus) -> None:
        assert IndexUpkeep(corpus.indexer).run_once()
        assert corpus.folder.current() is None

    def test_a_failure_ends_neither_the_thread_nor_the_answers(self, filled: Corpus) -> None:
        upkeep = IndexUpkeep(Indexer(filled.database, _Broken(), filled.folder))
        assert not upkeep.run_once()
        assert best(Searcher(filled.reader, filled.store)) == "3"


class _Broken(HashingEmbedder):
    def __init__(self) -> None:
        super().__init__()
        self.model_id = "broken@1"

    def passages(self, texts: Sequence[str]) -> Vectors:
        raise OSError("the model is away")


def _refuse(texts: Sequence[str]) -> Vectors:
    raise AssertionError(f"{len(texts)} texts were embedded again")
