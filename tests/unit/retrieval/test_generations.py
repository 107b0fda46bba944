"""A generation is published whole or not at all, and a damaged one is never served."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from retrieval.access import Reader, RecordFilter
from retrieval.errors import CorruptIndex
from retrieval.generations import GenerationFolder, Manifest, Recipe, verified
from retrieval.open_index import IndexReader
from retrieval.ports import Vectors
from tests.conftest import Corpus, content

RECIPE = Recipe(model_id="m", dimension=3, chunker="1", analysis="1")


def publish(folder: GenerationFolder, payload: bytes) -> Path:
    with folder.building() as building:
        (building / "data").write_bytes(payload)
        manifest = Manifest(recipe=RECIPE, corpus_version=1, records=1, passages=1)
        return folder.publish(building, manifest)


class TestPublish:
    def test_nothing_is_current_before_the_first(self, tmp_path: Path) -> None:
        assert GenerationFolder(tmp_path).current() is None

    def test_the_last_one_is_current_and_the_one_before_is_kept(self, tmp_path: Path) -> None:
        folder = GenerationFolder(tmp_path)
        published = [publish(folder, str(n).encode()) for n in range(4)]
        assert folder.current() == published[-1]
        assert [path.exists() for path in published] == [False, False, True, True]

    def test_a_failed_build_leaves_the_current_one(self, tmp_path: Path) -> None:
        folder = GenerationFolder(tmp_path)
        first = publish(folder, b"first")
        with pytest.raises(FileNotFoundError), folder.building() as building:
            (building / "missing" / "data").write_bytes(b"half")
        assert folder.current() == first
        assert not list(tmp_path.glob("building-*"))

    def test_what_a_killed_builder_left_is_swept(self, tmp_path: Path) -> None:
        (tmp_path / "building-99999").mkdir()
        publish(GenerationFolder(tmp_path), b"x")
        assert not (tmp_path / "building-99999").exists()


class TestVerified:
    def test_every_flipped_byte_is_found(self, tmp_path: Path) -> None:
        payload = bytes(range(256)) * 4
        generation = publish(GenerationFolder(tmp_path), payload)
        chance = random.Random(7)
        for _ in range(50):
            damaged = bytearray(payload)
            damaged[chance.randrange(len(payload))] ^= 1 << chance.randrange(8)
            (generation / "data").write_bytes(damaged)
            with pytest.raises(CorruptIndex, match="index rebuild"):
                verified(generation, RECIPE)
        (generation / "data").write_bytes(payload)
        assert verified(generation, RECIPE).records == 1

    def test_a_missing_file_is_found(self, tmp_path: Path) -> None:
        generation = publish(GenerationFolder(tmp_path), b"x")
        (generation / "data").unlink()
        with pytest.raises(CorruptIndex):
            verified(generation, RECIPE)

    def test_another_model_is_refused(self, tmp_path: Path) -> None:
        generation = publish(GenerationFolder(tmp_path), b"x")
        with pytest.raises(CorruptIndex, match="does not fit the settings"):
            verified(generation, RECIPE.model_copy(update={"model_id": "other"}))


def _refuse(texts: Sequence[str]) -> Vectors:
    raise AssertionError(f"{len(texts)} texts were embedded again")


class TestIndexReader:
    def test_readers_move_over_between_two_queries(self, corpus: Corpus) -> None:
        corpus.add(content("1", "disk full on fs-lds-01"))
        corpus.publish()
        before = corpus.reader.current()
        corpus.add(content("2", "printer spooler crashed"))
        corpus.publish()
        after = corpus.reader.current()
        assert (len(before.lexical), len(after.lexical)) == (1, 2)
        # The one that a running query still holds goes on answering.
        everything = RecordFilter(Reader.operator())
        assert before.lexical.search({"disk": 1}, everything, 5)

    def test_a_damaged_index_is_healed_by_a_rebuild_without_embedding(self, corpus: Corpus) -> None:
        corpus.add(content("1", "disk full on fs-lds-01"))
        corpus.publish()
        current = corpus.folder.current()
        assert current is not None
        next(current.glob("segments/*.faiss")).write_bytes(b"damaged")
        fresh = IndexReader(corpus.folder, corpus.embedder)
        with pytest.raises(CorruptIndex):
            fresh.current()
        corpus.embedder.passages = _refuse  # type: ignore[method-assign]  # a twin
        assert corpus.indexer.refresh() is not None
        assert len(fresh.current().vectors) == 1
