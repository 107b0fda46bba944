"""An index that is killed, damaged or changed under its readers never answers wrongly."""

import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from retrieval.access import Reader, RecordFilter
from retrieval.errors import CorruptIndex
from retrieval.generations import verified
from retrieval.indexer import recipe_for
from retrieval.indexes.flat import FaissFiles
from retrieval.open_index import IndexReader, OpenIndex
from tests.conftest import PROJECT, Corpus, content

KILLS = 500
DAMAGES = 1_000
EVERYTHING = RecordFilter(Reader.operator())


class TestKills:
    def test_a_killed_publisher_leaves_the_old_generation_or_the_new_one(
        self, tmp_path: Path
    ) -> None:
        ended = subprocess.run(
            [sys.executable, "-m", "tests.integration.publisher", str(tmp_path), str(KILLS)],
            capture_output=True,
            text=True,
            check=False,
            cwd=PROJECT,
        )
        assert ended.returncode == 0, ended.stderr
        kills, wrong, halves = ended.stdout.split()
        assert (int(kills), int(wrong)) == (KILLS, 0), ended.stderr
        # Most kills fell into a publication, else nothing was tested.
        assert int(halves) > KILLS / 4


class TestDamage:
    def test_every_flipped_bit_and_every_truncation_is_found(self, corpus: Corpus) -> None:
        corpus.add(*[content(str(n), f"disk {n} full on fs-{n}") for n in range(50)])
        corpus.publish()
        generation = corpus.folder.current()
        assert generation is not None
        recipe = recipe_for(corpus.embedder, FaissFiles())
        files = [generation / name for name in verified(generation, recipe).sha256]
        chance = random.Random(11)
        for number in range(DAMAGES):
            path = chance.choice([file for file in files if file.stat().st_size])
            whole = path.read_bytes()
            place = chance.randrange(len(whole))
            flipped = bytes([whole[place] ^ 1 << chance.randrange(8)])
            damaged = whole[:place] if number % 4 == 0 else whole[:place] + flipped
            path.write_bytes(damaged if number % 4 == 0 else damaged + whole[place + 1 :])
            with pytest.raises(CorruptIndex, match="index rebuild"):
                verified(generation, recipe)
            path.write_bytes(whole)
        assert verified(generation, recipe).records == 50


class TestFollowing:
    def test_a_reader_shows_adds_changes_and_removals_of_another_process(
        self, tmp_path: Path
    ) -> None:
        corpus = Corpus(tmp_path)
        corpus.add(*[content(str(n), f"printer {n} jammed") for n in range(300)])
        corpus.publish()
        reader = IndexReader(corpus.folder, corpus.embedder)
        before = reader.current()
        other = Corpus(tmp_path)
        other.add(content("7", "scanner seven is offline"), content("new", "modem lost carrier"))
        other.remove("tickets", "8")
        began = time.monotonic()
        other.indexer.refresh()
        after = reader.current()
        assert time.monotonic() - began < 5
        assert int(np.count_nonzero(after.table.alive)) == 300
        names = {corpus.store.keys([name])[0]: name for name in ("7", "8", "new")}

        def found(term: str) -> set[str | None]:
            hits = after.lexical.search({term: 1.0}, EVERYTHING, 400)
            return {names.get(hit.key) for hit in hits}

        assert found("scanner") == {"7"}
        assert found("modem") == {"new"}
        assert found("printer").isdisjoint({"7", "8"})
        # What did not change is the same file and the same memory.
        assert set(before.segments) & set(after.segments)
        assert len(before.lexical) == 300

    def test_many_small_changes_leave_few_segments_and_the_same_answers(
        self, corpus: Corpus
    ) -> None:
        for number in range(64):
            corpus.add(content(str(number), f"router r{number} rebooted"))
            corpus.publish()
        index = corpus.reader.current()
        assert len(index.segments) <= 7
        assert sorted(index.table.key[index.table.alive]) == sorted(
            corpus.store.keys([str(number) for number in range(64)])
        )
        corpus.indexer.rebuild()
        again = corpus.reader.current()
        vector = corpus.embedder.query("router r7 rebooted")

        def keys(opened: OpenIndex) -> list[int]:
            owners = opened.table.passage_record
            hits = opened.vectors.search(vector, 64, opened.table.alive[owners])
            return [int(opened.table.key[owners[hit.key]]) for hit in hits]

        assert sorted(keys(index)) == sorted(keys(again))
        assert keys(index)[0] == keys(again)[0]

    def test_what_is_mostly_dead_is_dropped(self, corpus: Corpus) -> None:
        corpus.add(*[content(str(n), f"switch s{n} is down") for n in range(100)])
        corpus.publish()
        corpus.remove("tickets", *map(str, range(80)))
        corpus.publish()
        index = corpus.reader.current()
        assert len(index.vectors) == len(index.table) == 20
