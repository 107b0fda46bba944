"""Which records an organisation itself has linked: the truth that its own history holds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from retrieval.records import Record

LINK_FIELDS = frozenset(
    """problem problem_id parent parent_incident duplicate_of duplicates known_error rca rca_id
    related related_to relates_to linked_issues caused_by_problem master_ticket""".split()
)
"""Fields by which ticket systems say that two records are about the same thing."""

# A problem that most records name is a bucket, not a cause.
_MOST_IN_A_GROUP = 50


def linked_records(records: Iterable[Record]) -> dict[str, frozenset[str]]:
    """For each linked record the ids of those it is linked with, itself left out.

    Linked are records that name the same thing in a link field, and records that name each
    other. Larger groups than 50 are passed over.
    """
    groups: dict[str, set[str]] = defaultdict(set)
    names: dict[str, str] = {}
    for record in records:
        names[record.external_id] = record.id
        for name in _named(record.fields):
            groups[name].add(record.id)
    found: dict[str, set[str]] = defaultdict(set)
    for name, members in groups.items():
        together = members | ({names[name]} if name in names else set())
        if 1 < len(together) <= _MOST_IN_A_GROUP:
            for member in together:
                found[member] |= together - {member}
    return {record: frozenset(others) for record, others in sorted(found.items())}


def _named(fields: Mapping[str, JsonValue]) -> Iterable[str]:
    for name in LINK_FIELDS & fields.keys():
        value = fields[name]
        for entry in value if isinstance(value, list) else [value]:
            if isinstance(entry, str) and entry.strip():
                yield entry.strip()
