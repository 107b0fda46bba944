"""Encoded queries: ``a=1^b>2^ORc=3^NQd=4^ORDERBYe``.

As the vendor documents it (Table API, "sysparm_query"; operators in "Available filters"):
case-sensitive; a clause that cannot be understood is left out and the rest is executed.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from tests.fakes.servicenow.schema import NUMBERS

_CLAUSE = re.compile(
    r"([a-z][a-z0-9_]*)(ISNOTEMPTY|ISEMPTY|STARTSWITH|LIKE|IN|!=|>=|<=|=|>|<)(.*)", re.DOTALL
)
_AFTER_ALL = "\U0010ffff"
_KEYSET = ("sys_updated_on", "sys_id")

Fields = Mapping[str, str]
Test = Callable[[Fields], bool]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Clause:
    """``field operator value``."""

    field: str
    operator: str
    value: str

    def test(self) -> Test:
        """The clause as a function of a row's fields."""
        field, value = self.field, self.value
        match self.operator:
            case "=":
                return lambda row: row.get(field, "") == value
            case "!=":
                return lambda row: row.get(field, "") != value
            case "LIKE":
                return lambda row: value in row.get(field, "")
            case "STARTSWITH":
                return lambda row: row.get(field, "").startswith(value)
            case "IN":
                values = frozenset(value.split(","))
                return lambda row: row.get(field, "") in values
            case "ISEMPTY":
                return lambda row: not row.get(field)
            case "ISNOTEMPTY":
                return lambda row: bool(row.get(field))
        return self._order_test()

    def _order_test(self) -> Test:
        field, operator = self.field, self.operator
        limit = _comparable(field, self.value)

        def holds(row: Fields) -> bool:
            text = row.get(field, "")
            if not text:
                # As in SQL: nothing is neither before nor after anything.
                return False
            found = _comparable(field, text)
            match operator:
                case ">":
                    return found > limit
                case ">=":
                    return found >= limit
                case "<":
                    return found < limit
            return found <= limit

        return holds


@dataclass(frozen=True, slots=True)
class Query:
    """Any of ``groups``, which are all of their members, which are any of their clauses.

    ``ignored`` are the parts that were not understood.
    """

    groups: tuple[tuple[tuple[Clause, ...], ...], ...]
    order: tuple[tuple[str, bool], ...]
    ignored: tuple[str, ...]

    def test(self) -> Test:
        """The whole query as a function of a row's fields."""
        groups = [
            [[clause.test() for clause in member] for member in group] for group in self.groups
        ]
        return lambda row: any(
            all(any(test(row) for test in member) for member in group) for group in groups
        )

    @property
    def in_keyset_order(self) -> bool:
        """Whether the index on (sys_updated_on, sys_id) has the order that is asked for."""
        wanted = [name for name, descending in self.order if not descending]
        return len(wanted) == len(self.order) and tuple(wanted) in {_KEYSET, _KEYSET[:1]}

    def span(self, index: Sequence[Key]) -> tuple[int, int, bool]:
        """The stretch of the index outside of which nothing fits; whether all of it fits."""
        spans = [_span(group, index) for group in self.groups]
        low, high = min(each[0] for each in spans), max(each[1] for each in spans)
        covered = _length_of_union([each[:2] for each in spans]) == max(high - low, 0)
        return low, high, covered and all(each[2] for each in spans)


def parse(text: str, columns: Collection[str]) -> Query:
    """The query in a text; columns that the table does not have are not understood."""
    groups: list[list[list[Clause]]] = [[]]
    order: list[tuple[str, bool]] = []
    ignored: list[str] = []
    for part in filter(None, text.split("^")):
        if part.startswith("ORDERBY"):
            descending = part.startswith("ORDERBYDESC")
            name = part.removeprefix("ORDERBY").removeprefix("DESC")
            if name in columns:
                order.append((name, descending))
            continue
        clause_text = part
        if part.startswith("NQ"):
            groups.append([[]])
            clause_text = part[2:]
        elif part.startswith("OR") and groups[-1]:
            clause_text = part[2:]
        else:
            groups[-1].append([])
        found = _CLAUSE.fullmatch(clause_text)
        if found is None or found[1] not in columns:
            ignored.append(part)
        else:
            groups[-1][-1].append(Clause(*found.groups()))
    return Query(
        groups=tuple(tuple(tuple(member) for member in group if member) for group in groups),
        order=tuple(order),
        ignored=tuple(ignored),
    )


def in_order(rows: list[Fields], order: Sequence[tuple[str, bool]]) -> None:
    """Sort rows by several columns."""
    for name, descending in reversed(order):
        rows.sort(key=lambda row: _comparable(name, row.get(name, "")), reverse=descending)


def _comparable(field: str, value: str) -> tuple[int, str]:
    """Numbers by size, before everything that is none."""
    if field in NUMBERS and value.lstrip("-").isdigit():
        return int(value), ""
    return 0, value


def _span(group: Sequence[Sequence[Clause]], index: Sequence[Key]) -> tuple[int, int, bool]:
    clauses = [member[0] for member in group if len(member) == 1]
    pinned = next(
        (c.value for c in clauses if c.field == "sys_updated_on" and c.operator == "="), None
    )
    low, high, used = 0, len(index), 0
    for clause in clauses:
        if clause.field == "sys_updated_on":
            key = clause.value
            before, after = (key, ""), (key, _AFTER_ALL)
        elif clause.field == "sys_id" and pinned is not None:
            before = after = (pinned, clause.value)
        else:
            continue
        match clause.operator:
            case ">":
                low = max(low, bisect_right(index, after))
            case ">=":
                low = max(low, bisect_left(index, before))
            case "<":
                high = min(high, bisect_left(index, before))
            case "<=":
                high = min(high, bisect_right(index, after))
            case "=":
                low = max(low, bisect_left(index, before))
                high = min(high, bisect_right(index, after))
            case _:
                continue
        used += 1
    return low, max(low, high), used == len(group)


def _length_of_union(spans: Sequence[tuple[int, int]]) -> int:
    length, reached = 0, 0
    for low, high in sorted(spans):
        length += max(0, high - max(low, reached))
        reached = max(reached, high)
    return length
