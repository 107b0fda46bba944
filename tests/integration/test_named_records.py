"""Records are found by what they are called, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from assistant.db.migrate import upgrade
from retrieval.access import EVERYONE, Reader, RecordFilter
from retrieval.corpus.database import Database
from retrieval.corpus.store import SqlRecordStore
from retrieval.corpus.writer import CorpusWriter
from retrieval.errors import NotFound
from retrieval.records import RecordContent, RecordKind
from tests.conftest import NOW, content

GUIDANCE = frozenset({RecordKind.RUNBOOK, RecordKind.KB})
EVERYBODY = Reader("ana", groups=frozenset({EVERYONE}))
EVERYTHING = RecordFilter(Reader.operator(), kinds=GUIDANCE)


def runbook(external_id: str, title: str = "A page", **values: object) -> RecordContent:
    return content(external_id, "Steps", title=title, **{"kind": RecordKind.RUNBOOK, **values})


@pytest.fixture
def store(database: Database) -> SqlRecordStore:
    with database.write() as connection:
        writer = CorpusWriter(connection, NOW)
        for item in (
            runbook("po/etcd/etcdNoLeader"),
            runbook("kb/1", title="HostDown"),
            runbook("kb/2", url="https://r.acme.com/x/"),
            runbook("kb/3", title="Überlast"),
            runbook("100%_busy"),
            runbook("100 percent busy"),
            runbook("kb/hidden", title="HostDown", groups=frozenset({"secret"})),
            runbook("kb/later", title="DiskFull", known_at=datetime(2026, 6, 1, tzinfo=UTC)),
            content("INC1", "HostDown", title="HostDown"),
        ):
            writer.upsert(item, item.content_hash())
        writer.upsert(runbook("kb/gone", title="GoneDown"), "1")
        writer.remove("tickets", ["kb/gone"])
    return SqlRecordStore(database)


def called(
    store: SqlRecordStore, *names: str, urls: tuple[str, ...] = (), limit: int = 10
) -> set[str]:
    return {record.external_id for record in store.named(EVERYTHING, names, urls, limit)}


class TestNamed:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("hostdown", {"kb/1", "kb/hidden"}),
            ("ETCDNOLEADER", {"po/etcd/etcdNoLeader"}),
            ("etcd/etcdNoLeader", {"po/etcd/etcdNoLeader"}),
            ("NoLeader", set()),
            ("Überlast", {"kb/3"}),
            ("100%_busy", {"100%_busy"}),
            ("%", set()),
            ("_", set()),
            ("\\", set()),
            ("", set()),
            ("GoneDown", set()),
        ],
    )
    def test_by_title_or_the_end_of_the_id(
        self, store: SqlRecordStore, name: str, expected: set[str]
    ) -> None:
        assert called(store, name) == expected

    @pytest.mark.parametrize("url", ["https://r.acme.com/x", "https://r.acme.com/x/"])
    def test_by_address(self, store: SqlRecordStore, url: str) -> None:
        assert called(store, urls=(url,)) == {"kb/2"}

    def test_what_may_not_be_read_does_not_use_up_the_limit(self, store: SqlRecordStore) -> None:
        everyone = RecordFilter(Reader("ana", frozenset({"everyone"})), kinds=GUIDANCE)
        assert [r.external_id for r in store.named(everyone, ["HostDown"], [], 1)] == ["kb/1"]
        hidden = RecordFilter(Reader("sue", frozenset({"secret"})), kinds=GUIDANCE)
        assert [r.external_id for r in store.named(hidden, ["HostDown"], [], 1)] == ["kb/hidden"]

    def test_only_what_was_known_then(self, store: SqlRecordStore) -> None:
        then = RecordFilter(
            Reader.operator(), as_of=datetime(2026, 5, 1, tzinfo=UTC), kinds=GUIDANCE
        )
        assert store.named(then, ["DiskFull"], [], 5) == []

    def test_a_storm_of_names_is_cut_off(self, store: SqlRecordStore) -> None:
        assert called(store, "HostDown", *(f"Alert{n}" for n in range(5_000)), limit=1) == {"kb/1"}
        assert called(store) == set()


class TestOfSource:
    SYS_ID = "9d385017c611228701d22104cc95c371"

    @pytest.fixture
    def tickets(self, database: Database) -> SqlRecordStore:
        return self.stored_in(database)

    def stored_in(self, database: Database) -> SqlRecordStore:
        with database.write() as connection:
            writer = CorpusWriter(connection, NOW)
            for item in (
                content("INC1", "Text", fields={"sys_id": self.SYS_ID}),
                content("OPS-1", "Text", source="jira", fields={"issue_id": "10023"}),
                content("INC2", "Text", fields={"sys_id": "0" * 32}, groups=frozenset({"secret"})),
                content("INC1", "Text", source="lab"),
            ):
                writer.upsert(item, item.content_hash())
        return SqlRecordStore(database)

    @pytest.mark.parametrize(
        ("source", "name", "title"),
        [
            ("tickets", "INC1", "tickets"),
            ("lab", "INC1", "lab"),
            ("tickets", SYS_ID, "tickets"),
            ("jira", "10023", "jira"),
            ("jira", "OPS-1", "jira"),
        ],
    )
    def test_by_number_or_by_key(
        self, tickets: SqlRecordStore, source: str, name: str, title: str
    ) -> None:
        assert tickets.of_source(source, name, EVERYBODY).source == title

    def test_hidden_and_unknown_records_give_the_same_words(self, tickets: SqlRecordStore) -> None:
        told = {}
        for name in ("INC2", "0" * 32, "INC3", "1" * 32):
            with pytest.raises(NotFound) as caught:
                tickets.of_source("tickets", name, EVERYBODY)
            told[name] = str(caught.value).replace(name, "…")
        assert len(set(told.values())) == 1
        assert tickets.of_source("tickets", "INC2", Reader.operator()).external_id == "INC2"

    def test_a_source_knows_only_its_own(self, tickets: SqlRecordStore) -> None:
        with pytest.raises(NotFound):
            tickets.of_source("lab", self.SYS_ID, Reader.operator())

    def test_follows_what_the_record_says_now(
        self, tickets: SqlRecordStore, database: Database
    ) -> None:
        moved = content("INC1", "Another text", fields={"sys_id": "a" * 32})
        with database.write() as connection:
            CorpusWriter(connection, NOW).upsert(moved, moved.content_hash())
        assert tickets.of_source("tickets", "a" * 32, EVERYBODY).revision == 2
        with pytest.raises(NotFound):
            tickets.of_source("tickets", self.SYS_ID, EVERYBODY)

    @pytest.mark.parametrize("name", ["INC1", SYS_ID, "1" * 32])
    def test_reads_no_table_from_end_to_end(self, tmp_path: Path, name: str) -> None:
        """On SQLite: PostgreSQL reads a table of a few rows so in any case."""
        database = Database(f"sqlite:///{tmp_path / 'records.db'}")
        upgrade(database)
        tickets = self.stored_in(database)
        with statements(database) as asked:
            with suppress(NotFound):
                tickets.of_source("tickets", name, EVERYBODY)
            with suppress(NotFound):
                tickets.resolve(name, Reader("ana", groups=frozenset()))
        assert len(asked) >= 3
        with database.read() as connection:
            for statement, values in asked:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                steps = [row[-1] for row in plan]
                assert not [step for step in steps if step.startswith("SCAN")], steps
        database.close()


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """What the database is asked inside the block."""
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        asked.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)
