"""What people remark on a draft."""

import sqlalchemy as sa
from alembic import op

from retrieval.corpus.columns import UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """An empty table; a draft's comments are numbered from 1."""
    op.create_table(
        "draft_comments",
        sa.Column("draft_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=64), nullable=True),
        sa.Column("claim", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("resolved_by", sa.String(length=255), nullable=True),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["draft_id", "revision"],
            ["draft_revisions.draft_id", "draft_revisions.revision"],
            name=op.f("fk_draft_comments_draft_id_revision"),
        ),
        sa.PrimaryKeyConstraint("draft_id", "number", name=op.f("pk_draft_comments")),
    )
