"""Generated corpora of any size, for speed: the words and lengths of tickets, not their sense.

Vectors are generated too, in clusters like real ones. Nothing here says anything about
quality.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import numpy as np
from sqlalchemy import Connection, insert

from retrieval.access import EVERYONE
from retrieval.batches import batched
from retrieval.chunking import CHUNKER_VERSION
from retrieval.corpus import tables
from retrieval.corpus.database import Database
from retrieval.ports import Vectors

_VOCABULARY = 60_000
_CLUSTERS = 2_000
# How far from the middle of its cluster a vector lies: neighbours have cosines like real ones.
_SPREAD = 0.8
_WORDS = 60
_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
_BATCH = 5_000
_SERVICES = [f"service {number}" for number in range(200)]


class Generator:
    """Texts by Zipf's law with host names and error codes, reproducible by number."""

    def __init__(self, dimension: int, seed: int = 1) -> None:
        self._dimension = dimension
        chance = random.Random(seed)  # noqa: S311 — texts, not secrets
        letters = "abcdefghijklmnopqrstuvwxyz"
        self._words = [
            "".join(chance.choices(letters, k=chance.randint(3, 10))) for _ in range(_VOCABULARY)
        ]
        # The rank r word has a share of 1 / r (Zipf, "Human behavior and the principle of
        # least effort", 1949).
        self._shares = list(accumulate(1 / rank for rank in range(1, _VOCABULARY + 1)))
        centres = np.random.default_rng(seed).normal(size=(_CLUSTERS, dimension))
        self._centres = centres.astype(np.float32)

    def text(self, number: int) -> str:
        """About sixty words, a host and an error code."""
        chance = random.Random(number)  # noqa: S311 — texts, not secrets
        length = max(12, int(chance.gauss(_WORDS, 20)))
        words = chance.choices(self._words, cum_weights=self._shares, k=length)
        words.insert(5, f"srv-{chance.randrange(20_000)}.corp.example")
        words.insert(9, f"ERR-{chance.randrange(5_000):05d}")
        return " ".join(words)

    def vectors(self, seed: int, count: int) -> Vectors:
        """Unit vectors around the middles of clusters."""
        chance = np.random.default_rng(seed)
        noise = chance.standard_normal((count, self._dimension), dtype=np.float32)
        rows = self._centres[chance.integers(0, _CLUSTERS, count)] + _SPREAD * noise
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    def fill(self, database: Database, model_id: str, count: int) -> None:
        """Put ``count`` records of one passage each into an empty corpus, embedded."""
        for numbers in batched(range(1, count + 1), _BATCH):
            with database.write() as connection:
                self._write(connection, model_id, numbers)
        with database.write() as connection:
            connection.execute(insert(tables.corpus_state).values(only_row=1, version=1))

    def _write(self, connection: Connection, model_id: str, numbers: list[int]) -> None:
        texts = [self.text(number) for number in numbers]
        connection.execute(insert(tables.records), list(_records(numbers)))
        connection.execute(insert(tables.revisions), list(_revisions(numbers, texts)))
        connection.execute(
            insert(tables.passages),
            [
                {
                    "record_pk": number,
                    "revision": 1,
                    "ordinal": 0,
                    "start": 0,
                    "end": len(text),
                    "kind": "other",
                    "heading": "",
                    "embed_hash": f"{number:064x}",
                }
                for number, text in zip(numbers, texts, strict=True)
            ],
        )
        rows = self.vectors(numbers[0], len(numbers)).astype("<f4")
        connection.execute(
            insert(tables.vectors),
            [
                {"embed_hash": f"{number:064x}", "model": model_id, "vector": row.tobytes()}
                for number, row in zip(numbers, rows, strict=True)
            ],
        )


def _records(numbers: list[int]) -> Iterator[dict[str, object]]:
    for number in numbers:
        yield {
            "pk": number,
            "id": f"INC{number:08d}",
            "source": "generated",
            "external_id": f"INC{number:08d}",
            "revision": 1,
            "source_digest": "",
            "groups": [EVERYONE],
            "changed_in": 1,
            "chunker": CHUNKER_VERSION,
        }


def _revisions(numbers: list[int], texts: list[str]) -> Iterator[dict[str, object]]:
    for number, text in zip(numbers, texts, strict=True):
        opened = _BEGIN + timedelta(minutes=3 * number)
        yield {
            "record_pk": number,
            "revision": 1,
            "kind": "incident",
            "title": text[:60],
            "text": text,
            "fields": {},
            "sections": [],
            "services": [_SERVICES[number % len(_SERVICES)]],
            "url": "",
            "opened_at": opened,
            "resolved_at": opened,
            "known_at": opened,
            "content_hash": "",
            "stored_at": opened,
        }
