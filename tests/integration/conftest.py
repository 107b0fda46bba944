"""Real databases: a SQLite file, and a PostgreSQL server that comes as a package."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.db.migrate import upgrade
from assistant.main import create_app
from retrieval.corpus.database import Database
from tests.databases import new_database
from tests.fakes.servicenow import ServiceNow
from tests.installation import filled
from tests.integration.draft_life import PEOPLE
from tests.integration.servicenow_calls import four_incidents


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'precedent.db'}"
    return new_database(request.getfixturevalue("postgres_socket"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty, migrated database of each kind."""
    opened = Database(database_url)
    upgrade(opened)
    yield opened
    opened.close()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """The API of an installation with four tickets, a runbook and three people."""
    app = filled(tmp_path, web={"embedded_worker": False}, auth={"people": PEOPLE})
    with TestClient(create_app(app), raise_server_exceptions=False) as opened:
        yield opened
    app.database.close()


@pytest.fixture
def instance() -> Iterator[ServiceNow]:
    """A ServiceNow with four incidents."""
    with four_incidents() as made:
        yield made
