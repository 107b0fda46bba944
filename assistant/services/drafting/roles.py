"""People by their roles: a draft says what was done, not who is to blame for it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.services.drafting.reading import Reading, read
from retrieval.records import Record

# Fields that name a person, and what the person is called.
_FIELDS = {
    "caller": "the caller",
    "reporter": "the caller",
    "requested_by": "the caller",
    "opened_by": "the caller",
    "assigned_to": "the assignee",
    "assignee": "the assignee",
    "resolved_by": "the assignee",
    "owner": "the owner",
}
_ENGINEER = "an engineer"
# - 2026-03-02 10:15 j.doe: restarted; as journals are kept.
_AUTHOR = re.compile(
    r"^[ \t]*[-*] \d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? (?P<name>[^\n:]{2,60}): ", re.MULTILINE
)
_MENTION = re.compile(r"(?<![\w@.])@[a-z][\w.-]*\w(?!@)", re.IGNORECASE)
# Accounts of a team or a tool are roles already.
_SHARED = re.compile(
    r"desk|on-?call|team|ops\b|support|admin|bot\b|monitor|alert|system|service|automation|noc\b"
    r"|manager|vendor|group|duty|shift|engineer",
    re.IGNORECASE,
)
_MAX_NAMES = 200


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of the people of one record, and the role of each.

    Closed on purpose: only names that the record itself marks as such (fields, authors of
    journal entries, mentions) are replaced. A name that stands only in prose stays.
    """

    roles: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, record: Record) -> "Roles":
        """The people whom a record names."""
        return _roles(record.id, record.revision, record.text, tuple(_people(record)))

    def applied(self, text: str) -> str:
        """The text with roles in the place of names and mentions."""
        if self.roles:
            by_name = {name.casefold(): role for name, role in self.roles}
            text = _pattern(self.roles).sub(lambda m: by_name[m["name"].casefold()], text)
        return _MENTION.sub(_ENGINEER, text)


def read_by_roles(record: Record) -> Reading:
    """As ``read``, with roles in the place of names; spans still cite the record's own words."""
    roles = Roles.of(record)
    found = read(record)
    units = tuple(replace(unit, text=roles.applied(unit.text)) for unit in found.units)
    return Reading(units, found.instructions)


def _people(record: Record) -> Iterator[tuple[str, str]]:
    for field, role in _FIELDS.items():
        value = record.fields.get(field)
        if isinstance(value, str) and len(value.strip()) > 1:
            yield value.strip(), role


@lru_cache(maxsize=500)
def _roles(_id: str, _revision: int, text: str, people: tuple[tuple[str, str], ...]) -> Roles:
    named = dict(people)
    authors = dict.fromkeys(match["name"].strip() for match in _AUTHOR.finditer(text))
    for name in list(authors)[:_MAX_NAMES]:
        named.setdefault(name, _ENGINEER)
    personal = {name: role for name, role in named.items() if not _SHARED.search(name)}
    # The longest first: "Jane Doe" before "Jane".
    return Roles(tuple(sorted(personal.items(), key=lambda item: -len(item[0]))))


@lru_cache(maxsize=500)
def _pattern(roles: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name, _ in roles)
    return re.compile(rf"(?<![\w@.-])@?(?P<name>{names})(?![\w-])", re.IGNORECASE)
