"""Which corpus version changed a record, so that an index can follow by the difference."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Records that are there count as changed before any version."""
    with op.batch_alter_table("records") as batch:
        batch.add_column(sa.Column("changed_in", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("records") as batch:
        batch.alter_column("changed_in", server_default=None)
        batch.create_index(op.f("ix_records_changed_in"), ["changed_in"])
