"""The ticket writer for ServiceNow."""

import json

from assistant.domain.approval import Receipt, Target
from assistant.domain.delivery import Field, TargetState, UndoIntent, WriteIntent
from assistant.writers.servicenow.articles import Articles
from assistant.writers.servicenow.fields import KB_DRAFT, WORK_NOTES
from assistant.writers.servicenow.notes import WorkNotes, holds
from assistant.writers.servicenow.receipts import Receipts
from assistant.writers.servicenow.table import Row, TableApi
from assistant.writers.servicenow.tickets import PROBLEM, Ticket, Tickets, shown_as
from retrieval.errors import InvalidInput, Refused, TargetChanged, Unanswered
from retrieval.records import Record

_OK = 200


class ServiceNowWriter:
    """Sends every body as it is, in one PATCH or POST. See the package for what is not atomic."""

    def __init__(
        self,
        name: str,
        fields: tuple[Field, ...],
        table: TableApi,
        base_url: str,
        knowledge_base: str = "",
    ) -> None:
        self.name = name
        self.fields = fields
        self._table = table
        self._base = base_url.rstrip("/")
        self._receipts = Receipts(base_url)
        self._tickets = Tickets(table)
        self._notes = WorkNotes(table, self._tickets)
        self._articles = Articles(table, self._receipts, knowledge_base)

    def locate(self, record: Record) -> str:
        """See ``TicketWriter.locate``: ``table/sys_id``, by the record's fields or its number."""
        return self._tickets.locate(record).reference

    def read(self, target: Target) -> TargetState:
        """See ``TicketWriter.read``.

        A new article has nothing before it: whatever happens to the ticket is no conflict.
        ``InvalidInput`` for a field that only problems have, of another ticket.
        """
        field, ticket = self._place(target)
        url = self._receipts.url(ticket.table, ticket.sys_id)
        if field.name == KB_DRAFT:
            row = self._tickets.read(ticket)
            return TargetState(f"New article about {shown_as(row)}", "", url=url)
        row = self._tickets.read(ticket, *([field.name] if field.replaces else []))
        return TargetState(shown_as(row), row.version, row.value(field.name), url)

    def describe(self, intent: WriteIntent) -> str:
        """See ``TicketWriter.describe``."""
        field, ticket = self._place(intent.target)
        if field.name == KB_DRAFT:
            return self._request("POST", "kb_knowledge", self._articles.values(intent))
        return self._request("PATCH", ticket.reference, {field.name: intent.body})

    def apply(self, intent: WriteIntent) -> Receipt:
        """See ``TicketWriter.apply``."""
        field, ticket = self._place(intent.target)
        if field.name == KB_DRAFT:
            return self._articles.create(intent)
        if field.name == WORK_NOTES:
            row = self._notes.add(ticket, intent.body, intent.marker, intent.version)
        else:
            row = self._replaced(ticket, field, intent)
        return self._receipt(row, ticket, field, intent.version)

    def find(self, intent: WriteIntent) -> Receipt | None:
        """See ``TicketWriter.find``."""
        field, ticket = self._place(intent.target)
        if field.name == KB_DRAFT:
            return self._articles.find(intent)
        if field.name == WORK_NOTES:
            found = self._notes.find(ticket, intent.marker, intent.version)
        else:
            row = self._tickets.read(ticket, field.name)
            found = row if holds(row.value(field.name), intent.marker) else None
        return None if found is None else self._receipt(found, ticket, field)

    def undo(self, undo: UndoIntent) -> Receipt:
        """See ``TicketWriter.undo``; ``TargetChanged`` when the text was edited since."""
        field, ticket = self._place(undo.intent.target)
        if field.name == KB_DRAFT:
            return self._articles.retire(undo)
        since = undo.receipt.version_after
        if not field.replaces or undo.previous is None:
            row = self._notes.add(ticket, undo.note, undo.marker, since)
            return self._receipt(row, ticket, field, since)
        before = self._tickets.read(ticket, field.name)
        number = before.value("number")
        if not _same(before.value(field.name), undo.intent.body):
            raise TargetChanged(
                f"{field.label} {number} was edited since it was written; it is left as it is. "
                "Mend it in ServiceNow."
            )
        values = {field.name: undo.previous}
        row = self._notes.add(ticket, undo.note, undo.marker, before.version, values)
        if not _same(row.value(field.name), undo.previous):
            raise Refused(
                f"ServiceNow took the work note but not the earlier text of {field.label} {number}."
                " Put it back there.",
                _OK,
            )
        return self._receipt(row, ticket, field, before.version)

    def find_undo(self, undo: UndoIntent) -> Receipt | None:
        """See ``TicketWriter.find_undo``."""
        field, ticket = self._place(undo.intent.target)
        if field.name == KB_DRAFT:
            return self._articles.find_retired(undo)
        found = self._notes.find(ticket, undo.marker, undo.receipt.version_after)
        return None if found is None else self._receipt(found, ticket, field)

    def close(self) -> None:
        """Close the connections."""
        self._table.close()

    def _replaced(self, ticket: Ticket, field: Field, intent: WriteIntent) -> Row:
        row = self._tickets.change(ticket, {field.name: intent.body}, field.name)
        found = row.value(field.name)
        if holds(found, intent.marker):
            return row
        number = row.value("number")
        if intent.version and row.version == intent.version:
            raise Refused(
                f"ServiceNow accepted the request but left {field.label} {number} as it was. "
                "Give the identity that writes the right to write this field.",
                _OK,
            )
        if found:
            raise Refused(
                f"ServiceNow keeps another text in {field.label} {number} than was sent: "
                f"{len(found):,} characters instead of {len(intent.body):,}. Look at it there.",
                _OK,
            )
        raise Unanswered(f"ServiceNow does not show what was written into {field.label} {number}.")

    def _place(self, target: Target) -> tuple[Field, Ticket]:
        field = next((field for field in self.fields if field.name == target.field), None)
        if field is None:
            known = ", ".join(field.name for field in self.fields)
            raise InvalidInput(f"{self.name} has no field {target.field!r}. It has {known}.")
        ticket = Ticket.of(target)
        if field.replaces and ticket.table != PROBLEM:
            raise InvalidInput(
                f"{field.label}: only problems have this field, and this is an entry of "
                f"{ticket.table}. Draft from the problem's own record, or write a work note."
            )
        return field, ticket

    def _receipt(self, row: Row, ticket: Ticket, field: Field, before: str = "") -> Receipt:
        return self._receipts.of(row, ticket.table, ticket.sys_id, field.name, before)

    def _request(self, method: str, path: str, values: dict[str, str]) -> str:
        body = json.dumps(values, ensure_ascii=False, indent=2)
        return f"{method} {self._base}/api/now/table/{path}\n{body}"


def _same(found: str, written: str) -> bool:
    """Whether a text is what was written, but for line ends and space that fields do not keep."""
    return found.split() == written.split()
