"""Writing records on real databases of each kind."""

from retrieval.corpus.database import Database
from retrieval.corpus.writer import CorpusWriter
from tests.conftest import NOW, content

# More than a statement of SQLite (32,766) or of PostgreSQL (65,535) may have parameters.
MANY = 70_000


def test_any_number_of_items_can_be_removed_at_once(database: Database) -> None:
    with database.write() as connection:
        writer = CorpusWriter(connection, NOW)
        for name in ("first", "last", "other"):
            writer.upsert(content(name, f"The {name} printer is jammed."), name)
        gone = ["first", *(f"never-{number}" for number in range(MANY)), "last"]
        assert writer.remove("tickets", gone) == 2
        assert writer.present("tickets") == {"other"}
