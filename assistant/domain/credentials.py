"""By what a request shows who sent it: keys of programs, sessions of people.

Of every secret only its SHA-256 is kept: 256 random bits need no slow hash, and who reads the
database gets in nowhere. Secrets begin with letters that say what they are, so that people and
secret scanners know them.
"""

import hashlib
import secrets
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from assistant.domain.people import PROGRAM, Person, Role

_BYTES = 32


class SecretKind(StrEnum):
    """What a secret is, by how it begins."""

    KEY = "pk_"
    """The key of a program."""
    BEARER = "ps_"
    """A short session that a page keeps in memory and sends itself."""
    COOKIE = "pc_"
    """A session that the browser keeps and sends by itself."""


def new_secret(kind: SecretKind) -> str:
    """A new secret of 256 random bits."""
    return f"{kind}{secrets.token_urlsafe(_BYTES)}"


def digest_of(secret: str) -> str:
    """What is kept of a secret, and found again by."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def form_token_of(secret: str) -> str:
    """What the forms of a session's pages carry, so that no other page can send them.

    Made from the session's secret, which no script and no other site can read.
    """
    return digest_of(f"form:{secret}")


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ApiKey(_Value):
    """The key of a program: what it may do, and until when."""

    id: str
    # Beside it in the ledger stands what people call the program; no spaces, no surprises.
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
    roles: frozenset[Role] = frozenset()
    groups: frozenset[str] = frozenset()
    created_by: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def person(self) -> Person:
        """The program as somebody who acts; raises ``ValueError`` for an approver."""
        return Person(
            name=f"{PROGRAM}{self.name}",
            display_name=self.name,
            roles=self.roles | {Role.SERVICE},
            groups=self.groups,
        )

    def is_valid(self, now: datetime) -> bool:
        """Neither revoked nor past its end."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Session(_Value):
    """Somebody signed in: who they were then, by which way they came, and until when.

    ``source`` is the way: a sign-in mode, or ``host:NAME`` for another system's page. What is
    not used for a while ends before ``expires_at``.
    """

    person: Person
    source: str
    kind: SecretKind
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
