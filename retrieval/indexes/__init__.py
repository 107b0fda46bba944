"""Adapters of search engines, one a file, and the catalogue of those that keep vectors.

To add one: write its file here, implement ``retrieval.ports.VectorEngine`` and
``VectorIndex``, add a line to ``ENGINES``. ``tests/contract/test_vector_engines.py`` runs
over every entry.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from retrieval.corpus.database import Database
from retrieval.errors import InvalidSettings
from retrieval.indexes.flat import FaissFiles
from retrieval.indexes.pgvector import PgVectorEngine
from retrieval.indexes.qdrant import QdrantEngine
from retrieval.ports import VectorEngine


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """Which engine keeps the vectors; ``owner`` is this installation's mark on a server."""

    engine: str = "faiss"
    url: str = ""
    api_key: str = field(default="", repr=False)
    owner: str = "main"


ENGINES: dict[str, Callable[[EngineChoice, Database], VectorEngine]] = {
    "faiss": lambda _choice, _database: FaissFiles(),
    "pgvector": lambda choice, database: PgVectorEngine(database, choice.owner),
    "qdrant": lambda choice, _database: QdrantEngine(choice.url, choice.owner, choice.api_key),
}


def vector_engine(choice: EngineChoice, database: Database) -> VectorEngine:
    """The chosen engine; raises ``InvalidSettings`` for an unknown one."""
    if choice.engine not in ENGINES:
        raise InvalidSettings(
            f"PRECEDENT_VECTORS__ENGINE is {choice.engine!r}; choose one of {', '.join(ENGINES)}."
        )
    return ENGINES[choice.engine](choice, database)
