"""Records are found by what they are called, on both databases."""

from datetime import UTC, datetime

import pytest

from retrieval.access import Reader, RecordFilter
from retrieval.corpus.database import Database
from retrieval.corpus.store import SqlRecordStore
from retrieval.corpus.writer import CorpusWriter
from retrieval.records import RecordContent, RecordKind
from tests.conftest import NOW, content

GUIDANCE = frozenset({RecordKind.RUNBOOK, RecordKind.KB})
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
