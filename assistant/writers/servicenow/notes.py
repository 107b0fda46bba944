"""Work notes: entries that only grow, and how one of them is found again."""

import re

from assistant.writers.servicenow.fields import WORK_NOTES
from assistant.writers.servicenow.table import Row, TableApi
from assistant.writers.servicenow.tickets import Ticket, Tickets
from retrieval.errors import Refused, Unanswered

_JOURNAL = "sys_journal_field"
_OK = 200
_RIGHTS = "The identity that writes needs the right to read and write work_notes."


def holds(text: str, mark: str) -> bool:
    """Whether a text has a mark, and not only a longer one that begins like it."""
    return re.search(re.escape(mark) + r"(?![0-9A-Za-z_-])", text) is not None


class WorkNotes:
    """The internal journal of tickets."""

    def __init__(self, table: TableApi, tickets: Tickets) -> None:
        self._table = table
        self._tickets = tickets

    def add(
        self,
        ticket: Ticket,
        note: str,
        mark: str,
        before: str,
        values: dict[str, str] | None = None,
    ) -> Row:
        """Add one entry, together with other values; the ticket as it is then.

        The row has the fields of ``values`` too. ``Refused`` when the ticket is still at the
        version ``before``; ``Unanswered`` when it has changed but does not show the entry.
        """
        changed = {**(values or {}), WORK_NOTES: note}
        row = self._tickets.change(ticket, changed, *changed)
        if holds(row.shown(WORK_NOTES), mark) or self._in_journal(ticket, mark):
            return row
        number = row.value("number")
        if row.version == before:
            raise Refused(
                f"ServiceNow accepted the request but added no work note to {number}. {_RIGHTS}",
                _OK,
            )
        raise Unanswered(f"ServiceNow accepted a work note on {number} but hides it. {_RIGHTS}")

    def find(self, ticket: Ticket, mark: str, before: str) -> Row | None:
        """The ticket, if an entry with the mark is there; ``None`` if there certainly is none.

        ``before`` is the version of the ticket from which on it may have been added. ``Refused``
        when the ticket has changed since and shows no entry at all: then this identity may be
        blind, and nobody must write again before a person has looked.
        """
        row = self._tickets.read(ticket, WORK_NOTES)
        shown = row.shown(WORK_NOTES)
        if holds(shown, mark) or self._in_journal(ticket, mark):
            return row
        if shown or row.version == before:
            return None
        raise Refused(
            f"{row.value('number')} has changed, and shows this identity no work note at all. "
            f"{_RIGHTS} Look at the ticket.",
            _OK,
        )

    def _in_journal(self, ticket: Ticket, mark: str) -> bool:
        """Whether the journal table has it; many instances show that table to nobody."""
        query = f"element_id={ticket.sys_id}^element={WORK_NOTES}^valueLIKE{mark}"
        try:
            found = self._table.matching(_JOURNAL, query, ("element_id", "value"))
        except Refused:
            return False
        return any(
            row.value("element_id") == ticket.sys_id and holds(row.value("value"), mark)
            for row in found
        )
