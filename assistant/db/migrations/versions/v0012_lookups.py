"""What is looked up is found by an index: source keys of records, and events of the ledger."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_AT_A_TIME = 1_000
# As they were when this was written, whatever later versions take for a key.
_FIELDS = ("sys_id", "issue_id")
_KEY = re.compile(r"[0-9a-f]{32}|[0-9]{1,19}")

_records = sa.table(
    "records", sa.column("pk", sa.Integer), sa.column("revision"), sa.column("source_key")
)
_revisions = sa.table(
    "revisions", sa.column("record_pk"), sa.column("revision"), sa.column("fields", sa.JSON)
)


def upgrade() -> None:
    """Records that are there get the key of what they say now."""
    op.add_column("records", sa.Column("source_key", sa.String(64)))
    connection = op.get_bind()
    current = (_revisions.c.record_pk == _records.c.pk) & (
        _revisions.c.revision == _records.c.revision
    )
    page = (
        sa.select(_records.c.pk, _revisions.c.fields)
        .join(_revisions, current)
        .order_by(_records.c.pk)
        .limit(_AT_A_TIME)
    )
    keyed = (
        sa.update(_records)
        .where(_records.c.pk == sa.bindparam("of"))
        .values(source_key=sa.bindparam("key"))
    )
    last = 0
    while rows := connection.execute(page.where(_records.c.pk > last)).all():
        last = rows[-1].pk
        found = [{"of": pk, "key": key} for pk, fields in rows if (key := _key_of(fields))]
        if found:
            connection.execute(keyed, found)
    op.create_index("ix_records_source_source_key", "records", ["source", "source_key"])
    op.create_index("ix_records_external_id", "records", ["external_id"])
    op.create_index("ix_audit_events_action_at", "audit_events", ["action", "at"])
    op.create_index("ix_audit_events_subject", "audit_events", ["subject"])


def _key_of(fields):
    keys = (fields.get(name) for name in _FIELDS)
    return next((key for key in keys if isinstance(key, str) and _KEY.fullmatch(key)), None)
