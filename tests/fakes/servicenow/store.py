"""The rows of an instance, every write that was made to them, and the file that outlives it."""

import hashlib
import json
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from tests.fakes.servicenow.query import Key
from tests.fakes.servicenow.schema import COLUMNS, JOURNAL_TABLE, JOURNALS, PREFIXES

TIME_FORMAT = "%Y-%m-%d %H:%M:%S"


@dataclass(slots=True, eq=False)
class Row:
    """Stored values, what people see instead of them, and whether the ACLs hide it.

    ``rendered`` is the last answer that was made of it, with what it was made for.
    """

    fields: dict[str, str]
    display: dict[str, str] = field(default_factory=dict)
    hidden: bool = False
    rendered: tuple[object, bytes] | None = None

    @property
    def key(self) -> Key:
        """Its place in the index."""
        return self.fields.get("sys_updated_on", ""), self.fields["sys_id"]


class Table:
    """Rows by sys_id, and an index on (sys_updated_on, sys_id)."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.columns = columns
        self._names = frozenset(columns)
        self.rows: dict[str, Row] = {}
        self.index: list[Key] = []

    def put(self, row: Row) -> None:
        """Add a row, or move it to where it belongs now."""
        self.remove(row.fields["sys_id"])
        self._know(row)
        self.rows[row.fields["sys_id"]] = row
        insort(self.index, row.key)

    def move(self, row: Row, old: Key) -> None:
        """Correct the index after a change of a row that had this key."""
        row.rendered = None
        self._know(row)
        if row.key != old:
            del self.index[bisect_left(self.index, old)]
            insort(self.index, row.key)

    def _know(self, row: Row) -> None:
        """A field that a customer added is a column of the whole table."""
        if not self._names.issuperset(row.fields):
            self.columns += tuple(name for name in row.fields if name not in self._names)
            self._names = frozenset(self.columns)

    def remove(self, sys_id: str) -> Row | None:
        """Take a row out."""
        row = self.rows.pop(sys_id, None)
        if row is not None:
            del self.index[bisect_left(self.index, row.key)]
        return row


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the state file.

    ``what`` is ``write`` for what a client did through the API, ``row`` for what a test put
    there and ``gone`` for what a test took away.
    """

    what: str
    method: str
    table: str
    sys_id: str
    fields: dict[str, str]
    at: str
    by: str = ""
    display: dict[str, str] = field(default_factory=dict)
    hidden: bool = False


class Store:
    """All tables. With a state file every change is in it before it is visible."""

    def __init__(
        self, state: Path | None = None, clock: Callable[[], datetime] | None = None
    ) -> None:
        self._clock = clock or (lambda: datetime.now(UTC))
        self.tables = {name: Table(columns) for name, columns in COLUMNS.items()}
        self.journals: dict[str, list[Row]] = {}
        self.writes: list[Change] = []
        self._file: BinaryIO | None = None
        if state is not None:
            for change in _changes(state):
                self._carry_out(change)
            self._file = state.open("ab", buffering=0)
            # Ends a line that the process before did not live to end.
            self._file.write(b"\n")

    def now(self) -> str:
        """The instance's time, UTC, to the second."""
        return self._clock().strftime(TIME_FORMAT)

    def add(
        self,
        table: str,
        fields: Mapping[str, str],
        display: Mapping[str, str] | None = None,
        hidden: bool = False,
    ) -> str:
        """Put a row there exactly as given, whatever its dates; the sys_id."""
        sys_id = fields.get("sys_id") or self.new_sys_id(table)
        self._carry_out(
            Change(
                what="row",
                method="",
                table=table,
                sys_id=sys_id,
                fields=dict(fields),
                at=self.now(),
                display=dict(display or {}),
                hidden=hidden,
            )
        )
        return sys_id

    def write(
        self, method: str, table: str, sys_id: str, values: Mapping[str, str], by: str
    ) -> None:
        """What a client changes: POST, PATCH or DELETE."""
        self._carry_out(Change("write", method, table, sys_id, dict(values), self.now(), by))

    def take_away(self, table: str, sys_id: str) -> None:
        """Remove a row behind everybody's back."""
        self._carry_out(Change("gone", "DELETE", table, sys_id, {}, self.now()))

    def new_sys_id(self, table: str) -> str:
        """The next id; the same in every run, so that failures can be repeated."""
        return self.sys_id_of(f"{table}:{len(self.tables[table].rows)}:{len(self.writes)}")

    @staticmethod
    def sys_id_of(name: str) -> str:
        """The id that belongs to a name."""
        return _digest(name)

    def close(self) -> None:
        """Close the state file."""
        if self._file is not None:
            self._file.close()

    def _carry_out(self, change: Change) -> None:
        if self._file is not None:
            self._file.write(json.dumps(asdict(change)).encode() + b"\n")
        if change.what == "write":
            self.writes.append(change)
        table = self.tables[change.table]
        if change.method == "DELETE":
            table.remove(change.sys_id)
        elif change.what == "row":
            self._place(table, change)
        else:
            self._update(table, change)

    def _place(self, table: Table, change: Change) -> None:
        before = table.rows.get(change.sys_id)
        if before is not None:
            old = before.key
            before.fields.update(change.fields)
            before.display.update(change.display)
            before.hidden = change.hidden
            table.move(before, old)
            return
        system = {
            "sys_id": change.sys_id,
            "sys_created_on": change.at,
            "sys_updated_on": change.at,
            "sys_mod_count": "0",
            "sys_class_name": change.table,
        }
        defaults = {name: value for name, value in system.items() if name in table.columns}
        row = Row({**defaults, **change.fields}, change.display, change.hidden)
        table.put(row)
        if change.table == JOURNAL_TABLE:
            self._enter(row)

    def _update(self, table: Table, change: Change) -> None:
        row = table.rows.get(change.sys_id)
        if row is None:
            row = Row(self._blank(table, change))
            table.put(row)
        old = row.key
        written = {name: value for name, value in change.fields.items() if name not in JOURNALS}
        row.fields.update(written)
        for name in written:
            row.display.pop(name, None)
        row.fields["sys_updated_on"] = change.at
        row.fields["sys_updated_by"] = change.by
        row.fields["sys_mod_count"] = str(int(row.fields.get("sys_mod_count") or "-1") + 1)
        table.move(row, old)
        for element in JOURNALS:
            if change.fields.get(element):
                self._note(change, element, row.fields["sys_mod_count"])

    def _blank(self, table: Table, change: Change) -> dict[str, str]:
        number = f"{PREFIXES.get(change.table, 'REC')}{9_000_001 + len(table.rows):07d}"
        made = {
            "sys_id": change.sys_id,
            "sys_class_name": change.table,
            "sys_created_on": change.at,
            "sys_created_by": change.by,
            "number": number,
            "workflow_state": "draft" if change.table == "kb_knowledge" else "",
        }
        return {name: value for name, value in made.items() if name in table.columns}

    def _note(self, change: Change, element: str, version: str) -> None:
        row = Row(
            {
                "sys_id": _digest(f"{change.sys_id}:{element}:{version}"),
                "element": element,
                "element_id": change.sys_id,
                "name": change.table,
                "value": change.fields[element],
                "sys_created_on": change.at,
                "sys_created_by": change.by,
            }
        )
        self.tables[JOURNAL_TABLE].put(row)
        self._enter(row)

    def _enter(self, entry: Row) -> None:
        owner = entry.fields.get("element_id", "")
        self.journals.setdefault(owner, []).append(entry)
        table = self.tables.get(entry.fields.get("name", ""))
        if table is not None and owner in table.rows:
            table.rows[owner].rendered = None


def written(state: Path) -> list[Change]:
    """What clients really changed, as the state file has it."""
    return [change for change in _changes(state) if change.what == "write"]


def _changes(state: Path) -> Iterator[Change]:
    for line in state.read_bytes().split(b"\n") if state.exists() else ():
        try:
            known: dict[str, Any] = json.loads(line)
        except ValueError:
            # The process was killed while it wrote this line: nobody was told of it.
            continue
        yield Change(**known)


def _digest(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
