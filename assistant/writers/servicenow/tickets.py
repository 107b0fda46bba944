"""Which ticket is meant: addresses of tickets, and the number of a record."""

import re
from dataclasses import dataclass

from assistant.domain.approval import Target
from assistant.writers.servicenow.table import Row, TableApi
from retrieval.errors import NotFound
from retrieval.records import Record, RecordKind

PROBLEM = "problem"
_TABLES = {"incident", PROBLEM, "change_request"}
_PREFIXES = {"INC": "incident", "PRB": PROBLEM, "CHG": "change_request"}
_KINDS = {
    RecordKind.INCIDENT: "incident",
    RecordKind.PROBLEM: PROBLEM,
    RecordKind.CHANGE: "change_request",
}
_SYS_ID = re.compile(r"[0-9a-f]{32}")
_NUMBER = re.compile(r"\b([A-Z]{2,10})\d{3,20}\b")
_NAMED = ("number", "short_description", "sys_mod_count", "sys_updated_on")


@dataclass(frozen=True, slots=True)
class Ticket:
    """The address of a ticket."""

    table: str
    sys_id: str

    @property
    def reference(self) -> str:
        """Its ``Target.reference``."""
        return f"{self.table}/{self.sys_id}"

    @classmethod
    def of(cls, target: Target) -> "Ticket":
        """The ticket of a target; ``NotFound`` when its reference is no address of one."""
        table, _, sys_id = target.reference.partition("/")
        if table not in _TABLES or not _SYS_ID.fullmatch(sys_id):
            raise NotFound(f"{target.reference!r} is no address of a ticket, table/sys_id.")
        return cls(table, sys_id)


class Tickets:
    """Finds and reads tickets."""

    def __init__(self, table: TableApi) -> None:
        self._table = table

    def locate(self, record: Record) -> Ticket:
        """The ticket that a record is; asks by number where the record has no address.

        ``NotFound`` when it names none, or the instance knows none of that number.
        """
        table = str(record.fields.get("table") or _KINDS.get(record.kind, ""))
        sys_id = str(record.fields.get("sys_id") or "")
        if table in _TABLES and _SYS_ID.fullmatch(sys_id):
            return Ticket(table, sys_id)
        number, table = _number_of(record)
        found = self._table.matching(table, f"number={number}", ("sys_id", "number"))
        # An instance that does not understand the clause answers with other tickets.
        ids = [row.value("sys_id") for row in found if row.value("number") == number]
        if not ids:
            raise NotFound(
                f"{record.id} is not there: no {table} has the number {number}, or this identity "
                "may not see it."
            )
        return Ticket(table, ids[0])

    def read(self, ticket: Ticket, *fields: str) -> Row:
        """A ticket's name and version, and these fields; ``NotFound`` when it is gone."""
        return self._table.one(ticket.table, ticket.sys_id, (*_NAMED, *fields))

    def change(self, ticket: Ticket, values: dict[str, str], *shown: str) -> Row:
        """Send one PATCH; the ticket as it is then, with these fields."""
        return self._table.change(ticket.table, ticket.sys_id, values, (*_NAMED, *shown))


def shown_as(row: Row) -> str:
    """What people call a ticket."""
    return f"{row.value('number')} {row.value('short_description')}".strip()


def _number_of(record: Record) -> tuple[str, str]:
    """The number in what a record is called, and the table that it is of."""
    names = (record.fields.get("number"), record.external_id, record.id, record.title)
    for name in names:
        for found in _NUMBER.finditer(str(name or "")):
            if found[1] in _PREFIXES:
                return found[0], _PREFIXES[found[1]]
    # Instances can have other prefixes; then the whole id must be the number.
    if record.kind in _KINDS and _NUMBER.fullmatch(record.external_id):
        return record.external_id, _KINDS[record.kind]
    raise NotFound(f"{record.id} has no number of a ticket, such as INC0010427.")
