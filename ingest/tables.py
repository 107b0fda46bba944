"""What ingest remembers: its runs, what it could not take in, and how far each stream is read."""

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, Text

from retrieval.corpus.columns import UtcDateTime
from retrieval.corpus.tables import metadata

ingest_runs = Table(
    "ingest_runs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", String(255), nullable=False),
    Column("place", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("state", String(16), nullable=False),
    Column("counts", JSON, nullable=False),
)

rejects = Table(
    "rejects",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", ForeignKey("ingest_runs.id"), nullable=False),
    Column("place", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("external_id", String(255)),
    # Redacted like everything else before it is stored.
    Column("excerpt", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

sync_cursors = Table(
    "sync_cursors",
    metadata,
    Column("connection", String(255), primary_key=True),
    Column("stream", String(64), primary_key=True),
    # Where the pager is; it moves in the transaction that stores what was read there.
    Column("cursor", JSON, nullable=False),
    # The newest change at the source that was seen.
    Column("watermark", UtcDateTime),
    # When it was asked for; else it is read by the schedule of its connection.
    Column("due_at", UtcDateTime),
    # When it was last compared as a whole.
    Column("swept_at", UtcDateTime),
    # The source asked to be left alone until then.
    Column("parked_until", UtcDateTime),
    Column("began_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    # When it last had everything that there was.
    Column("complete_at", UtcDateTime),
    Column("failures", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("error_code", String(64), nullable=False),
    # Of the latest run.
    Column("counts", JSON, nullable=False),
    # Who reads it now: one at a time, whichever process.
    Column("leased_by", String(255), nullable=False),
    Column("leased_until", UtcDateTime),
)
