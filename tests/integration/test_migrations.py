"""The migrated shape is the shape of the code, on both engines."""

import json
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

import assistant.db.identity_tables  # registers the tables of keys and sessions
import assistant.db.tables  # noqa: F401 — registers the service's tables
import ingest.tables  # noqa: F401 — registers ingest's tables
from assistant.db import audit
from assistant.db.migrate import is_current, upgrade
from retrieval.corpus.database import Database
from retrieval.corpus.tables import metadata, records
from tests.conftest import NOW


class TestMigrations:
    def test_the_migrated_schema_is_that_of_the_tables(self, database: Database) -> None:
        with database.read() as connection:
            context = MigrationContext.configure(connection)
            assert compare_metadata(context, metadata) == []

    def test_running_again_changes_nothing(self, database: Database) -> None:
        upgrade(database)
        assert is_current(database)

    def test_several_processes_may_start_at_once(self, database_url: str) -> None:
        databases = [Database(database_url) for _ in range(8)]
        errors: list[Exception] = []

        def start(database: Database) -> None:
            try:
                upgrade(database)
            except DBAPIError as exc:
                errors.append(exc)

        threads = [threading.Thread(target=start, args=(each,)) for each in databases]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert all(is_current(each) for each in databases)
        for each in databases:
            each.close()

    def test_records_that_are_there_get_the_key_of_what_they_say_now(
        self, database_url: str
    ) -> None:
        database = Database(database_url)
        upgrade(database, "0011")
        number, ours, gone = "10023", "a" * 32, "b" * 32
        said: dict[int, list[dict[str, str]]] = {}
        said |= {1: [{"sys_id": gone}, {"sys_id": ours}], 2: [{"issue_id": number}], 3: [{}]}
        said |= {pk: [{"sys_id": f"{pk:032x}"}] for pk in range(4, 1_200)}
        with database.write() as connection:
            connection.execute(
                text(
                    "INSERT INTO records (pk, id, source, external_id, revision, source_digest,"
                    " groups, changed_in, chunker) VALUES (:pk, :name, 's', :name, :revision,"
                    " '', '[]', 1, '1')"
                ),
                [{"pk": pk, "name": str(pk), "revision": len(told)} for pk, told in said.items()],
            )
            connection.execute(
                text(
                    "INSERT INTO revisions (record_pk, revision, kind, title, text, fields,"
                    " sections, services, url, known_at, content_hash, stored_at) VALUES (:pk, :n,"
                    " 'incident', '', '', :fields, '[]', '[]', '', :now, '', :now)"
                ),
                [
                    {"pk": pk, "n": n, "fields": json.dumps(fields), "now": NOW}
                    for pk, told in said.items()
                    for n, fields in enumerate(told, start=1)
                ],
            )
        upgrade(database)
        with database.read() as connection:
            rows = connection.execute(select(records.c.pk, records.c.source_key))
            kept = {row.pk: row.source_key for row in rows}
        assert [kept[1], kept[2], kept[3]] == [ours, number, None]
        assert all(kept[pk] == f"{pk:032x}" for pk in range(4, 1_200))
        database.close()

    @pytest.mark.parametrize(
        "statement", ["UPDATE audit_events SET actor = 'mallory'", "DELETE FROM audit_events"]
    )
    def test_the_database_refuses_to_change_the_ledger(
        self, database: Database, statement: str
    ) -> None:
        with database.write() as connection:
            audit.append(connection, NOW, "ruth", "draft.created", "draft-1")
        with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
            connection.execute(text(statement))
