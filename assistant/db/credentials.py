"""Rows of keys, sessions and used tokens; found by the digest of what was sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from assistant.db.identity_tables import api_keys, sessions, used_tokens
from assistant.domain.credentials import ApiKey, SecretKind, Session
from assistant.domain.people import Person, Role


def insert_key(connection: Connection, key: ApiKey, digest: str) -> None:
    """A new key."""
    values = key.model_dump() | {"roles": sorted(key.roles), "groups": sorted(key.groups)}
    connection.execute(insert(api_keys).values(digest=digest, **values))


def find_key(connection: Connection, digest: str) -> ApiKey | None:
    """The key with this digest, valid or not."""
    row = connection.execute(select(api_keys).where(api_keys.c.digest == digest)).first()
    return None if row is None else _key(row)


def all_keys(connection: Connection) -> list[ApiKey]:
    """Every key that was ever given, oldest first."""
    query = select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
    return [_key(row) for row in connection.execute(query)]


def revoke_key(connection: Connection, key_id: str, now: datetime) -> None:
    """End a key; when it was revoked first stays."""
    connection.execute(
        update(api_keys)
        .where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def touch_key(connection: Connection, key_id: str, now: datetime) -> None:
    """Note that a key was used."""
    connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(last_used_at=now))


def insert_session(connection: Connection, session: Session, digest: str) -> None:
    """A new session."""
    connection.execute(
        insert(sessions).values(
            digest=digest,
            person=session.person.model_dump(mode="json"),
            person_name=session.person.name,
            source=session.source,
            kind=session.kind,
            created_at=session.created_at,
            seen_at=session.seen_at,
            expires_at=session.expires_at,
        )
    )


def find_session(connection: Connection, digest: str) -> Session | None:
    """The session with this digest, unless it was ended; it may be past its time."""
    query = select(sessions).where(sessions.c.digest == digest, sessions.c.revoked_at.is_(None))
    row = connection.execute(query).first()
    if row is None:
        return None
    return Session(
        person=Person.model_validate(row.person),
        source=row.source,
        kind=SecretKind(row.kind),
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
    )


def touch_session(connection: Connection, digest: str, now: datetime) -> None:
    """Note that a session was used."""
    connection.execute(update(sessions).where(sessions.c.digest == digest).values(seen_at=now))


def revoke_session(connection: Connection, digest: str, now: datetime) -> None:
    """End one session."""
    connection.execute(
        update(sessions)
        .where(sessions.c.digest == digest, sessions.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def revoke_sessions_of(connection: Connection, person_name: str, now: datetime) -> int:
    """End every session of a person that still runs; how many there were."""
    ended = connection.execute(
        update(sessions)
        .where(
            sessions.c.person_name == person_name,
            sessions.c.revoked_at.is_(None),
            sessions.c.expires_at > now,
        )
        .values(revoked_at=now)
    )
    return ended.rowcount


def use_token(connection: Connection, digest: str, expires_at: datetime) -> bool:
    """Note that a token was taken; false when it had been before.

    Ends the transaction's usefulness when false: the caller rolls it back.
    """
    try:
        connection.execute(insert(used_tokens).values(digest=digest, expires_at=expires_at))
    except IntegrityError:
        return False
    return True


def sweep(connection: Connection, now: datetime) -> None:
    """Remove sessions and used tokens past their time: neither would be accepted any more."""
    for table in (sessions, used_tokens):
        connection.execute(delete(table).where(table.c.expires_at < now))


def _key(row: Row[Any]) -> ApiKey:
    values = {name: value for name, value in row._mapping.items() if name != "digest"}
    return ApiKey.model_validate(
        values
        | {"roles": frozenset(Role(role) for role in row.roles), "groups": frozenset(row.groups)}
    )
