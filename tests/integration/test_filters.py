"""Filters are applied before scoring: checked against brute force at every selectivity."""

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from retrieval.access import Reader, RecordFilter
from retrieval.candidates import Query, gather
from retrieval.explain import profile
from retrieval.indexes.bm25 import TantivyIndex
from retrieval.open_index import OpenIndex
from retrieval.ports import Vectors
from retrieval.records import Record
from tests.conftest import Corpus, content

RECORDS = 2_000
QUERIES = 10_000
# Group g-N holds one record in N, and as_of cuts off a share by itself.
ONE_IN = (1, 2, 10, 50, 200, 1_000)
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
WORDS = "disk vpn printer certificate timeout gateway login mail dns proxy ldap queue".split()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    corpus = Corpus(tmp_path_factory.mktemp("filters"))
    chance = random.Random(3)
    corpus.add(
        *[
            content(
                str(n),
                f"{' '.join(chance.choices(WORDS, k=6))} on host-{chance.randrange(300)}",
                groups=frozenset(f"g-{share}" for share in ONE_IN if n % share == 0),
                known_at=BEGIN + timedelta(hours=n),
            )
            for n in range(RECORDS)
        ]
    )
    corpus.publish()
    # Some of the rows are dead, as in any index that has lived.
    corpus.remove("tickets", *map(str, range(5, RECORDS, 97)))
    corpus.publish()
    return corpus


def asked(number: int) -> tuple[str, RecordFilter]:
    chance = random.Random(number)
    text = f"{' '.join(chance.choices(WORDS, k=4))} host-{chance.randrange(300)}"
    groups = frozenset(f"g-{share}" for share in chance.sample(ONE_IN, chance.choice([1, 1, 2])))
    as_of = BEGIN + timedelta(hours=chance.randrange(RECORDS)) if chance.random() < 0.5 else None
    return text, RecordFilter(Reader("r", groups), as_of=as_of)


def closest(index: OpenIndex, matrix: Vectors, vector: Vectors, allowed: set[int]) -> set[int]:
    """The ten best allowed records by brute force over the stored vectors."""
    rows = np.flatnonzero(np.isin(index.table.key, list(allowed)))
    order = rows[np.argsort(-(matrix[rows] @ vector), kind="stable")[:10]]
    return {int(index.table.key[row]) for row in order}


def test_ten_thousand_filtered_queries_agree_with_brute_force(many: Corpus) -> None:
    index = many.reader.current()
    records: dict[int, Record] = {many.store.keys([r.id])[0]: r for r in many.store.iter_current()}
    texts = {key: many.embedder.query(f"{r.title}\n{r.text}") for key, r in records.items()}
    matrix = np.stack(
        [texts.get(int(key), np.zeros(256, dtype=np.float32)) for key in index.table.key]
    )
    forbidden = differing = 0
    recalls = []
    for number in range(QUERIES):
        text, chosen = asked(number)
        allowed = {key for key, record in records.items() if chosen.admits(record)}
        rows = index.table.allowed_records(chosen, ())
        differing += set(index.table.key[rows].tolist()) != allowed
        vector = many.embedder.query(text)
        best = closest(index, matrix, vector, allowed)
        hits = index.vectors.search(vector, 10, rows[index.table.passage_record])
        found = {int(index.table.key[index.table.passage_record[hit.key]]) for hit in hits}
        worded = {hit.key for hit in index.lexical.search({"disk": 1.0, "dns": 1.0}, chosen, 50)}
        forbidden += len(found - allowed) + len(worded - allowed)
        # Equal scores may be cut off anywhere: count what is as good as the tenth.
        scores = {key: float(texts[key] @ vector) for key in best | found}
        last = min((scores[key] for key in best), default=0.0)
        good = sum(scores[key] >= last - 1e-3 for key in found)
        recalls.append(good / len(best) if best else 1.0)
    assert forbidden == 0
    assert differing == 0
    assert float(np.mean(recalls)) >= 0.98


def test_all_legs_together_propose_nothing_that_is_forbidden(many: Corpus) -> None:
    index = many.reader.current()
    assert isinstance(index.lexical, TantivyIndex)
    records = {many.store.keys([r.id])[0]: r for r in many.store.iter_current()}
    for number in range(300):
        text, chosen = asked(number)
        frequency = index.lexical.document_frequency
        known = profile(text, frozenset(), frequency, len(index.lexical), 200)
        query = Query(text, chosen, at=BEGIN)
        candidates = gather(query, known, many.embedder.query(text), (), index)
        for key in index.table.key[candidates.rows].tolist():
            assert chosen.admits(records[key])
