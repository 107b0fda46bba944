"""What ingest remembers: its runs, and what it could not take in."""

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
