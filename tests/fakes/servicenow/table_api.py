"""What each verb of the Table API does (vendor's page: Table API, ``c_TableAPI``)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi.responses import Response

from tests.fakes.servicenow.access import Identity
from tests.fakes.servicenow.errors import failure
from tests.fakes.servicenow.instance import JOURNAL_ROLE, ServiceNow
from tests.fakes.servicenow.query import Fields, Query, in_order, parse
from tests.fakes.servicenow.schema import JOURNAL_TABLE
from tests.fakes.servicenow.shapes import Shape, rendered
from tests.fakes.servicenow.store import Row, Table

DEFAULT_LIMIT = 10_000
_GONE = (404, "No Record found", "Record doesn't exist or ACL restricts the record retrieval")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that passed the door; ``base`` is the address of the instance."""

    method: str
    table: str
    sys_id: str
    params: Mapping[str, str]
    body: bytes
    base: str
    who: Identity


def answer(instance: ServiceNow, asked: Asked) -> Response:
    """The answer of an instance to a request of somebody it knows."""
    table = instance.store.tables.get(asked.table)
    if table is None:
        return failure(400, f"Invalid table {asked.table}", None)
    if asked.method == "GET":
        denied = _journal_denied(instance, asked)
        if denied is not None:
            return denied
        return _one(instance, table, asked) if asked.sys_id else _list(instance, table, asked)
    if not asked.who.may_write or asked.table == JOURNAL_TABLE:
        return failure(403, "Operation Failed", "ACL Exception: not allowed for this user.")
    return _write(instance, table, asked)


def _journal_denied(instance: ServiceNow, asked: Asked) -> Response | None:
    # Sources: Granular admin roles for auditing; retrieving journal entries.
    if asked.table != JOURNAL_TABLE or JOURNAL_ROLE in asked.who.roles:
        return None
    if instance.options.journal_hidden:
        return _json(b'{"result":[]}')
    detail = "Failed API level ACL Validation"
    return failure(403, "User Not Authorized", detail)


def _one(instance: ServiceNow, table: Table, asked: Asked) -> Response:
    row = table.rows.get(asked.sys_id)
    if row is None or row.hidden:
        return failure(*_GONE)
    return _json(_result(instance, asked, row))


def _result(instance: ServiceNow, asked: Asked, row: Row) -> bytes:
    return b'{"result":' + rendered(instance.store, row, _shape(instance, asked)) + b"}"


def _shape(instance: ServiceNow, asked: Asked) -> Shape:
    hidden = instance.options.hidden_columns
    return Shape.of(asked.table, asked.params, asked.who.time_zone, asked.base, tuple(hidden))


def _list(instance: ServiceNow, table: Table, asked: Asked) -> Response:
    params = asked.params
    try:
        limit = int(params.get("sysparm_limit") or DEFAULT_LIMIT)
        offset = int(params.get("sysparm_offset") or 0)
    except ValueError:
        return failure(400, "Invalid sysparm_limit or sysparm_offset", None)
    if offset < 0 or limit < 0:
        return failure(400, "sysparm_offset and sysparm_limit must not be negative", None)
    counted = params.get("sysparm_no_count") != "true"
    rows, total = _selected(instance, table, params, offset, limit, counted)
    shape = _shape(instance, asked)
    # The limit comes first and the ACLs after it: a page may be short, or empty.
    visible = [rendered(instance.store, row, shape) for row in rows if not row.hidden]
    headers = _page_headers(asked, offset, limit, total) if counted else {}
    return _json(b'{"result":[' + b",".join(visible) + b"]}", headers=headers)


def _selected(
    instance: ServiceNow,
    table: Table,
    params: Mapping[str, str],
    offset: int,
    limit: int,
    counted: bool,
) -> tuple[Sequence[Row], int]:
    query = parse(params.get("sysparm_query", ""), table.columns)
    if query.ignored and instance.options.invalid_query_returns_no_rows:
        return [], 0
    if query.in_keyset_order:
        low, high, exact = query.span(table.index)
        if exact:
            keys = table.index[low + offset : min(high, low + offset + limit)]
            return [table.rows[sys_id] for _, sys_id in keys], high - low
        candidates = [table.rows[sys_id] for _, sys_id in table.index[low:high]]
    else:
        candidates = _candidates(instance, table, query)
    fits = query.test()
    found: list[Row] = []
    enough = offset + limit if query.in_keyset_order and not counted else len(candidates)
    for row in candidates:
        if fits(row.fields):
            found.append(row)
            if len(found) >= enough:
                break
    if not query.in_keyset_order:
        found = _sorted(found, query.order)
    return found[offset : offset + limit], len(found)


def _candidates(instance: ServiceNow, table: Table, query: Query) -> list[Row]:
    """What an index leaves to be looked at: journal entries have one on their owners."""
    first = query.groups[0][0] if len(query.groups) == 1 and query.groups[0] else ()
    if len(first) == 1 and first[0].field == "element_id" and first[0].operator in {"=", "IN"}:
        owners = first[0].value.split(",")
        return [row for owner in owners for row in instance.store.journals.get(owner, ())]
    return list(table.rows.values())


def _sorted(rows: list[Row], order: Sequence[tuple[str, bool]]) -> list[Row]:
    by_fields: list[Fields] = [row.fields for row in rows]
    known = {id(row.fields): row for row in rows}
    in_order(by_fields, order)
    return [known[id(fields)] for fields in by_fields]


def _page_headers(asked: Asked, offset: int, limit: int, total: int) -> dict[str, str]:
    # Assumed: the count is of the rows before the ACLs, as the limit is.
    headers = {"X-Total-Count": str(total)}
    if asked.params.get("sysparm_suppress_pagination_header") == "true" or not limit:
        return headers
    if total <= limit and not offset:
        # All on one page: no header at all (field report, ansible-sn-inventory issue 15).
        return headers

    def link(to: int, rel: str) -> str:
        params = {**asked.params, "sysparm_limit": str(limit), "sysparm_offset": str(to)}
        return f'<{asked.base}/api/now/table/{asked.table}?{urlencode(params)}>;rel="{rel}"'

    links = [link(0, "first")]
    if offset > 0:
        links.append(link(max(offset - limit, 0), "prev"))
    if offset + limit < total:
        links.append(link(offset + limit, "next"))
    links.append(link(max(total - 1, 0) // limit * limit, "last"))
    return {**headers, "Link": ",".join(links)}


def _write(instance: ServiceNow, table: Table, asked: Asked) -> Response:
    row = table.rows.get(asked.sys_id)
    if asked.method != "POST" and (row is None or row.hidden):
        return failure(*_GONE)
    if asked.method == "DELETE":
        instance.store.write("DELETE", asked.table, asked.sys_id, {}, asked.who.name)
        return Response(status_code=204)
    try:
        body = json.loads(asked.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return failure(400, "Exception while reading request", "The payload is not valid JSON")
    for policy in instance.options.policies:
        if policy.table == asked.table and policy.field in body:
            return failure(403, "Operation Failed", policy.message)
    values = _taken(instance, asked.table, body)
    method = "POST" if asked.method == "POST" else "PATCH"
    sys_id = instance.store.new_sys_id(asked.table) if method == "POST" else asked.sys_id
    if method == "POST" and "workflow_state" in table.columns:
        values = {"workflow_state": instance.options.first_state, **values}
    if values:
        instance.store.write(method, asked.table, sys_id, values, asked.who.name)
    headers = {"Location": f"{asked.base}/api/now/table/{asked.table}/{sys_id}"}
    return _json(
        _result(instance, asked, table.rows[sys_id]),
        201 if method == "POST" else 200,
        headers if method == "POST" else {},
    )


def _taken(instance: ServiceNow, table: str, body: Mapping[str, object]) -> dict[str, str]:
    """What an instance takes of a body: it says nothing about the rest.

    From general knowledge: a column that an ACL protects is left out, a text that is longer
    than its column is cut, and where nothing is left to change nothing changes.
    """
    known = instance.store.tables[table].columns
    end = instance.options.cut_at or None
    return {
        name: _text(value)[:end]
        for name, value in body.items()
        if name in known
        and not name.startswith("sys_")
        and (table, name) not in instance.options.ignored
    }


def _text(value: object) -> str:
    """A value as the instance stores it: everything is text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _json(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(body, status, headers, media_type="application/json")
