"""Removes what would give an answer away: link fields, and the names of what is linked."""

import re
from collections.abc import Iterable, Mapping

from retrieval.links import LINK_FIELDS, linked_records, named
from retrieval.records import Record

# A shorter one is a word or a number of its own as often as the name of a record.
_SHORTEST_NAME = 4
_SPACES = re.compile(r"[ \t]{2,}")


class Blinding:
    """Strikes out of a text the names by which its record and the linked ones are linked."""

    def __init__(self, records: Mapping[str, Record]) -> None:
        self._names = {
            record: _pattern(_names(records[record], (records[other] for other in others)))
            for record, others in linked_records(records.values()).items()
        }

    def text(self, record_id: str, text: str) -> str:
        """The text of this record, or on it, without the names."""
        pattern = self._names.get(record_id)
        return text if pattern is None else _SPACES.sub(" ", pattern.sub("", text))

    def fields(self, fields: Mapping[str, object]) -> dict[str, object]:
        """The fields that link nothing."""
        return {name: value for name, value in fields.items() if name not in LINK_FIELDS}


def _names(record: Record, others: Iterable[Record]) -> frozenset[str]:
    found = {name for _, name in named(record.fields)}
    for other in others:
        found |= {other.id, other.external_id}
    return frozenset(name for name in found if len(name) >= _SHORTEST_NAME)


def _pattern(names: frozenset[str]) -> re.Pattern[str] | None:
    if not names:
        return None
    # The longest first, or INC12 would be struck out of INC123's place.
    told = "|".join(re.escape(name) for name in sorted(names, key=lambda n: (-len(n), n)))
    return re.compile(rf"(?<![\w-])(?:{told})(?![\w-])", re.IGNORECASE)
