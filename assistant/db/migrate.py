"""Brings a database to the shape that this version of the code needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from retrieval.corpus.database import Database

_SCRIPTS = Path(__file__).parent / "migrations"
# Any fixed number: it names the migration among PostgreSQL's advisory locks.
_MIGRATION_LOCK = 7_200_410


def upgrade(database: Database, revision: str = "head") -> None:
    """Run all outstanding migrations, up to one of them, in one transaction.

    A second process that starts at the same time waits and finds nothing left to do.
    """
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def is_current(database: Database) -> bool:
    """True when no migration is outstanding."""
    with database.read() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    return present == ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config
