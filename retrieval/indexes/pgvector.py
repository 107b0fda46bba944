"""Vectors in PostgreSQL with pgvector: a table a segment, a graph over the large ones."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from retrieval.corpus.database import Database
from retrieval.errors import CorruptIndex, InvalidSettings
from retrieval.ports import HalfVectors, Scored, VectorIndex, Vectors

# Below it comparing every vector is quicker than walking a graph, and exact.
_GRAPH_FROM = 20_000
# A filter that admits fewer is answered exactly: a graph walk would mostly meet refused rows.
_EXACT_UP_TO = 20_000
# How many rows a graph walk may look at before it gives up.
_MOST_SCANNED = 200_000
# The width of a walk: recall@10 of .99 at the sizes that segments have.
_WIDTH = 200

# COPY's binary form: https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS
_COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_TAIL = b"\xff\xff"


class PgVectorEngine:
    """Segments as tables of half-precision vectors in a PostgreSQL database.

    ``owner`` tells the tables of this installation's index from those of others that share
    the database. Needs the extension ``vector``, 0.8 or newer, which it creates if it may.
    """

    name = "pgvector"

    def __init__(self, database: Database, owner: str) -> None:
        if database.dialect != "postgresql":
            raise InvalidSettings(
                "PRECEDENT_VECTORS__ENGINE is 'pgvector', which needs PostgreSQL: set "
                "PRECEDENT_DATABASE_URL to postgresql+psycopg://USER@HOST/NAME."
            )
        if not re.fullmatch(r"[0-9a-z]{1,12}", owner):
            raise InvalidSettings(f"{owner!r} cannot be part of a table's name.")
        self._database = database
        self._prefix = f"vectors_{owner}_"

    def write(self, generation: Path, name: str, vectors: HalfVectors) -> VectorIndex:
        """See ``VectorEngine.write``."""
        table = self._table(name)
        with self._database.write() as connection:
            _ensure_extension(connection)
            # A name comes from our own generator and is checked: it cannot carry SQL.
            connection.execute(
                text(
                    f"CREATE TABLE {table} "
                    f"(row integer PRIMARY KEY, vector halfvec({vectors.shape[1]}) NOT NULL)"
                )
            )
            _copy_in(connection, table, vectors)
            if len(vectors) >= _GRAPH_FROM:
                connection.execute(
                    text(f"CREATE INDEX ON {table} USING hnsw (vector halfvec_ip_ops)")
                )
        return PgVectorIndex(self._database, table, len(vectors), vectors.shape[1])

    def open(self, generation: Path, name: str, rows: int) -> VectorIndex:
        """See ``VectorEngine.open``."""
        table = self._table(name)
        try:
            with self._database.read() as connection:
                found = connection.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 — a name of ours, see _table
                dimension = connection.scalar(
                    text(
                        "SELECT atttypmod FROM pg_attribute "
                        "WHERE attrelid = CAST(:table AS regclass) AND attname = 'vector'"
                    ),
                    {"table": table},
                )
        except ProgrammingError as exc:
            raise CorruptIndex(
                f"The table {table} is missing. Run 'precedent index rebuild'."
            ) from exc
        if found != rows:
            raise CorruptIndex(
                f"The table {table} has {found} vectors for {rows} passages. "
                "Run 'precedent index rebuild'."
            )
        return PgVectorIndex(self._database, table, rows, int(dimension or 0))

    def discard(self, generation: Path, name: str) -> None:
        """See ``VectorEngine.discard``: its table is swept when no generation names it."""

    def sweep(self, kept: Collection[str]) -> None:
        """See ``VectorEngine.sweep``."""
        needed = {self._table(name) for name in kept}
        with self._database.write() as connection:
            ours = connection.scalars(
                text("SELECT tablename FROM pg_tables WHERE starts_with(tablename, :prefix)"),
                {"prefix": self._prefix},
            )
            for table in set(ours) - needed:
                connection.execute(text(f"DROP TABLE {table}"))

    def _table(self, name: str) -> str:
        if not re.fullmatch(r"[0-9a-f]{32}", name):
            raise CorruptIndex(f"{name!r} is not the name of a segment.")
        return self._prefix + name


class PgVectorIndex:
    """One segment's table.

    Small ones, and those of which a filter admits little, are compared row by row. Others
    are walked by their graph, which goes on until enough admitted rows are found
    (``hnsw.iterative_scan``): a plain walk loses nearly all of them under a narrow filter.
    """

    def __init__(self, database: Database, table: str, rows: int, dimension: int) -> None:
        self._database = database
        self._table = table
        self._rows = rows
        self._dimension = dimension

    def search(self, vector: Vectors, k: int, allowed: NDArray[np.bool_] | None) -> list[Scored]:
        """See ``VectorIndex.search``."""
        admitted = self._rows if allowed is None else int(np.count_nonzero(allowed))
        wanted = min(k, admitted)
        if wanted < 1:
            return []
        parameters: dict[str, Any] = {"vector": _literal(vector), "k": wanted}
        condition = ""
        if allowed is not None and admitted < self._rows:
            # The mask travels whole, a bit a row: 32 kB for the largest segment.
            parameters["mask"] = np.packbits(allowed, bitorder="little").tobytes()
            condition = "WHERE get_bit(CAST(:mask AS bytea), CAST(row AS bigint)) = 1"
        query = text(
            f"SELECT row, -(vector <#> CAST(:vector AS halfvec)) AS score FROM {self._table} "  # noqa: S608 — a name of ours, see _table
            f"{condition} ORDER BY vector <#> CAST(:vector AS halfvec) LIMIT :k"
        )
        with self._database.read() as connection:
            _prepare(connection, exact=admitted <= _EXACT_UP_TO, width=wanted)
            found = [Scored(row.row, row.score) for row in connection.execute(query, parameters)]
            if len(found) < wanted:
                # The walk gave up before it had met enough admitted rows.
                _prepare(connection, exact=True, width=wanted)
                again = connection.execute(query, parameters)
                found = [Scored(row.row, row.score) for row in again]
        return found

    def scores(self, vector: Vectors, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """See ``VectorIndex.scores``."""
        query = text(
            f"SELECT row, -(vector <#> CAST(:vector AS halfvec)) AS score FROM {self._table} "  # noqa: S608 — a name of ours, see _table
            "WHERE row = ANY(:rows)"
        )
        wanted = rows.tolist()
        with self._database.read() as connection:
            answer = connection.execute(query, {"vector": _literal(vector), "rows": wanted})
            found = {row.row: row.score for row in answer}
        return np.array([found[row] for row in wanted], dtype=np.float32)

    def half(self) -> HalfVectors:
        """See ``VectorIndex.half``."""
        query = (
            f"COPY (SELECT row, vector FROM {self._table} ORDER BY row) TO STDOUT (FORMAT BINARY)"  # noqa: S608 — a name of ours, see _table
        )
        with (
            self._database.read() as connection,
            _cursor(connection) as cursor,
            cursor.copy(query) as copy,
        ):
            stream = b"".join(bytes(part) for part in copy)
        body = stream[len(_COPY_HEAD) : -len(_COPY_TAIL)]
        return np.frombuffer(body, dtype=_layout(self._dimension))["vector"].astype(np.float16)

    def __len__(self) -> int:
        """See ``VectorIndex``."""
        return self._rows


def _ensure_extension(connection: Connection) -> None:
    here = text("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
    if connection.scalar(here) is None:
        # Two that begin at once would fail on each other.
        connection.execute(text("SELECT pg_advisory_xact_lock(7390211)"))
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))


def _prepare(connection: Connection, *, exact: bool, width: int) -> None:
    """Settings of this transaction: whether to walk the graph, and how widely."""
    settings = {
        "enable_indexscan": "off" if exact else "on",
        "hnsw.ef_search": str(min(max(_WIDTH, width), 1_000)),
        "hnsw.iterative_scan": "strict_order",
        "hnsw.max_scan_tuples": str(_MOST_SCANNED),
    }
    for name, value in settings.items():
        query = text("SELECT set_config(:name, :value, true)")
        connection.execute(query, {"name": name, "value": value})


def _copy_in(connection: Connection, table: str, vectors: HalfVectors) -> None:
    """Write the rows as one binary stream: no number is ever made into text and back."""
    rows = np.zeros(len(vectors), dtype=_layout(vectors.shape[1]))
    rows["fields"], rows["row_bytes"], rows["row"] = 2, 4, np.arange(len(vectors))
    rows["vector_bytes"] = 4 + 2 * vectors.shape[1]
    rows["dimension"], rows["vector"] = vectors.shape[1], vectors
    query = f"COPY {table} (row, vector) FROM STDIN (FORMAT BINARY)"
    with _cursor(connection) as cursor, cursor.copy(query) as copy:
        copy.write(_COPY_HEAD + rows.tobytes() + _COPY_TAIL)


def _layout(dimension: int) -> np.dtype[Any]:
    """One row of the stream: numbers of fields and bytes, and big-endian values."""
    return np.dtype(
        [
            ("fields", ">i2"),
            ("row_bytes", ">i4"),
            ("row", ">i4"),
            ("vector_bytes", ">i4"),
            ("dimension", ">i2"),
            ("unused", ">i2"),
            ("vector", ">f2", (dimension,)),
        ]
    )


def _cursor(connection: Connection) -> Any:
    driver: Any = connection.connection.driver_connection
    return driver.cursor()


def _literal(vector: Vectors) -> str:
    return "[" + ",".join(f"{component:.6g}" for component in vector.tolist()) + "]"
