"""Which chunker cut a record, so that a new one can cut it again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Records that are there were cut by the first chunker."""
    with op.batch_alter_table("records") as batch:
        batch.add_column(sa.Column("chunker", sa.String(16), nullable=False, server_default="1"))
    with op.batch_alter_table("records") as batch:
        batch.alter_column("chunker", server_default=None)
        batch.create_index(op.f("ix_records_chunker"), ["chunker"])
