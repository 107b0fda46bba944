"""Connections: one engine, short read transactions, and write transactions that cannot deadlock."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from retrieval.errors import InvalidSettings

_READ_ONLY = "precedent_read_only"
_BUSY_SECONDS = 30
_PAUSE_SECONDS = 0.01


class Database:
    """The SQL database of one installation (SQLite file or PostgreSQL).

    On SQLite every writing transaction begins IMMEDIATE: a deferred one that reads
    before it writes fails with "database is locked" under concurrency whatever the
    busy timeout. The journal is WAL with synchronous=FULL, so that an approval that
    was acknowledged survives a power cut.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
            if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, ":memory:"):
                Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
            self.engine: Engine = create_engine(parsed)
        except (ArgumentError, NoSuchModuleError) as exc:
            raise InvalidSettings(
                "PRECEDENT_DATABASE_URL is not a database URL that SQLAlchemy knows. "
                "Use sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME."
            ) from exc
        # SQLite lets one write at a time, and who waits for it sleeps and looks again, up to a
        # tenth of a second each time. Threads of one process wait for each other here instead,
        # and go on at once: what took 125 ms to begin beside a busy worker takes a few.
        self._turn: AbstractContextManager[object] = nullcontext()
        if self.engine.dialect.name == "sqlite":
            _prepare_sqlite(self.engine)
            self._turn = threading.Lock()

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent snapshot to read from; nothing is ever committed through it."""
        options: dict[str, Any] = {_READ_ONLY: True}
        if self.dialect == "postgresql":
            # SQLite's read transactions are snapshots by themselves.
            options["isolation_level"] = "REPEATABLE READ"
        with self.engine.connect().execution_options(**options) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One unit of work: a clean exit commits, an error rolls everything back.

        Never one inside another: the inner one would wait for the outer one.
        """
        with self._turn, self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        # The driver's own BEGIN is deferred; ours below replaces it.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={_BUSY_SECONDS * 1000}")
        _into_wal(connection)
        for pragma in (
            "synchronous=FULL",
            "foreign_keys=ON",
            # Without it INSERT OR REPLACE would slip past the audit log's delete trigger.
            "recursive_triggers=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get(_READ_ONLY, False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _into_wal(connection: Any) -> None:
    """Switch the journal; of two processes that open a new file at once, one waits.

    SQLite does not wait by itself here: it answers "database is locked" at once, whatever the
    busy timeout.
    """
    last = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > last:
                raise
            time.sleep(_PAUSE_SECONDS)
