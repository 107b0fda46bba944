"""Whoever may change the database cannot change the ledger unseen."""

import io
from collections.abc import Iterator

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from assistant.db import audit
from assistant.db.audit import AuditLedger
from assistant.db.migrate import upgrade
from assistant.db.tables import audit_events
from assistant.domain.audit import GENESIS, chained_hash
from assistant.domain.audit_export import exported
from assistant.domain.verify_audit import heads
from retrieval.corpus.database import Database
from tests.conftest import NOW
from tests.databases import new_database

COUNT = 12


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A ledger of twelve events on each engine, whose triggers somebody has dropped."""
    url = f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'precedent.db'}"
    triggers = ["DROP TRIGGER audit_events_no_update", "DROP TRIGGER audit_events_no_delete"]
    if request.param == "postgresql":
        url = new_database(request.getfixturevalue("postgres_socket"))
        triggers = ["DROP TRIGGER audit_events_append_only ON audit_events"]
    opened = Database(url)
    upgrade(opened)
    for number in range(1, COUNT + 1):
        with opened.write() as connection:
            audit.append(connection, NOW, "ruth", "draft.edited", f"draft-{number}", {"n": number})
    copies = ("events", "head")
    run(opened, *triggers)
    run(opened, *(f"CREATE TABLE kept_{each} AS SELECT * FROM audit_{each}" for each in copies))
    yield opened
    opened.close()


@pytest.fixture
def ledger(database: Database) -> AuditLedger:
    """The ledger as it was before anybody changed it."""
    run(database, "DELETE FROM audit_events", "DELETE FROM audit_head")
    run(
        database,
        "INSERT INTO audit_events SELECT * FROM kept_events",
        "INSERT INTO audit_head SELECT * FROM kept_head",
    )
    return AuditLedger(database)


def run(database: Database, *statements: str) -> None:
    with database.write() as connection:
        for statement in statements:
            connection.execute(text(statement))


def lines(ledger: AuditLedger) -> list[bytes]:
    with ledger.snapshot() as taken:
        return list(exported(taken.events, taken.head, NOW, "precedent"))


class TestVerify:
    def test_an_untouched_ledger_is_whole_and_so_is_its_export(self, ledger: AuditLedger) -> None:
        report = ledger.verify()
        assert (report.ok, report.events) == (True, COUNT)
        assert list(heads(io.BytesIO(b"".join(lines(ledger)))))[-1] == report.head

    @pytest.mark.parametrize(
        ("change", "first_bad"),
        [
            ("UPDATE audit_events SET actor = 'mallory' WHERE seq = 5", 5),
            ("UPDATE audit_events SET at = '2020-01-01T00:00:00+00:00' WHERE seq = 1", 1),
            ("UPDATE audit_events SET action = 'draft.created' WHERE seq = 12", 12),
            ("UPDATE audit_events SET subject = 'draft-6' WHERE seq = 5", 5),
            ("UPDATE audit_events SET payload = '{\"n\": 5}' WHERE seq = 5", 5),
            ("UPDATE audit_events SET payload = '' WHERE seq = 5", 5),
            ("UPDATE audit_events SET previous_hash = hash WHERE seq = 5", 5),
            (f"UPDATE audit_events SET hash = '{'0' * 64}' WHERE seq = 5", 5),
            ("UPDATE audit_events SET hash = upper(hash) WHERE seq = 12", 12),
            ("UPDATE audit_events SET seq = 99 WHERE seq = 12", 12),
            ("UPDATE audit_events SET seq = 0 WHERE seq = 1", 1),
            ("DELETE FROM audit_events WHERE seq = 1", 1),
            ("DELETE FROM audit_events WHERE seq = 5", 5),
            ("DELETE FROM audit_events WHERE seq > 9", 10),
            ("DELETE FROM audit_events", 1),
            ("UPDATE audit_head SET seq = 11", 12),
            (f"UPDATE audit_head SET hash = '{'0' * 64}'", 12),
            ("DELETE FROM audit_head", 12),
            ("UPDATE audit_head SET only_row = 2", 12),
        ],
    )
    def test_a_change_is_found_where_it_is(
        self, database: Database, ledger: AuditLedger, change: str, first_bad: int
    ) -> None:
        run(database, change)
        report = ledger.verify()
        assert (report.ok, report.first_bad) == (False, first_bad)
        with pytest.raises(ValueError, match=r"stand here|last line"):
            list(heads(io.BytesIO(b"".join(lines(ledger)))))

    def test_swapped_events_are_found(self, database: Database, ledger: AuditLedger) -> None:
        moves = ((5, 99), (6, 5), (99, 6))
        run(database, *(f"UPDATE audit_events SET seq = {b} WHERE seq = {a}" for a, b in moves))
        assert ledger.verify().first_bad == 5

    def test_an_inserted_event_is_found_however_well_it_fits_what_is_before_it(
        self, database: Database, ledger: AuditLedger
    ) -> None:
        with ledger.snapshot() as taken:
            last = list(taken.events)[-1]
        for previous in (GENESIS, last.hash):
            parts = (NOW.isoformat(), "mallory", "proposal.approved", "prop-1", "{}")
            digest = chained_hash((COUNT + 1, *parts), previous)
            names = ("at", "actor", "action", "subject", "payload")
            event = dict(zip(names, parts, strict=True))
            event |= {"seq": str(COUNT + 1), "previous_hash": previous, "hash": digest}
            with database.write() as connection:
                connection.execute(insert(audit_events).values(event))
            assert ledger.verify().first_bad == COUNT + 1
            run(database, f"DELETE FROM audit_events WHERE seq = {COUNT + 1}")
        assert ledger.verify().ok

    def test_a_second_head_is_no_head(self, database: Database, ledger: AuditLedger) -> None:
        run(database, f"INSERT INTO audit_head VALUES (0, 3, '{'0' * 64}')")
        assert ledger.verify().ok
        with database.write() as connection:
            audit.append(connection, NOW, "ruth", "draft.edited", "draft-1")
        assert ledger.verify().events == COUNT + 1

    def test_nothing_is_appended_to_a_ledger_that_lost_its_head(
        self, database: Database, ledger: AuditLedger
    ) -> None:
        run(database, "DELETE FROM audit_head")
        with pytest.raises(IntegrityError), database.write() as connection:
            audit.append(connection, NOW, "ruth", "draft.edited", "draft-1")


class TestAnchor:
    def test_an_earlier_head_is_found_again(self, database: Database, ledger: AuditLedger) -> None:
        told = ledger.verify().head
        with database.write() as connection:
            audit.append(connection, NOW, "ruth", "draft.edited", "draft-1")
        assert ledger.verify(told).ok

    def test_a_ledger_that_was_written_anew_is_found_by_it(
        self, database: Database, ledger: AuditLedger
    ) -> None:
        told = ledger.verify().head
        run(database, "DELETE FROM audit_events", "DELETE FROM audit_head")
        for number in range(1, COUNT + 1):
            with database.write() as connection:
                audit.append(connection, NOW, "mallory", "draft.edited", f"draft-{number}")
        assert ledger.verify().ok
        report = ledger.verify(told)
        assert (report.ok, report.first_bad) == (False, None)


@pytest.mark.parametrize("value", ["x'ff'", "CAST(x'ff' AS TEXT)", "CAST('ruth' AS BLOB)"])
def test_bytes_in_a_column_of_text_are_found(
    database: Database, ledger: AuditLedger, value: str
) -> None:
    if database.dialect == "sqlite":  # PostgreSQL does not let them in.
        run(database, f"UPDATE audit_events SET actor = {value} WHERE seq = 5")
        assert not ledger.verify().ok
        with pytest.raises(ValueError, match="stand here"):
            list(heads(iter(lines(ledger))))
