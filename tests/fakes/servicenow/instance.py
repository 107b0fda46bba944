"""The instance: its rows, its users, its settings, and what a test may do to it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.fakes.faults import Faults
from tests.fakes.servicenow.access import Access
from tests.fakes.servicenow.schema import CHOICES, COLUMNS
from tests.fakes.servicenow.store import Change, Store

JOURNAL_ROLE = "audit_viewer"


@dataclass(frozen=True, slots=True)
class Policy:
    """Who sends ``field`` to ``table`` is refused with 403 and this message."""

    table: str
    field: str
    message: str


@dataclass(slots=True)
class Options:
    """How this instance is set up.

    ``invalid_query_returns_no_rows`` is ``glide.invalid_query.returns_no_rows``.
    ``journal_hidden`` shows a reader without the role no rows, where others answer 403.
    ``rate_limit`` is how many requests are answered before the limit rule refuses (0: no rule).
    ``ignored`` are columns, with their table, that an ACL lets nobody write: the instance says
    yes and leaves them out. ``hidden_columns`` are shown to nobody. ``cut_at`` is the length of
    text columns (0: endless), ``first_state`` that of new articles.
    """

    invalid_query_returns_no_rows: bool = False
    journal_hidden: bool = False
    rate_limit: int = 0
    cut_at: int = 0
    first_state: str = "draft"
    policies: list[Policy] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    hidden_columns: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Later:
    lists: int
    table: str
    rows: Sequence[Mapping[str, Any]]


class ServiceNow:
    """One instance. ``url`` is where it is served.

    ``requests`` are method, path and query of every request in order; ``writes`` the changes
    that clients really made. ``clock`` is the time by which rows are stamped. With ``state``
    everything is in that file too, and an instance that is started on it goes on from there.
    """

    def __init__(
        self, state: Path | None = None, clock: Callable[[], datetime] | None = None
    ) -> None:
        self.store = Store(state, clock)
        self.access = Access()
        self.faults = Faults()
        self.options = Options()
        self.requests: list[tuple[str, str, str]] = []
        self.url = ""
        self.closing = ExitStack()
        self._later: list[_Later] = []
        self._users_and_choices()

    @property
    def writes(self) -> list[Change]:
        """What clients changed, in order."""
        return self.store.writes

    def add(self, table: str, fields: Mapping[str, str], **more: Any) -> str:
        """Put a row there as it is, or change these fields of one that is there; the sys_id.

        Nobody is told: not even ``sys_updated_on`` moves unless it is among the fields. So a
        row with an older one is one that was committed late.
        """
        return self.store.add(table, fields, **more)

    def touch(self, table: str, sys_id: str, fields: Mapping[str, str]) -> None:
        """Change a row as somebody in the agent workspace would; it is no write of a client."""
        known = self.store.tables[table].rows[sys_id].fields
        version = str(int(known.get("sys_mod_count") or "0") + 1)
        stamps = {"sys_updated_on": self.store.now(), "sys_mod_count": version}
        self.add(table, {"sys_id": sys_id, **stamps, **fields})

    def hide(self, table: str, sys_ids: Iterable[str], hidden: bool = True) -> None:
        """Let the ACLs hide rows, or show them again."""
        for sys_id in sys_ids:
            self.add(table, {"sys_id": sys_id}, hidden=hidden)

    def remove(self, table: str, sys_id: str) -> None:
        """Delete a row; no update cursor ever learns of it."""
        self.store.take_away(table, sys_id)

    def between_pages(self, table: str, rows: Sequence[Mapping[str, Any]], after: int = 1) -> None:
        """Put rows there once ``after`` more lists of the table were answered."""
        self._later.append(_Later(after, table, rows))

    def grant(self, name: str, *roles: str) -> None:
        """Give an identity roles, such as ``JOURNAL_ROLE``."""
        self.access.identities[name].roles.update(roles)

    def field(self, table: str, sys_id: str, name: str) -> str:
        """A stored value, as the database has it."""
        return self.store.tables[table].rows[sys_id].fields.get(name, "")

    def notes(self, sys_id: str, element: str = "work_notes") -> list[str]:
        """The entries of a journal of a row, the oldest first."""
        entries = self.store.journals.get(sys_id, ())
        return [row.fields["value"] for row in entries if row.fields["element"] == element]

    def at_end(self, close: Callable[[], object]) -> None:
        """Call this when the instance is no longer served, such as a client's ``close``."""
        self.closing.callback(close)

    def list_answered(self, table: str) -> None:
        """A list of a table left the house: what waits for that may happen now."""
        for later in [each for each in self._later if each.table == table]:
            later.lists -= 1
            if later.lists <= 0:
                self._later.remove(later)
                for row in later.rows:
                    self.add(table, row)

    def _users_and_choices(self) -> None:
        for who in self.access.identities.values():
            user = {"user_name": who.name, "name": who.label, "time_zone": who.time_zone}
            self._preset("sys_user", f"user {who.name}", {**user, "active": "true"})
        for (table, element), labels in CHOICES.items():
            for sequence, (value, label) in enumerate(labels.items()):
                choice = {
                    "name": table,
                    "element": element,
                    "value": value,
                    "label": label,
                    "language": "en",
                    "inactive": "false",
                    "sequence": str(sequence),
                }
                self._preset("sys_choice", f"{table}.{element}.{value}", choice)

    def _preset(self, table: str, name: str, fields: Mapping[str, str]) -> None:
        sys_id = self.store.sys_id_of(name)
        if sys_id not in self.store.tables[table].rows:
            self.add(table, {"sys_id": sys_id, **fields})


def tables() -> tuple[str, ...]:
    """The tables that an instance has."""
    return tuple(COLUMNS)
