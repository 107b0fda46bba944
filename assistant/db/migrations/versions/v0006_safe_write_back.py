"""Proposals name a field and a version of the ticket; deliveries look before they repeat."""

import sqlalchemy as sa
from alembic import op

from retrieval.corpus.columns import UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Columns for what is known now, with what held for every proposal until now."""
    _proposals()
    _outbox_and_receipts()
    op.create_table(
        "target_readings",
        sa.Column("proposal_id", sa.String(length=40), nullable=False),
        sa.Column("moment", sa.String(length=16), nullable=False),
        sa.Column("version", sa.String(length=255), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_target_readings_proposal_id")
        ),
        sa.PrimaryKeyConstraint("proposal_id", "moment", name=op.f("pk_target_readings")),
    )
    op.create_table(
        "delivery_targets",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("busy_until", UtcDateTime(), nullable=True),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        sa.Column("stopped_by", sa.String(length=255), nullable=False),
        sa.Column("stop_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_delivery_targets")),
    )
    op.execute(
        "INSERT INTO delivery_targets (name, stopped_by, stop_reason) "
        "SELECT DISTINCT target, '', '' FROM proposals"
    )


def _proposals() -> None:
    with op.batch_alter_table("proposals") as table:
        for name, kind, default in (
            ("field", sa.String(length=64), ""),
            ("shown_as", sa.Text(), ""),
            ("form", sa.String(length=16), "markdown"),
            ("risk", sa.String(length=16), "low"),
            ("risk_reasons", sa.JSON(), "[]"),
            ("quorum", sa.Integer(), "1"),
            ("round", sa.Integer(), "1"),
            ("blockers", sa.JSON(), "[]"),
            ("override_reason", sa.Text(), ""),
            ("target_version", sa.String(length=255), ""),
        ):
            table.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        table.add_column(sa.Column("approved_until", UtcDateTime(), nullable=True))
    with op.batch_alter_table("decisions") as table:
        table.add_column(sa.Column("round", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(
            sa.Column("target_version", sa.String(length=255), nullable=False, server_default="")
        )
    op.execute("UPDATE proposals SET shown_as = record_id")


def _outbox_and_receipts() -> None:
    with op.batch_alter_table("outbox") as table:
        for name, kind, default in (
            ("action", sa.String(length=16), "write"),
            ("target", sa.String(length=64), ""),
            # What was under way when this ran may have been written: it is looked for first.
            ("writes", sa.Integer(), "1"),
            ("looks", sa.Integer(), "0"),
            ("failures", sa.Integer(), "0"),
            ("note", sa.Text(), ""),
        ):
            table.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        table.drop_constraint("pk_outbox", type_="primary")
        table.create_primary_key("pk_outbox", ["proposal_id", "action"])
    op.execute("UPDATE outbox SET writes = 0 WHERE attempts = 0")
    with op.batch_alter_table("outbox") as table:
        table.drop_column("attempts")
    op.execute(
        "UPDATE outbox SET target = "
        "(SELECT target FROM proposals WHERE proposals.id = outbox.proposal_id)"
    )
    with op.batch_alter_table("receipts") as table:
        for name, kind, default in (
            ("action", sa.String(length=16), "write"),
            ("version_before", sa.String(length=255), ""),
            ("version_after", sa.String(length=255), ""),
        ):
            table.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        table.drop_constraint("pk_receipts", type_="primary")
        table.create_primary_key("pk_receipts", ["proposal_id", "action"])
