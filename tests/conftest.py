"""Fixtures that several rooms' tests share."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.access import EVERYONE
from retrieval.corpus.database import Database
from retrieval.corpus.store import SqlRecordStore
from retrieval.corpus.tables import metadata
from retrieval.corpus.writer import CorpusWriter
from retrieval.embedders.hashing import HashingEmbedder
from retrieval.generations import GenerationFolder
from retrieval.indexer import Indexer
from retrieval.open_index import IndexReader
from retrieval.records import RecordContent, RecordKind
from tests.databases import new_database, postgres_server
from tests.npm_file import NOT_HERE

# Nothing in a test may reach a model hub.
os.environ["HF_HUB_OFFLINE"] = "1"

PROJECT = Path(__file__).resolve().parent.parent
SHARED_DATA = PROJECT.parent / "shared" / "data"
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


# A skipped test is a test that nobody runs. Only these reasons are accepted.
ALLOWED_SKIPS = {
    "the public data sets are not here": "they lie beside the project, not in it",
    "set PRECEDENT_TEST_RAY=1": "a cluster takes half a minute and a gigabyte to start",
}
if "CI" not in os.environ:
    ALLOWED_SKIPS["no local chat model is installed"] = "its wheel may be missing for a platform"
    ALLOWED_SKIPS["no Chromium is installed"] = "not everybody may install one; CI does"
    ALLOWED_SKIPS[NOT_HERE] = "not everybody has npm; CI does"


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail the run when a test was skipped for a reason that is not on the list."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    skipped = reporter.stats.get("skipped", [])
    reasons = {str(report.longrepr) for report in skipped}
    refused = [r for r in reasons if not any(allowed in r for allowed in ALLOWED_SKIPS)]
    if refused and exitstatus == 0:
        reporter.write_line(f"skipped without an accepted reason: {refused}", red=True)
        session.exitstatus = 1


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The public data sets; tests that need them are marked ``shared_data``."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the public data sets are not here: {SHARED_DATA}")
    return SHARED_DATA


def content(external_id: str, text: str, **overrides: object) -> RecordContent:
    """A record with sensible values for whatever a test does not care about."""
    values: dict[str, object] = {
        "source": "tickets",
        "kind": RecordKind.INCIDENT,
        "title": text.splitlines()[0][:60] if text else external_id,
        "groups": frozenset({EVERYONE}),
        "known_at": datetime(2026, 1, 1, tzinfo=UTC),
        **overrides,
    }
    return RecordContent(external_id=external_id, text=text, **values)  # type: ignore[arg-type]  # any field


class Corpus:
    """A small corpus in a temporary folder, with the hashing embedder."""

    def __init__(self, folder: Path) -> None:
        self.folder = GenerationFolder(folder / "index")
        self.database = Database(f"sqlite:///{folder / 'corpus.db'}")
        metadata.create_all(self.database.engine)
        self.embedder = HashingEmbedder()
        self.indexer = Indexer(self.database, self.embedder, self.folder)
        self.reader = IndexReader(self.folder, self.embedder)
        self.store = SqlRecordStore(self.database)

    @property
    def names(self) -> dict[int, str]:
        """Record ids by key."""
        ids = [record.id for record in self.store.iter_current()]
        return {self.store.keys([record_id])[0]: record_id for record_id in ids}

    def add(self, *contents: RecordContent) -> None:
        """Store records without publishing an index."""
        with self.database.write() as connection:
            writer = CorpusWriter(connection, NOW)
            for item in contents:
                writer.upsert(item, item.content_hash())

    def remove(self, source: str, *external_ids: str) -> None:
        """Remove records without publishing an index."""
        with self.database.write() as connection:
            writer = CorpusWriter(connection, NOW)
            writer.remove(source, external_ids)

    def publish(self) -> None:
        """Embed and publish."""
        self.indexer.refresh()


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[Path]:
    """The socket folder of a running PostgreSQL server."""
    with postgres_server() as socket:
        yield socket


@pytest.fixture
def postgres(postgres_socket: Path) -> Iterator[Database]:
    """An empty PostgreSQL database."""
    opened = Database(new_database(postgres_socket))
    yield opened
    opened.close()


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """An empty corpus."""
    return Corpus(tmp_path)
