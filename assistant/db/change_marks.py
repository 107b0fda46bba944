"""What people said of a change before an incident: it belongs to it, or it does not."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import insert, select

from assistant.db import audit
from assistant.db.tables import change_marks
from retrieval.corpus.database import Database


class ChangeVerdict(StrEnum):
    """What a person can say of a change and an incident."""

    MATCHED = "matched"
    NOT_MATCHED = "not-matched"


class ChangeMark(NamedTuple):
    """One person's verdict on one change before one incident."""

    record_id: str
    change_id: str
    verdict: ChangeVerdict
    person: str
    at: datetime
    reason: str


class ChangeMarkRepository:
    """Keeps every mark; of those on the same change and incident the latest counts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, mark: ChangeMark) -> None:
        """Store one mark and note it in the ledger, both or neither."""
        with self._database.write() as connection:
            connection.execute(insert(change_marks).values(**mark._asdict()))
            audit.append(
                connection,
                mark.at,
                mark.person,
                "change.marked",
                mark.record_id,
                {"change": mark.change_id, "verdict": str(mark.verdict)},
            )

    def on(self, record_id: str, as_of: datetime | None = None) -> dict[str, ChangeMark]:
        """The mark that counts for each change of an incident, by the change's id.

        With ``as_of``, as it stood then.
        """
        query = select(
            change_marks.c.record_id,
            change_marks.c.change_id,
            change_marks.c.verdict,
            change_marks.c.person,
            change_marks.c.at,
            change_marks.c.reason,
        ).where(change_marks.c.record_id == record_id)
        if as_of is not None:
            query = query.where(change_marks.c.at <= as_of)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(change_marks.c.id)).all()
        return {
            row.change_id: ChangeMark(**{**row._mapping, "verdict": ChangeVerdict(row.verdict)})
            for row in rows
        }
