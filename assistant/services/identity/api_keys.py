"""Use case: give a program a key, know it again, take it back."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from pydantic import ValidationError

from assistant.db import audit
from assistant.db import credentials as rows
from assistant.domain.credentials import ApiKey, SecretKind, digest_of, new_secret
from assistant.domain.people import Person, Role
from retrieval.corpus.database import Database
from retrieval.errors import InvalidInput, NotFound

# Often enough to see which keys are in use, seldom enough to cost nothing.
_NOTED_EVERY = timedelta(minutes=1)


class NewKey(NamedTuple):
    """A key and its secret, which is shown once and kept nowhere."""

    key: ApiKey
    secret: str


class ApiKeys:
    """Keys of programs. Giving one and taking one back are noted in the ledger."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def create(
        self,
        person: Person,
        name: str,
        roles: Collection[Role],
        groups: Collection[str],
        lasts: timedelta | None = None,
    ) -> NewKey:
        """A new key for the program ``name``; only an admin gives keys.

        Several keys may have the same name, so that one can be replaced by the next. Raises
        ``InvalidInput`` for a name with other than lower-case letters, digits and ``. _ -``, for
        the role of an approver and for a key that would never have been valid.
        """
        person.require(Role.ADMIN)
        now = self._clock()
        if lasts is not None and lasts <= timedelta(0):
            raise InvalidInput("A key must be valid for some time. Give a number above 0.")
        try:
            key = ApiKey(
                id=f"key-{uuid4().hex[:12]}",
                name=name,
                roles=frozenset(roles),
                groups=frozenset(groups),
                created_by=person.name,
                created_at=now,
                expires_at=None if lasts is None else now + lasts,
            )
            key.person()
        except ValidationError as exc:
            told = "; ".join(error["msg"].removeprefix("Value error, ") for error in exc.errors())
            raise InvalidInput(f"There can be no such key {name!r}: {told}.") from exc
        secret = new_secret(SecretKind.KEY)
        with self._database.write() as connection:
            rows.insert_key(connection, key, digest_of(secret))
            audit.append(
                connection,
                now,
                person.name,
                "key.created",
                key.id,
                {"name": name, "roles": [*sorted(key.roles)], "groups": [*sorted(key.groups)]},
            )
        return NewKey(key, secret)

    def all(self) -> list[ApiKey]:
        """Every key, oldest first, also those that are valid no more."""
        with self._database.read() as connection:
            return rows.all_keys(connection)

    def revoke(self, person: Person, reference: str) -> list[ApiKey]:
        """End the valid keys of this id or name at once; ``NotFound`` when there is none."""
        person.require(Role.ADMIN)
        now = self._clock()
        with self._database.write() as connection:
            meant = [
                key
                for key in rows.all_keys(connection)
                if reference in (key.id, key.name) and key.is_valid(now)
            ]
            for key in meant:
                rows.revoke_key(connection, key.id, now)
                audit.append(
                    connection, now, person.name, "key.revoked", key.id, {"name": key.name}
                )
        if not meant:
            raise NotFound(f"There is no valid key {reference!r}; 'precedent keys list' shows all.")
        return meant

    def person_of(self, secret: str) -> Person | None:
        """The program that a key belongs to; ``None`` for a key that is not valid.

        Only the digest is looked for, so how long it takes tells nothing of any key.
        """
        now = self._clock()
        with self._database.read() as connection:
            key = rows.find_key(connection, digest_of(secret))
        if key is None or not key.is_valid(now):
            return None
        if key.last_used_at is None or now - key.last_used_at >= _NOTED_EVERY:
            with self._database.write() as connection:
                rows.touch_key(connection, key.id, now)
        return key.person()
