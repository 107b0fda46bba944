"""Rows as the Table API shows them: everything is a string, in one of three shapes.

Shapes and rules: Table API, ``sysparm_display_value`` and ``sysparm_exclude_reference_link``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from tests.fakes.servicenow.schema import CHOICES, JOURNALS, Kind, journal_label, kind_of, target_of
from tests.fakes.servicenow.store import Row, Store

_NAMES = ("name", "number", "short_description")
_encode = json.encoder.encode_basestring_ascii


@dataclass(frozen=True, slots=True)
class Shape:
    """What a client asked to see: ``mode`` is false, true or all; no ``fields``: every one.

    ``hidden`` are columns of which it sees nothing but that they are there.
    """

    table: str
    mode: str
    links: bool
    fields: tuple[str, ...]
    zone: str
    base: str
    hidden: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        table: str,
        params: Mapping[str, str],
        zone: str,
        base: str,
        hidden: tuple[str, ...] = (),
    ) -> "Shape":
        """The shape that the parameters of a request ask for."""
        mode = params.get("sysparm_display_value", "false")
        wanted = params.get("sysparm_fields", "")
        return cls(
            table=table,
            mode=mode if mode in {"true", "all"} else "false",
            links=params.get("sysparm_exclude_reference_link") != "true",
            fields=tuple(name.strip() for name in wanted.split(",") if name.strip()),
            zone=zone,
            base=base,
            hidden=hidden,
        )


def rendered(store: Store, row: Row, shape: Shape) -> bytes:
    """One row as JSON; the last answer is kept, so that reading it again costs nothing."""
    if row.rendered is not None and row.rendered[0] == shape:
        return row.rendered[1]
    known = store.tables[shape.table].columns
    members = (
        f"{key}:{_member(store, row, name, kind, shape)}"
        for name, key, kind in _columns(shape, known)
    )
    text = f"{{{','.join(members)}}}".encode()
    row.rendered = (shape, text)
    return text


@lru_cache(maxsize=100)
def _columns(shape: Shape, known: tuple[str, ...]) -> tuple[tuple[str, str, Kind], ...]:
    """Name, JSON key and kind of what is shown; unknown names are left out without a word."""
    names = [name for name in shape.fields if name in known] if shape.fields else known
    return tuple((name, _encode(name), kind_of(shape.table, name)) for name in names)


def _member(store: Store, row: Row, name: str, kind: Kind, shape: Shape) -> str:
    if name in shape.hidden:
        return '{"display_value":"","value":""}' if shape.mode == "all" else '""'
    # A journal is an input: what was entered is not its value.
    value = "" if kind is Kind.JOURNAL else row.fields.get(name, "")
    encoded = _encode(value)
    if kind is not Kind.REFERENCE or not value:
        if shape.mode == "false":
            return encoded
        plain = kind is Kind.PLAIN and name not in row.display
        shown = encoded if plain else _encode(_shown(store, row, name, kind, shape))
        if shape.mode == "true":
            return shown
        return f'{{"display_value":{shown},"value":{encoded}}}'
    link = _encode(f"{shape.base}/api/now/table/{target_of(name)}/{value}")
    shown = _encode(_shown(store, row, name, kind, shape))
    match shape.mode, shape.links:
        case "false", True:
            return f'{{"link":{link},"value":{encoded}}}'
        case "false", False:
            return encoded
        case "true", True:
            return f'{{"display_value":{shown},"link":{link}}}'
        case "true", False:
            return shown
    linked = f',"link":{link}' if shape.links else ""
    return f'{{"display_value":{shown},"value":{encoded}{linked}}}'


def _shown(store: Store, row: Row, name: str, kind: Kind, shape: Shape) -> str:
    value = row.fields.get(name, "")
    if kind is Kind.JOURNAL:
        return _journal(store, row, JOURNALS if name not in JOURNALS else (name,), shape)
    if name in row.display:
        return row.display[name]
    match kind:
        case Kind.CHOICE:
            return CHOICES[shape.table, name].get(value, value)
        case Kind.REFERENCE:
            return _name_of(store, target_of(name), value)
        case Kind.DATE:
            return _local(value, shape.zone)
    return value


def _journal(store: Store, row: Row, elements: tuple[str, ...], shape: Shape) -> str:
    """All entries as one text, the newest first, each headed by time, person and label."""
    entries = store.journals.get(row.fields["sys_id"], ())
    return "".join(
        f"{_local(entry.fields['sys_created_on'], shape.zone)} - "
        f"{_name_of_user(store, entry.fields.get('sys_created_by', ''))} "
        f"({journal_label(entry.fields['element'])})\n{entry.fields['value']}\n\n"
        for entry in reversed(entries)
        if entry.fields["element"] in elements
    )


def _name_of(store: Store, table: str, sys_id: str) -> str:
    if table not in store.tables or sys_id not in store.tables[table].rows:
        return ""
    fields = store.tables[table].rows[sys_id].fields
    return next((fields[name] for name in _NAMES if fields.get(name)), "")


def _name_of_user(store: Store, user_name: str) -> str:
    for row in store.tables["sys_user"].rows.values():
        if row.fields.get("user_name") == user_name:
            return row.fields.get("name", user_name)
    return user_name


@lru_cache(maxsize=10_000)
def _local(value: str, zone: str) -> str:
    if not value:
        return ""
    moment = datetime.fromisoformat(f"{value}+00:00").astimezone(ZoneInfo(zone))
    return moment.replace(tzinfo=None).isoformat(" ")
