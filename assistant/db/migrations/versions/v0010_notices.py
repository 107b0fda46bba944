"""How far the ledger has been told to channels."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Empty: what happened before is told to nobody."""
    op.create_table(
        "notice_cursor",
        sa.Column("only_row", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("only_row", name=op.f("pk_notice_cursor")),
    )
