"""Use case: somebody signed in stays so for a while, and can be signed out."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from assistant.db import credentials as rows
from assistant.domain.credentials import SecretKind, Session, digest_of, new_secret
from assistant.domain.people import Person
from retrieval.corpus.database import Database

# Not every request writes: a session ends up to this much earlier than its idle time says.
_NOTED_EVERY = timedelta(minutes=1)
# A page that keeps a token in memory loses it with the tab; the host gives another one.
BEARER_LASTS = timedelta(minutes=10)


class Opened(NamedTuple):
    """A new session and its secret, which only the browser or the page keeps."""

    session: Session
    secret: str


class Sessions:
    """Sessions of people, kept by the digest of their secret.

    ``sources`` are the ways of signing in that count at present: a session that was opened by
    another way, such as the local mode before single sign-on was set up, is not accepted.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        sources: Collection[str],
        lasts: timedelta,
        idle: timedelta,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sources = frozenset(sources)
        self._lasts = lasts
        self._idle = idle

    def open(self, person: Person, source: str, kind: SecretKind) -> Opened:
        """Sign somebody in; what is past its time is cleared away on the way."""
        with self._database.write() as connection:
            return self.open_within(connection, person, source, kind)

    def open_within(
        self, connection: Connection, person: Person, source: str, kind: SecretKind
    ) -> Opened:
        """The same, within a transaction of the caller."""
        now = self._clock()
        rows.sweep(connection, now)
        secret = new_secret(kind)
        lasts = BEARER_LASTS if kind is SecretKind.BEARER else self._lasts
        session = Session(
            person=person,
            source=source,
            kind=kind,
            created_at=now,
            seen_at=now,
            expires_at=now + lasts,
        )
        rows.insert_session(connection, session, digest_of(secret))
        return Opened(session, secret)

    def find(self, secret: str, kind: SecretKind) -> Session | None:
        """The session that a secret opens; ``None`` when it has ended or is of another kind."""
        now = self._clock()
        digest = digest_of(secret)
        with self._database.read() as connection:
            session = rows.find_session(connection, digest)
        if session is None or session.kind is not kind or session.source not in self._sources:
            return None
        if now >= session.expires_at or now - session.seen_at >= self._idle:
            return None
        if now - session.seen_at >= _NOTED_EVERY:
            with self._database.write() as connection:
                rows.touch_session(connection, digest, now)
        return session

    def close(self, secret: str) -> None:
        """Sign out; doing so again, or with nothing, changes nothing."""
        if not secret:
            return
        with self._database.write() as connection:
            rows.revoke_session(connection, digest_of(secret), self._clock())

    def close_all_of(self, person_name: str) -> int:
        """Sign somebody out everywhere; how many sessions ended."""
        with self._database.write() as connection:
            return rows.revoke_sessions_of(connection, person_name, self._clock())
