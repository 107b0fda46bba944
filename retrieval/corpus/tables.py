"""The corpus' tables. Rows never leave this package: see ``store.py`` for the types that do."""

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from retrieval.corpus.columns import UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

records = Table(
    "records",
    metadata,
    Column("pk", Integer, primary_key=True, autoincrement=True),
    Column("id", String(512), nullable=False, unique=True),
    Column("source", String(255), nullable=False),
    Column("external_id", String(255), nullable=False),
    Column("revision", Integer, nullable=False),
    # Digest of the source item and of the code that turned it into a record: when it
    # is unchanged, nothing needs to be read, redacted or embedded again.
    Column("source_digest", String(64), nullable=False),
    # Who may read it, now: permission belongs to the record, not to one of its revisions.
    Column("groups", JSON, nullable=False),
    Column("removed_at", UtcDateTime),
    # The corpus version that its last change made: an index asks for what came after its own.
    Column("changed_in", Integer, nullable=False, index=True),
    # The version of the chunker that made its passages.
    Column("chunker", String(16), nullable=False, index=True),
    # How its source calls it among its rows, where that is not its external id.
    Column("source_key", String(64)),
    UniqueConstraint("source", "external_id"),
    # Pages beside a ticket ask by either, and by the external id without naming a source.
    Index("ix_records_source_source_key", "source", "source_key"),
    Index("ix_records_external_id", "external_id"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("record_pk", ForeignKey("records.pk"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("sections", JSON, nullable=False),
    Column("services", JSON, nullable=False),
    Column("url", Text, nullable=False),
    Column("opened_at", UtcDateTime),
    Column("resolved_at", UtcDateTime),
    Column("known_at", UtcDateTime, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
    # What began shortly before a moment is asked for at every triage.
    Index("ix_revisions_kind_opened_at", "kind", "opened_at"),
)

passages = Table(
    "passages",
    metadata,
    Column("record_pk", Integer, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("heading", Text, nullable=False),
    Column("embed_hash", String(64), nullable=False),
    ForeignKeyConstraint(["record_pk", "revision"], ["revisions.record_pk", "revisions.revision"]),
    Index("ix_passages_embed_hash", "embed_hash"),
)

vectors = Table(
    "vectors",
    metadata,
    Column("embed_hash", String(64), primary_key=True),
    Column("model", String(255), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

corpus_state = Table(
    "corpus_state",
    metadata,
    Column("only_row", Integer, primary_key=True),
    # Moves with every change that an index must follow.
    Column("version", Integer, nullable=False),
)
