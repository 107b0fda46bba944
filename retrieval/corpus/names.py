"""What a record is called: its title, the end of its external id, its address, its key there."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, or_

from retrieval.corpus.tables import records, revisions

_ESCAPE = "\\"
# Enough for every alert and link of an incident; a query must not grow with a storm of them.
MAX_NAMES = 100
# How sources call a row among themselves: a sys_id of ServiceNow, a number of Jira.
_KEY = re.compile(r"[0-9a-f]{32}|[0-9]{1,19}")
_KEY_FIELDS = ("sys_id", "issue_id")


def is_called(names: Iterable[str], urls: Iterable[str]) -> ColumnElement[bool]:
    """The condition that a record has one of the names, or lies at one of the addresses.

    A name is the whole title or the whole last part of the external id (behind the last
    ``/``), in upper or lower case. Of each list the first ``MAX_NAMES`` count.
    """
    wanted = [form for name in _first(names) for form in _forms(name)]
    addresses = [form for url in _first(urls) for form in (url.rstrip("/"), url.rstrip("/") + "/")]
    external_id = func.lower(records.c.external_id)
    conditions: list[Any] = [
        func.lower(revisions.c.title).in_(wanted),
        external_id.in_(wanted),
        revisions.c.url.in_(addresses),
    ]
    conditions += [external_id.like(f"%/{_literal(name)}", escape=_ESCAPE) for name in wanted]
    return or_(*conditions)


def key_of(fields: Mapping[str, object]) -> str | None:
    """How a source calls a record of these fields among its rows, if it has such a key.

    Pages of ServiceNow have it in their address where people read a number.
    """
    keys = (fields.get(name) for name in _KEY_FIELDS)
    return next((key for key in keys if isinstance(key, str) and _KEY.fullmatch(key)), None)


def _first(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))[:MAX_NAMES]


def _forms(name: str) -> set[str]:
    """The name as each database writes it in lower case: SQLite knows only the ASCII letters."""
    ascii_only = "".join(c.lower() if c.isascii() else c for c in name)
    return {name.lower(), ascii_only}


def _literal(name: str) -> str:
    for character in (_ESCAPE, "%", "_"):
        name = name.replace(character, _ESCAPE + character)
    return name
