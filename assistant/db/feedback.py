"""What people thought of suggestions."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, insert, select, true, update

from assistant.db import audit
from assistant.db.tables import feedback
from retrieval.corpus.database import Database

GIVEN = "feedback.given"
"""The action of its events."""


class FeedbackVerdict(StrEnum):
    """What a person can say of a suggestion, or did with it.

    ``ACCEPTED``: used as it is; ``EDITED``: used with changes; ``REJECTED``: not used.
    """

    USEFUL = "useful"
    NOT_USEFUL = "not-useful"
    ACCEPTED = "accepted"
    EDITED = "edited"
    REJECTED = "rejected"


AGAINST = frozenset({FeedbackVerdict.NOT_USEFUL, FeedbackVerdict.REJECTED})
"""The verdicts that turn a suggestion down."""


class SuggestionKind(StrEnum):
    """What was suggested."""

    HYPOTHESIS = "hypothesis"
    SIMILAR = "similar"
    RUNBOOK = "runbook"
    FIELD = "field"
    ACTION = "action"
    CHANGE = "change"


class Feedback(NamedTuple):
    """One verdict on one suggestion about one subject."""

    person: str
    at: datetime
    subject: str
    suggestion: str
    verdict: FeedbackVerdict
    reason: str


class FeedbackRepository:
    """Keeps feedback for the evaluation to learn from."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, given: Feedback, kind: SuggestionKind) -> None:
        """Store one verdict and note it in the ledger, there without its reason.

        A reason that follows the same verdict is added to it: what was said once counts once.
        """
        with self._database.write() as connection:
            if given.reason and _explains(connection, given):
                return
            connection.execute(insert(feedback).values(**given._asdict()))
            audit.append(
                connection,
                given.at,
                given.person,
                GIVEN,
                given.subject,
                {
                    "suggestion": given.suggestion,
                    "kind": str(kind),
                    "verdict": str(given.verdict),
                },
            )

    def about(self, subject: str) -> list[Feedback]:
        """The verdicts on a subject, oldest first."""
        return self._rows(feedback.c.subject == subject)

    def everything(self) -> list[Feedback]:
        """All verdicts, oldest first."""
        return self._rows(true())

    def _rows(self, wanted: ColumnElement[bool]) -> list[Feedback]:
        query = select(
            feedback.c.person,
            feedback.c.at,
            feedback.c.subject,
            feedback.c.suggestion,
            feedback.c.verdict,
            feedback.c.reason,
        ).where(wanted)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(feedback.c.id)).all()
        return [
            Feedback(
                row.person,
                row.at,
                row.subject,
                row.suggestion,
                FeedbackVerdict(row.verdict),
                row.reason,
            )
            for row in rows
        ]


def _explains(connection: Connection, given: Feedback) -> bool:
    """Add the reason to the person's last verdict on this, if it is the same without one."""
    about = (
        feedback.c.person == given.person,
        feedback.c.subject == given.subject,
        feedback.c.suggestion == given.suggestion,
    )
    query = select(feedback.c.id, feedback.c.verdict, feedback.c.reason).where(*about)
    last = connection.execute(query.order_by(feedback.c.id.desc()).limit(1)).first()
    if last is None or last.reason or last.verdict != given.verdict:
        return False
    connection.execute(update(feedback).where(feedback.c.id == last.id).values(reason=given.reason))
    return True
