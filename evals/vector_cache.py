"""Vectors kept between evaluations, so that the same corpus is embedded once."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import platformdirs
from sqlalchemy import select

from retrieval.chunking import embed_hash
from retrieval.corpus.database import Database
from retrieval.corpus.tables import vectors
from retrieval.corpus.vectors import VectorStore
from retrieval.indexer import Progress
from retrieval.ports import Embedder, Vectors

# Below SQLite's limit of bound parameters.
_KEYS_AT_ONCE = 5_000
# Some ten seconds of work: what an interruption loses.
_EMBEDDED_AT_ONCE = 512


def default_cache_file() -> Path:
    """Where the cache lies: in the user's cache folder, to be deleted at will."""
    return Path(platformdirs.user_cache_dir("precedent")) / "eval-vectors.sqlite"


class VectorCache:
    """A SQLite file of vectors by content hash and model.

    A vector depends on nothing but the embedded text and the model, and both are its key:
    a stored one is never out of date. Raises ``OSError`` or SQLAlchemy's ``DatabaseError``
    when the file cannot be used.
    """

    def __init__(self, file: Path, embedder: Embedder) -> None:
        self._database = Database(f"sqlite:///{file}")
        vectors.create(self._database.engine, checkfirst=True)
        self._embedder = embedder

    def lend(self, corpus: Database) -> int:
        """Copy what the corpus still lacks and the cache has; returns how many vectors."""
        wanted = self._of(corpus).pending()
        return sum(self._copy(self._known(part), self._database, corpus) for part in _parts(wanted))

    def learn(self, corpus: Database) -> int:
        """Copy what the corpus has and the cache lacks; returns how many vectors."""
        held = sorted(self._of(corpus).held())
        new = 0
        for part in _parts(held):
            known = set(self._known(part))
            lacking = [key for key in part if key not in known]
            new += self._copy(lacking, corpus, self._database)
        return new

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Vectors of any texts: those that are not known yet are embedded and kept."""
        keys = [embed_hash(text) for text in texts]
        known = {key for part in _parts(sorted(set(keys))) for key in self._known(part)}
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        done = 0
        for part in _parts(list(new), _EMBEDDED_AT_ONCE):
            rows = self._embedder.passages([new[key] for key in part])
            with self._database.write() as connection:
                self._of(self._database).put(connection, part, rows)
            done += len(part)
            if progress is not None:
                progress(done, len(new))
        return self._of(self._database).get(keys, self._embedder.dimension)

    def close(self) -> None:
        """Give the file back."""
        self._database.close()

    def _of(self, database: Database) -> VectorStore:
        return VectorStore(database, self._embedder.model_id)

    def _known(self, keys: Sequence[str]) -> list[str]:
        query = select(vectors.c.embed_hash).where(
            vectors.c.model == self._embedder.model_id, vectors.c.embed_hash.in_(keys)
        )
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def _copy(self, keys: Sequence[str], source: Database, target: Database) -> int:
        rows = self._of(source).get(keys, self._embedder.dimension)
        with target.write() as connection:
            self._of(target).put(connection, keys, rows)
        return len(keys)


def _parts(keys: Sequence[str], size: int = _KEYS_AT_ONCE) -> Iterator[Sequence[str]]:
    for begin in range(0, len(keys), size):
        yield keys[begin : begin + size]
