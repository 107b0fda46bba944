"""Proof of what was written, and where people see it."""

from datetime import UTC, datetime

from assistant.domain.approval import Receipt
from assistant.writers.servicenow.table import Row


class Receipts:
    """Receipts with addresses at one instance."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url.rstrip("/")

    def url(self, table: str, sys_id: str) -> str:
        """Where people see a row."""
        return f"{self._base}/{table}.do?sys_id={sys_id}"

    def of(self, row: Row, table: str, sys_id: str, field: str, before: str = "") -> Receipt:
        """A receipt for a row as it is after the change."""
        return Receipt(
            external_reference=f"{row.value('number')} {field}".strip(),
            url=self.url(table, sys_id),
            delivered_at=datetime.now(UTC),
            version_before=before,
            version_after=row.version,
        )
