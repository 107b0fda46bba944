"""What is to be judged, and what people judged."""

import sqlalchemy as sa
from alembic import op

from retrieval.corpus.columns import UtcDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Empty: pools are made at the command line."""
    op.create_table(
        "judgement_pools",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("systems", sa.JSON(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=255), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_judgement_pools")),
    )
    op.create_table(
        "pooled_queries",
        sa.Column("pool", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("query_id", sa.String(length=512), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("record_id", sa.String(length=512), nullable=True),
        sa.Column("as_of", UtcDateTime(), nullable=True),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pool"], ["judgement_pools.name"], name=op.f("fk_pooled_queries_pool")
        ),
        sa.PrimaryKeyConstraint("pool", "number", name=op.f("pk_pooled_queries")),
    )
    op.create_table(
        "judgements",
        sa.Column("pool", sa.String(length=64), nullable=False),
        sa.Column("query_id", sa.String(length=512), nullable=False),
        sa.Column("record_id", sa.String(length=512), nullable=False),
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pool"], ["judgement_pools.name"], name=op.f("fk_judgements_pool")
        ),
        sa.PrimaryKeyConstraint(
            "pool", "query_id", "record_id", "person", name=op.f("pk_judgements")
        ),
    )
