"""What a connection may do: each capability tried as it is used, in the system's own words.

To add a probe for a kind of system: write a function here and add it to ``_PROBES``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from ingest.connections import Connection
from ingest.http import Answer, VendorClient
from ingest.streams.definition import Stream
from ingest.streams.pagers import pager_for
from ingest.streams.pagers.base import selected, server_time
from ingest.streams.rows import Row
from retrieval.errors import PrecedentError, Refused, ServiceUnavailable

# A clock that is further off than this would make "recent" mean something else.
_SKEW_SECONDS = 120.0
_ROWS = 5
_TABLES = "/api/now/table"


class Outcome(StrEnum):
    """How a capability stands."""

    OK = "ok"
    DENIED = "denied"
    UNKNOWN = "unknown"


class Finding(NamedTuple):
    """A capability, how it stands, and why or what to do."""

    capability: str
    outcome: Outcome
    message: str


class Probed(NamedTuple):
    """What the probes of a kind have to go by."""

    connection: Connection
    client: VendorClient
    streams: Sequence[Stream]
    rows: Mapping[str, Sequence[Row]]


def check(
    connection: Connection,
    streams: Sequence[Stream],
    client: VendorClient,
    now: Callable[[], datetime],
) -> Iterator[Finding]:
    """Try every capability; nothing is written there or here. Nothing raises."""
    rows: dict[str, Sequence[Row]] = {}
    for stream in streams:
        finding, rows[stream.stream] = _read(stream, connection, client)
        yield finding
    for name, probe in _PROBES.get(connection.kind, {}).items():
        yield _tried(name, probe, Probed(connection, client, streams, rows))
    if streams:
        yield _tried(
            "clock", lambda probed: _clock(probed, now()), Probed(connection, client, streams, rows)
        )
    yield _writing(connection)


def _read(
    stream: Stream, connection: Connection, client: VendorClient
) -> tuple[Finding, Sequence[Row]]:
    """The first pages of a stream, with all that a run checks."""
    name = f"read {stream.stream}"
    pager = pager_for(stream.with_pages(_ROWS), connection, client)
    try:
        first = pager.page({})
        if not first.last:
            pager.page(first.cursor)
    except PrecedentError as exc:
        return Finding(name, _outcome(exc), str(exc)), ()
    rows = [told.row for told in first.rows]
    if not rows:
        message = "No row is visible: either there is none, or the identity may not see them."
        return Finding(name, Outcome.UNKNOWN, message), ()
    missing = [column for column in stream.columns() if not any(column in row for row in rows)]
    # A system whose columns are found by their names has a probe of its own for them.
    if missing and not stream.rows.spread:
        message = f"Not there, or hidden from the identity: {', '.join(missing)}."
        return Finding(name, Outcome.UNKNOWN, message), rows
    return Finding(name, Outcome.OK, f"{stream.description} Paging works."), rows


def _tried(name: str, probe: Callable[[Probed], Finding], probed: Probed) -> Finding:
    try:
        return probe(probed)
    except PrecedentError as exc:
        return Finding(name, _outcome(exc), str(exc))


def _outcome(failure: PrecedentError) -> Outcome:
    return Outcome.UNKNOWN if isinstance(failure, ServiceUnavailable) else Outcome.DENIED


def _journal(probed: Probed) -> Finding:
    name = "journal entries"
    instead = "The journal as people see it is read instead."
    streams = [stream for stream in probed.streams if stream.journals is not None]
    if not streams or streams[0].journals is None:
        return Finding(name, Outcome.UNKNOWN, "No stream that is read has a journal.")
    path = streams[0].journals.path
    try:
        answer = probed.client.get(path, {"sysparm_limit": "1"})
    except Refused as exc:
        message = f"{exc} {instead} The role that opens the table is audit_viewer."
        return Finding(name, Outcome.DENIED, message)
    if selected(answer, "result", path):
        return Finding(name, Outcome.OK, "Entries come one by one, with author and time.")
    return Finding(name, Outcome.UNKNOWN, f"No entry is visible. {instead}")


def _unknown_clauses(probed: Probed) -> Finding:
    name = "unknown query clauses"
    seen = [stream for stream in probed.streams if probed.rows.get(stream.stream)]
    path = seen[0].request.path if seen else f"{_TABLES}/incident"
    asked = {"sysparm_query": "u_no_such_column_of_precedent=1", "sysparm_limit": "1"}
    answer = probed.client.get(path, {**asked, "sysparm_fields": "sys_id"})
    if selected(answer, "result", path):
        message = "Left out by the instance, as is usual; every page is checked for it."
        return Finding(name, Outcome.OK, message)
    message = "Answered with no rows (glide.invalid_query.returns_no_rows), or there are none."
    return Finding(name, Outcome.OK, message)


def _display_zone(probed: Probed) -> Finding:
    name = "time zone"
    moments = [
        (value["display_value"], value["value"])
        for rows in probed.rows.values()
        for row in rows
        if isinstance(value := row.get("sys_updated_on"), Mapping) and value.get("value")
    ]
    if not moments:
        return Finding(name, Outcome.UNKNOWN, "No row shows it.")
    if all(shown == stored for shown, stored in moments):
        return Finding(name, Outcome.OK, "The identity that reads is in UTC.")
    message = (
        f"The identity that reads sees {moments[0][0]} for {moments[0][1]} UTC. Times of journals "
        "that are read as people see them are in its zone; set its zone to UTC."
    )
    return Finding(name, Outcome.UNKNOWN, message)


def _profile_zone(probed: Probed) -> Finding:
    body = _object(probed.client.get("/rest/api/3/myself"))
    zone = body.get("timeZone")
    message = f"{body.get('displayName')} reads as in {zone}; queries are put in that zone."
    return Finding("time zone", Outcome.OK, message)


def _custom_fields(probed: Probed) -> Finding:
    name = "custom fields"
    answer = probed.client.get("/rest/api/3/field")
    fields = [each for each in answer.body or () if isinstance(each, Mapping)]
    known = {str(each.get(key)).lower() for each in fields for key in ("id", "name")}
    own = {path for stream in probed.streams for path in (stream.rows.id, stream.rows.key)}
    missing = sorted(
        column
        for stream in probed.streams
        for column in stream.columns()
        if column.lower() not in known | own
    )
    if missing:
        message = f"Not at this site, and left out: {', '.join(missing)}."
        return Finding(name, Outcome.OK, message)
    return Finding(name, Outcome.OK, "All are there.")


def _clock(probed: Probed, now: datetime) -> Finding:
    request = probed.streams[0].request
    answer = probed.client.get(request.path, _smallest(probed.connection.kind))
    theirs = server_time(answer)
    if theirs is None:
        return Finding("clock", Outcome.UNKNOWN, "The server does not tell its time.")
    skew = (theirs - now.astimezone(UTC)).total_seconds()
    if abs(skew) > _SKEW_SECONDS:
        return Finding("clock", Outcome.UNKNOWN, f"It differs from ours by {skew:+.0f} seconds.")
    return Finding("clock", Outcome.OK, "It agrees with ours.")


def _smallest(kind: str) -> dict[str, str]:
    if kind == "jira":
        return {"jql": "created >= -1d", "maxResults": "1"}
    return {"sysparm_limit": "1", "sysparm_fields": "sys_id", "sysparm_no_count": "true"}


def _writing(connection: Connection) -> Finding:
    if connection.write is None:
        return Finding("write", Outcome.DENIED, "No identity that writes is configured.")
    message = "An identity is configured; what it may write shows with the first approved text."
    return Finding("write", Outcome.UNKNOWN, message)


def _object(answer: Answer) -> Mapping[str, Any]:
    return answer.body if isinstance(answer.body, Mapping) else {}


_PROBES: Mapping[str, Mapping[str, Callable[[Probed], Finding]]] = {
    "servicenow": {
        "journal entries": _journal,
        "unknown query clauses": _unknown_clauses,
        "time zone": _display_zone,
    },
    "jira": {"time zone": _profile_zone, "custom fields": _custom_fields},
}
