"""Which records an organisation itself has linked: the truth that its own history holds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pydantic import JsonValue

from retrieval.records import Record

LINK_FIELDS = frozenset(
    """problem problem_id parent parent_incident duplicate_of duplicates known_error rca rca_id
    related related_to relates_to linked_issues caused_by_problem master_ticket""".split()
)
"""Fields by which ticket systems say that two records are about the same thing."""

# A problem that most records name is a bucket, not a cause.
_MOST_IN_A_GROUP = 50


class Link(NamedTuple):
    """A record that another is linked with, through a name that both have to do with.

    ``ours`` and ``theirs`` are the fields by which each of the two names it; one of them is
    empty where the name is that record's own.
    """

    other: str
    ours: frozenset[str]
    theirs: frozenset[str]


def links(records: Iterable[Record]) -> dict[str, tuple[Link, ...]]:
    """For each linked record its links, one for each name that links it with another.

    Linked are records that name the same thing in a link field, and records that name each
    other. Larger groups than 50 are passed over.
    """
    groups: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    names: dict[str, str] = {}
    for record in records:
        names[record.external_id] = record.id
        for field, name in named(record.fields):
            groups[name][record.id].add(field)
    found: dict[str, list[Link]] = defaultdict(list)
    for name, members in groups.items():
        together = {member: frozenset(fields) for member, fields in members.items()}
        if name in names:
            together.setdefault(names[name], frozenset())
        if not 1 < len(together) <= _MOST_IN_A_GROUP:
            continue
        for member, ours in together.items():
            found[member] += [
                Link(o, ours, theirs) for o, theirs in together.items() if o != member
            ]
    return {record: tuple(found[record]) for record in sorted(found)}


def linked_records(records: Iterable[Record]) -> dict[str, frozenset[str]]:
    """For each linked record the ids of those it is linked with, itself left out."""
    return {
        record: frozenset(link.other for link in linked)
        for record, linked in links(records).items()
    }


def named(fields: Mapping[str, JsonValue]) -> Iterable[tuple[str, str]]:
    """(field, name) of everything that a record's link fields name."""
    for field in sorted(LINK_FIELDS & fields.keys()):
        value = fields[field]
        for entry in value if isinstance(value, list) else [value]:
            if isinstance(entry, str) and entry.strip():
                yield field, entry.strip()
