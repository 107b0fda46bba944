"""Publishes generations and is killed while it does; run by ``test_index_life``.

``python -m tests.integration.publisher FOLDER KILLS`` forks a child that changes records and
publishes without end, kills it after a random moment, and checks what readers then see.
Prints the number of kills, of wrong answers and of generations left half built.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np

from retrieval.access import Reader, RecordFilter
from retrieval.errors import CorruptIndex
from retrieval.open_index import IndexReader
from tests.conftest import Corpus, content

RECORDS = 40
EVERYTHING = RecordFilter(Reader.operator())


def text(number: int, state: int) -> str:
    """A text that no other record and no other state of this record has."""
    return f"Host srv{number}x{state}y stopped answering, ticket {number}, state {state}."


def publish_for_ever(folder: Path, seed: int) -> None:
    """The child: changes a few records and publishes, again and again."""
    corpus = Corpus(folder)
    chance = random.Random(seed)
    while True:
        state = time.time_ns()
        some = chance.sample(range(RECORDS), 3)
        corpus.add(*[content(str(n), text(n, state), title=f"t{n}") for n in some])
        corpus.indexer.refresh()


def wrong_answers(folder: Path) -> int:
    """How many records of the published index are not one whole state of themselves."""
    corpus = Corpus(folder)
    index = IndexReader(corpus.folder, corpus.embedder).current()
    names = corpus.names
    wrong = abs(int(np.count_nonzero(index.table.alive)) - RECORDS)
    for row in np.flatnonzero(index.table.alive):
        key, revision = int(index.table.key[row]), int(index.table.revision[row])
        record = corpus.store.get(names[key], revision)
        assert record is not None
        token = record.text.split()[1].lower()
        found = [hit.key for hit in index.lexical.search({token: 1.0}, EVERYTHING, 5)]
        passage = np.flatnonzero(index.table.passage_record == row)
        vector = corpus.embedder.query(f"{record.title}\n{record.text}")
        score = index.vectors.scores(vector, passage)
        wrong += found != [key] or len(passage) != 1 or float(score[0]) < 0.999
    corpus.database.close()
    return wrong


def main(folder: Path, kills: int) -> None:
    """Kill a publisher ``kills`` times."""
    corpus = Corpus(folder)
    corpus.add(*[content(str(n), text(n, 0), title=f"t{n}") for n in range(RECORDS)])
    corpus.indexer.refresh()
    corpus.database.close()
    chance = random.Random(7)
    wrong = halves = 0
    for number in range(kills):
        child = os.fork()
        if child == 0:
            try:
                publish_for_ever(folder, number)
            finally:
                os._exit(1)
        time.sleep(chance.uniform(0.005, 0.07))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        halves += any((folder / "index").glob("building-*"))
        try:
            wrong += wrong_answers(folder)
        except CorruptIndex as exc:
            sys.stderr.write(f"{exc}\n")
            wrong += 1
    sys.stdout.write(f"{kills} {wrong} {halves}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
