"""Where something happens: services and configuration items, and which are neighbours."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

# How much it tells that a change touched a place. A configuration item is one machine, a
# service many; a neighbour is only connected to what failed.
SAME_ITEM = 1.0
SAME_SERVICE = 0.7
NEIGHBOUR = 0.35

# A change of more items than this (a patch round) has its list in an attachment; a longer
# name (the limit of CMDBs) is a text.
_MAX_ITEMS = 200
_MAX_NAME_CHARS = 255
_SEPARATOR = re.compile(r"[,;\n]")
_WORD_ENDS = "-_"


@dataclass(frozen=True, slots=True)
class Places:
    """The services and configuration items that are named: as compared → as written.

    Case does not count, nor the domain behind the name of a machine.
    """

    services: Mapping[str, str]
    items: Mapping[str, str]

    @classmethod
    def of(cls, services: Iterable[str], ci: object, named: Iterable[str] = ()) -> "Places":
        """From the services and the ``ci`` field of a record, and names found in its text."""
        items = islice((*_listed(ci), *named), _MAX_ITEMS)
        return cls(
            services={name.casefold(): name for name in services},
            items={_item_key(name): name for name in items},
        )

    def has_item(self, name: str) -> bool:
        """Whether the name is that of one of the configuration items."""
        return _item_key(name) in self.items

    def names(self) -> dict[str, str]:
        """Services and items together."""
        return {**self.services, **self.items}


class Witness(NamedTuple):
    """A record and the places that it names."""

    record_id: str
    places: Places


class Relation(NamedTuple):
    """How closely two places belong together, between 0 and 1, and why."""

    closeness: float
    reasons: tuple[str, ...]


def neighbours(
    own: Places, similar: Iterable[Witness], others: Iterable[Witness]
) -> dict[str, str]:
    """Places beside our own → what says so; of several witnesses the first counts.

    A record that is similar says so by naming the place, any other by naming it together
    with one of our own.
    """
    ours = own.names().keys()
    found: dict[str, str] = {}
    for record_id, places in similar:
        for key in places.names().keys() - ours:
            found.setdefault(key, f"the similar {record_id} names it")
    for record_id, places in others:
        theirs = places.names().keys()
        if not ours.isdisjoint(theirs):
            for key in theirs - ours:
                found.setdefault(key, f"{record_id} names both")
    return found


def relation(own: Places, other: Places, known: Mapping[str, str]) -> Relation:
    """How the places of a change belong to those of an incident.

    ``known`` are the incident's ``neighbours``; machines whose names differ only in their
    number are neighbours too.
    """
    items = [name for key, name in other.items.items() if key in own.items]
    services = [name for key, name in other.services.items() if key in own.services]
    if items or services:
        reasons = [f"Same CI {', '.join(items)}"] if items else []
        reasons += [f"Same service: {', '.join(services)}"] if services else []
        return Relation(SAME_ITEM if items else SAME_SERVICE, tuple(reasons))
    beside = _reason_to_be_near(own, other, known)
    return Relation(0.0, ()) if beside is None else Relation(NEIGHBOUR, (beside,))


def _reason_to_be_near(own: Places, other: Places, known: Mapping[str, str]) -> str | None:
    stems = {_stem(key): name for key, name in own.items.items()}
    for key, name in other.items.items():
        stem = _stem(key)
        if stem and stem in stems:
            return f"Neighbouring CI {name}, beside {stems[stem]}"
    for kind, names in (("service", other.services), ("CI", other.items)):
        for key, name in names.items():
            if key in known:
                return f"Neighbouring {kind} {name}: {known[key]}"
    return None


def _listed(value: object) -> list[str]:
    """The names in a field: a list, a list as JSON, or a text with commas."""
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except (json.JSONDecodeError, RecursionError):
            return []
    if isinstance(value, str):
        value = _SEPARATOR.split(value)
    if not isinstance(value, list):
        return []
    names = (name.strip() for name in value if isinstance(name, str))
    return [name for name in names if 0 < len(name) <= _MAX_NAME_CHARS]


def _item_key(name: str) -> str:
    key = name.casefold()
    label = key.partition(".")[0]
    is_machine = any(c.isalpha() for c in label) and any(c.isdigit() for c in label)
    return label if is_machine else key


def _stem(key: str) -> str | None:
    """``erp-db`` of ``erp-db-01``; none for one word: every ``srv-…`` would be a neighbour."""
    numbered = key[:-1] if key[-1:].isalpha() and key[-2:-1].isdigit() else key
    stem = numbered.rstrip("0123456789")
    if stem == numbered:
        return None
    stem = stem.rstrip(_WORD_ENDS)
    return stem if any(end in stem for end in _WORD_ENDS) else None
