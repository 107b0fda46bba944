"""The Jira Query Language, as far as an integration needs it.

``a = b AND (c in (d, e) OR NOT f ~ "g") ORDER BY updated ASC, key ASC``. A query that cannot be
understood is refused. Dates have the resolution of a minute and are in the zone of whoever asks.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from tests.fakes.jira.errors import Failed
from tests.fakes.jira.store import Issue, Store

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?P<mark>!=|>=|<=|!~|[=<>~(),])"""
    r"""|(?P<word>[^\s"'=<>~!(),]+))"""
)
_PERIOD = re.compile(r"([+-]?)(\d+)([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
_DATES = frozenset({"created", "updated", "resolutiondate"})
_KEYS = frozenset({"key", "id"})
_ALIASES = {
    "issuekey": "key",
    "issue": "key",
    "resolved": "resolutiondate",
    "type": "issuetype",
    "component": "components",
}
# "orderBy clause can contain a maximum of 7 fields": Search for issues using JQL enhanced search.
_MAX_ORDER = 7

_T = TypeVar("_T", datetime, tuple[str, int])
Test = Callable[[Issue], bool]
Order = Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Query:
    """A test of issues and their order: field and whether it descends."""

    test: Test
    order: Order


class _Reader:
    """Reads one query from left to right."""

    def __init__(self, jql: str, store: Store, zone: str, now: datetime) -> None:
        self._tokens = _tokens(jql)
        self._at = 0
        self._store = store
        self._zone = ZoneInfo(zone)
        self._now = now

    def query(self) -> Query:
        """The whole query."""
        if self._at == len(self._tokens) or self._word() == "order":
            # Source: as above, "bounded query"; the words are those of the server.
            raise Failed(
                400,
                "Unbounded JQL queries are not allowed here. "
                "Please add a search restriction to your query.",
            )
        test = self._any()
        order = self._order() if self._word() == "order" else [("created", True)]
        if self._at < len(self._tokens):
            raise _wrong(f"Expecting operator but got '{self._next()}'.")
        return Query(test, order)

    def _any(self) -> Test:
        tests = [self._all()]
        while self._word() == "or":
            self._next()
            tests.append(self._all())
        return tests[0] if len(tests) == 1 else lambda issue: any(test(issue) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._word() == "and":
            self._next()
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda issue: all(test(issue) for test in tests)

    def _one(self) -> Test:
        if self._word() == "not":
            self._next()
            negated = self._one()
            return lambda issue: not negated(issue)
        if self._word() == "(":
            self._next()
            test = self._any()
            self._expect(")")
            return test
        return self._clause()

    def _clause(self) -> Test:
        field = self._field(self._next())
        operator = self._next().lower()
        if operator == "is":
            negative = self._word() == "not"
            if negative:
                self._next()
            self._expect("empty", "null")
            return lambda issue: bool(self._store.values(issue, field)) is negative
        if operator == "not":
            self._expect("in")
            operator = "not in"
        values = self._values() if operator in {"in", "not in"} else [self._next()]
        if field in _DATES:
            return self._date_test(field, operator, values[0])
        if field in _KEYS:
            self._check_keys(values)
        return self._value_test(field, operator, values)

    def _value_test(self, field: str, operator: str, values: list[str]) -> Test:
        wanted = {value.lower() for value in values}
        match operator:
            case "=" | "in":
                return lambda issue: bool(wanted & self._said(issue, field))
            case "!=" | "not in":
                # As in SQL, and as people keep finding out: an empty field is not unlike anything.
                return lambda issue: (
                    bool(self._said(issue, field)) and not (wanted & self._said(issue, field))
                )
            case "~":
                return lambda issue: any(
                    word in text for text in self._said(issue, field) for word in wanted
                )
        if field in _KEYS and operator in {">", ">=", "<", "<="}:
            limit = _number(values[0])
            return lambda issue: _compared(operator, _number(issue.key), limit)
        raise _wrong(f"The operator '{operator}' is not supported by the '{field}' field.")

    def _date_test(self, field: str, operator: str, value: str) -> Test:
        limit = self._moment(field, value)

        def holds(issue: Issue) -> bool:
            moment = issue.moment(field)
            return moment is not None and _compared(operator, moment, limit)

        return holds

    def _moment(self, field: str, value: str) -> datetime:
        period = _PERIOD.fullmatch(value)
        if period is not None:
            sign = 1 if period[1] == "+" else -1
            return self._now + sign * timedelta(**{_UNITS[period[3]]: int(period[2])})
        for form in _FORMATS:
            try:
                return datetime.strptime(value, form).replace(tzinfo=self._zone)
            except ValueError:
                continue
        raise _wrong(
            f"Date value '{value}' for field '{field}' is invalid. Valid formats include: "
            "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period "
            "format e.g. '-5d', '4w 2d'."
        )

    def _order(self) -> Order:
        self._next()
        self._expect("by")
        order = []
        while True:
            field = self._field(self._next())
            descending = self._word() == "desc"
            if self._word() in {"asc", "desc"}:
                self._next()
            order.append((field, descending))
            if self._word() != ",":
                break
            self._next()
        if len(order) > _MAX_ORDER:
            raise _wrong(f"The maximum number of fields in 'order by' is {_MAX_ORDER}.")
        return order

    def _values(self) -> list[str]:
        self._expect("(")
        values = [self._next()]
        while self._word() == ",":
            self._next()
            values.append(self._next())
        self._expect(")")
        return values

    def _field(self, name: str) -> str:
        lowered = name.lower()
        known = self._store.field_id(_ALIASES.get(lowered, lowered))
        if known is None:
            raise _wrong(f"Field '{name}' does not exist or you do not have permission to view it.")
        return known

    def _check_keys(self, values: list[str]) -> None:
        """The server refuses keys that are none; atlassian-python-api's ``bulk_issue`` reads it."""
        for value in values:
            if self._store.issue(value) is None:
                raise Failed(400, f"An issue with key '{value}' does not exist for field 'key'.")

    def _said(self, issue: Issue, field: str) -> set[str]:
        return {value.lower() for value in self._store.values(issue, field)}

    def _word(self) -> str:
        """The next token in lower case, unless it is quoted; it stays."""
        if self._at == len(self._tokens):
            return ""
        text, quoted = self._tokens[self._at]
        return "" if quoted else text.lower()

    def _next(self) -> str:
        if self._at == len(self._tokens):
            raise _wrong("The query ended too early.")
        self._at += 1
        return self._tokens[self._at - 1][0]

    def _expect(self, *words: str) -> None:
        got = self._next()
        if got.lower() not in words:
            raise _wrong(f"Expecting '{words[0]}' but got '{got}'.")


def parse(jql: str, store: Store, zone: str, now: datetime) -> Query:
    """The query; ``Failed`` with 400 when it is wrong or unbounded."""
    return _Reader(jql, store, zone, now).query()


def sort_key(issue: Issue, order: Order) -> tuple[tuple[float | str | int, ...], ...]:
    """A key by which issues come in the order of a query, the number of the issue last."""
    return tuple(_place(issue, field, descending) for field, descending in [*order, ("id", False)])


def _place(issue: Issue, field: str, descending: bool) -> tuple[float | str | int, ...]:
    sign = -1 if descending else 1
    if field in _DATES:
        moment = issue.moment(field)
        return (sign * (moment.timestamp() if moment else 0.0),)
    if field == "id":
        return (sign * int(issue.id),)
    project, number = _number(issue.key)
    # Names descend by their characters' complements.
    name = "".join(chr(0xFFFF - ord(letter)) for letter in project) if descending else project
    return (name, sign * number)


def _tokens(jql: str) -> list[tuple[str, bool]]:
    found, at = [], 0
    while at < len(jql.rstrip()):
        match = _TOKEN.match(jql, at)
        if match is None:
            raise _wrong(f"The character '{jql[at:].strip()[:1]}' is a reserved JQL character.")
        quoted = match["text"]
        text = re.sub(r"\\(.)", r"\1", quoted[1:-1]) if quoted else match["mark"] or match["word"]
        found.append((text, quoted is not None))
        at = match.end()
    return found


def _number(key: str) -> tuple[str, int]:
    project, _, number = key.rpartition("-")
    return project.upper(), int(number) if number.isdigit() else 0


def _compared(operator: str, found: _T, limit: _T) -> bool:
    match operator:
        case "=":
            return found == limit
        case ">":
            return found > limit
        case ">=":
            return found >= limit
        case "<":
            return found < limit
        case "<=":
            return found <= limit
    raise _wrong(f"The operator '{operator}' is not supported here.")


def _wrong(reason: str) -> Failed:
    return Failed(400, f"Error in the JQL Query: {reason}")
