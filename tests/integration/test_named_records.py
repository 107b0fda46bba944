"""Records are found by what they are called, on both databases."""

from datetime import UTC, datetime

import pytest

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
