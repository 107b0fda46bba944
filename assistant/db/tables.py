"""The service's tables, on the same metadata as the corpus."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from retrieval.corpus.columns import UtcDateTime
from retrieval.corpus.tables import metadata

drafts = Table(
    "drafts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("record_id", String(512), nullable=False),
    Column("created_by", String(255), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revision", Integer, nullable=False),
)

draft_revisions = Table(
    "draft_revisions",
    metadata,
    Column("draft_id", ForeignKey("drafts.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("body", JSON, nullable=False),
    Column("provenance", JSON, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("author", String(255), nullable=False),
    Column("edited_at", UtcDateTime, nullable=False),
)

draft_comments = Table(
    "draft_comments",
    metadata,
    Column("draft_id", String(40), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("section", String(64)),
    Column("claim", Text),
    Column("text", Text, nullable=False),
    Column("person", String(255), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("resolved_by", String(255)),
    Column("resolved_at", UtcDateTime),
    ForeignKeyConstraint(
        ["draft_id", "revision"], ["draft_revisions.draft_id", "draft_revisions.revision"]
    ),
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("draft_id", ForeignKey("drafts.id"), nullable=False),
    Column("draft_revision", Integer, nullable=False),
    Column("record_id", String(512), nullable=False),
    Column("title", Text, nullable=False),
    Column("target", String(64), nullable=False),
    Column("reference", Text, nullable=False),
    Column("field", String(64), nullable=False),
    Column("visibility", String(16), nullable=False),
    # What people call the ticket.
    Column("shown_as", Text, nullable=False),
    # Exactly what will be written: the worker sends it as it stands here.
    Column("body", Text, nullable=False),
    Column("form", String(16), nullable=False),
    Column("sha256", String(64), nullable=False),
    # Everybody who wrote any revision of the draft; none of them may approve.
    Column("authors", JSON, nullable=False),
    Column("submitted_by", String(255), nullable=False),
    Column("submitted_at", UtcDateTime, nullable=False),
    Column("state", String(24), nullable=False),
    Column("reason", Text, nullable=False),
    Column("risk", String(16), nullable=False),
    Column("risk_reasons", JSON, nullable=False),
    Column("quorum", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("blockers", JSON, nullable=False),
    Column("override_reason", Text, nullable=False),
    Column("approved_until", UtcDateTime),
    Column("target_version", String(255), nullable=False),
    Index("ix_proposals_state", "state"),
    Index("ix_proposals_draft_id", "draft_id"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("proposal_id", ForeignKey("proposals.id"), nullable=False),
    Column("person", String(255), nullable=False),
    Column("decision", String(24), nullable=False),
    Column("reason", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("round", Integer, nullable=False),
    Column("target_version", String(255), nullable=False),
)

target_readings = Table(
    "target_readings",
    metadata,
    Column("proposal_id", ForeignKey("proposals.id"), primary_key=True),
    # What the approver saw, or what the worker found instead.
    Column("moment", String(16), primary_key=True),
    Column("version", String(255), nullable=False),
    # Redacted before it is stored; whole: nothing had to be removed.
    Column("text", Text, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("url", Text, nullable=False),
    Column("read_at", UtcDateTime, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("proposal_id", ForeignKey("proposals.id"), primary_key=True),
    Column("action", String(16), primary_key=True),
    Column("target", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    # Writes that were begun and may have been made; looks for the last of them so far.
    Column("writes", Integer, nullable=False),
    Column("looks", Integer, nullable=False),
    # One after the other, since the last write or look.
    Column("failures", Integer, nullable=False),
    # The text of an undo's note.
    Column("note", Text, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("lease_owner", String(64)),
    Column("lease_until", UtcDateTime),
    Index("ix_outbox_state_due_at", "state", "due_at"),
)

delivery_targets = Table(
    "delivery_targets",
    metadata,
    Column("name", String(64), primary_key=True),
    # One delivery at a time, and a pause after it.
    Column("busy_until", UtcDateTime),
    Column("next_at", UtcDateTime),
    # The kill switch.
    Column("stopped_at", UtcDateTime),
    Column("stopped_by", String(255), nullable=False),
    Column("stop_reason", Text, nullable=False),
)

receipts = Table(
    "receipts",
    metadata,
    Column("proposal_id", ForeignKey("proposals.id"), primary_key=True),
    Column("action", String(16), primary_key=True),
    Column("external_reference", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("delivered_at", UtcDateTime, nullable=False),
    Column("version_before", String(255), nullable=False),
    Column("version_after", String(255), nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("person", String(255), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # What the suggestion was about: a record, or the digest of a pasted text.
    Column("subject", String(512), nullable=False),
    Column("suggestion", String(512), nullable=False),
    Column("verdict", String(24), nullable=False),
    Column("reason", Text, nullable=False),
)

change_marks = Table(
    "change_marks",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("record_id", String(512), nullable=False),
    Column("change_id", String(512), nullable=False),
    Column("verdict", String(24), nullable=False),
    Column("person", String(255), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    # Every mark is kept; of those on the same pair the latest counts.
    Index("ix_change_marks_record_id", "record_id"),
)

audit_events = Table(
    "audit_events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    # Kept as the text that was hashed, so that no database can round it.
    Column("at", String(40), nullable=False),
    Column("actor", String(255), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(512), nullable=False),
    Column("payload", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    # What was shown or decided lately, and what happened to one subject.
    Index("ix_audit_events_action_at", "action", "at"),
    Index("ix_audit_events_subject", "subject"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("only_row", Integer, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("connection", String(255), nullable=False),
    # The sender's own, or the digest of the body.
    Column("delivery_id", String(255), nullable=False),
    # The hook that reads it.
    Column("format", String(64), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    # When the sender signed it, where it says so.
    Column("told_at", UtcDateTime, nullable=False),
    # Redacted JSON; kept until the delivery is done.
    Column("payload", Text),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    # Why it was ignored, waits or failed.
    Column("reason", Text, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("lease_owner", String(64)),
    Column("lease_until", UtcDateTime),
    UniqueConstraint("connection", "delivery_id"),
    Index("ix_webhook_deliveries_state_due_at", "state", "due_at"),
)

notice_cursor = Table(
    "notice_cursor",
    metadata,
    Column("only_row", Integer, primary_key=True),
    # The last event of the ledger that was told to channels, or passed over.
    Column("seq", Integer, nullable=False),
)

judgement_pools = Table(
    "judgement_pools",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("systems", JSON, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("created_by", String(255), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

pooled_queries = Table(
    "pooled_queries",
    metadata,
    Column("pool", ForeignKey("judgement_pools.name"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("query_id", String(512), nullable=False),
    # Redacted.
    Column("text", Text, nullable=False),
    # The incident that the query is, if it is one.
    Column("record_id", String(512)),
    Column("as_of", UtcDateTime),
    # Record and revision, in the shuffled order; not which system found it.
    Column("candidates", JSON, nullable=False),
)

judgements = Table(
    "judgements",
    metadata,
    Column("pool", ForeignKey("judgement_pools.name"), primary_key=True),
    Column("query_id", String(512), primary_key=True),
    Column("record_id", String(512), primary_key=True),
    # One grade a person: the latest; the ledger has those before it.
    Column("person", String(255), primary_key=True),
    Column("grade", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
