"""What people say of changes before an incident, and an index to find such changes by."""

import sqlalchemy as sa
from alembic import op

from retrieval.corpus.columns import UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """An empty table of marks; the index covers the records that are there."""
    op.create_table(
        "change_marks",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("record_id", sa.String(length=512), nullable=False),
        sa.Column("change_id", sa.String(length=512), nullable=False),
        sa.Column("verdict", sa.String(length=24), nullable=False),
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_marks")),
    )
    op.create_index("ix_change_marks_record_id", "change_marks", ["record_id"])
    op.create_index("ix_revisions_kind_opened_at", "revisions", ["kind", "opened_at"])
