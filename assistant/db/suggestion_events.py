"""What the ledger holds of suggestions, counted by the database.

A busy quarter is a hundred thousand events: loading them takes five seconds, counting them a
fraction of one.
"""

import json
from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, or_, select

from assistant.db.tables import audit_events
from retrieval.access import Reader
from retrieval.corpus.database import Database
from retrieval.corpus.store import SqlRecordStore

_EVENT = audit_events.c
# Of a pasted text there is no record that somebody might not be allowed to read.
_PASTED = "text:"
# An instant begins with its day: times are kept as ISO 8601 in UTC.
_DAY = func.substr(_EVENT.at, 1, 10)
# As a payload is written (``canonical_payload``). In a text inside it, the quotes are escaped.
_ABSTAINED = '%"abstained":true%'


class Given(NamedTuple):
    """A verdict; ``told`` is the payload of its event."""

    at: datetime
    actor: str
    subject: str
    told: dict[str, Any]


class Asked(NamedTuple):
    """A record that was asked about: how often, and when last."""

    record_id: str
    times: int
    last: datetime


class Used(NamedTuple):
    """What was shown since a moment, by day and first by subject, to whom, and all verdicts."""

    by_day: dict[date, int]
    first: dict[str, datetime]
    people: frozenset[str]
    given: tuple[Given, ...]


class SuggestionEvents:
    """Reads events about records that the reader may read, and about pasted texts."""

    def __init__(self, database: Database, store: SqlRecordStore) -> None:
        self._database = database
        self._store = store

    def used(self, reader: Reader, since: datetime, *, shown: str, given: str) -> Used:
        """Events of the two actions from a moment (UTC) on, as of one moment.

        ``first`` has the subjects that somebody gave a verdict on. A verdict counts when its
        subject may be read: whether what it judges may be, the caller decides.
        """
        with self._database.read() as connection:
            readable = self._is_readable(connection, reader)
            when = _EVENT.at >= since.isoformat()
            told = (_EVENT.action == shown, when, readable)
            of_verdict = (_EVENT.action == given, when, readable)
            days = connection.execute(select(_DAY, func.count()).where(*told).group_by(_DAY))
            by_day = {date.fromisoformat(day): count for day, count in days}
            people = connection.scalars(select(_EVENT.actor).where(*told).distinct())
            judged = select(_EVENT.subject).where(*of_verdict)
            first = connection.execute(
                select(_EVENT.subject, func.min(_EVENT.at))
                .where(*told, _EVENT.subject.in_(judged))
                .group_by(_EVENT.subject)
            )
            verdicts = connection.execute(
                select(_EVENT.at, _EVENT.actor, _EVENT.subject, _EVENT.payload)
                .where(*of_verdict)
                .order_by(_EVENT.seq)
            )
            return Used(
                by_day,
                {subject: datetime.fromisoformat(at) for subject, at in first},
                frozenset(people),
                tuple(
                    Given(datetime.fromisoformat(at), actor, subject, json.loads(payload))
                    for at, actor, subject, payload in verdicts
                ),
            )

    def without_precedent(
        self, reader: Reader, since: datetime, actions: Collection[str], limit: int
    ) -> list[Asked]:
        """At most ``limit`` readable records whose answers abstained, the most asked first."""
        times = func.count()
        with self._database.read() as connection:
            query = (
                select(_EVENT.subject, times, func.max(_EVENT.at))
                .where(
                    _EVENT.action.in_(actions),
                    _EVENT.at >= since.isoformat(),
                    _EVENT.payload.like(_ABSTAINED),
                    self._store.is_readable(connection, reader, _EVENT.subject),
                )
                .group_by(_EVENT.subject)
                .order_by(times.desc(), _EVENT.subject)
                .limit(limit)
            )
            return [
                Asked(subject, count, datetime.fromisoformat(last))
                for subject, count, last in connection.execute(query)
            ]

    def _is_readable(self, connection: Connection, reader: Reader) -> ColumnElement[bool]:
        of_record = self._store.is_readable(connection, reader, _EVENT.subject)
        return or_(_EVENT.subject.startswith(_PASTED), of_record)
