"""Tables of keys and sessions. No secret is in them, only digests."""

from sqlalchemy import JSON, Column, Index, String, Table

from retrieval.corpus.columns import UtcDateTime
from retrieval.corpus.tables import metadata

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("name", String(64), nullable=False),
    Column("roles", JSON, nullable=False),
    Column("groups", JSON, nullable=False),
    Column("created_by", String(255), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("last_used_at", UtcDateTime),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    # Who signed in, as they were then.
    Column("person", JSON, nullable=False),
    Column("person_name", String(255), nullable=False),
    Column("source", String(80), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Index("ix_sessions_expires_at", "expires_at"),
    Index("ix_sessions_person_name", "person_name"),
)

used_tokens = Table(
    "used_tokens",
    metadata,
    # Of issuer and token id together: a token is taken once.
    Column("digest", String(64), primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_used_tokens_expires_at", "expires_at"),
)
