"""ServiceNow's Table API, as far as a writer needs it.

Sources: the vendor's pages "Table API", "REST API HTTP response codes" and "Default quota rules".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.http import Answer, VendorClient
from retrieval.errors import NotFound, Refused, ServiceUnavailable, Unanswered

_PATH = "api/now/table"
_MISSING = 404
# Both the stored value (dates in UTC) and what people see (journals as one text) of every field.
_BOTH = {"sysparm_display_value": "all", "sysparm_exclude_reference_link": "true"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: stored values, and what people are shown instead."""

    members: Mapping[str, Any]

    def value(self, name: str) -> str:
        """The stored value; empty where there is none, or it may not be read."""
        return self._part(name, "value")

    def shown(self, name: str) -> str:
        """What people see; journals have nothing but this."""
        return self._part(name, "display_value")

    @property
    def version(self) -> str:
        """Changes with every change of the row: how many there were, and when the last was."""
        moves, moment = self.value("sys_mod_count"), self.value("sys_updated_on")
        return f"{moves} ({moment} UTC)" if moves or moment else ""

    def _part(self, name: str, part: str) -> str:
        member = self.members.get(name)
        return str(member.get(part) or "") if isinstance(member, Mapping) else ""


class TableApi:
    """Rows of tables, by one identity.

    Field and clause names that an instance does not know are ignored by it without a word:
    whoever asks for rows checks that they are what was asked for.
    """

    def __init__(self, client: VendorClient) -> None:
        self._client = client

    def one(self, table: str, sys_id: str, fields: Sequence[str]) -> Row:
        """A row; ``NotFound`` when it is gone, or hidden from this identity."""
        try:
            answer = self._client.get(f"{_PATH}/{table}/{sys_id}", _asking(fields))
        except Refused as exc:
            raise _as_missing(exc, table, sys_id) from exc
        return _row(_result(answer))

    def matching(self, table: str, query: str, fields: Sequence[str], limit: int = 20) -> list[Row]:
        """Rows that fit an encoded query, or that the instance took to fit."""
        params = {"sysparm_query": query, "sysparm_limit": str(limit), **_asking(fields)}
        found = _result(self._client.get(f"{_PATH}/{table}", params))
        return [_row(each) for each in found] if isinstance(found, list) else []

    def change(
        self, table: str, sys_id: str, values: Mapping[str, str], fields: Sequence[str]
    ) -> Row:
        """Send one PATCH; the row as it is then."""
        try:
            answer = self._client.send(
                "PATCH", f"{_PATH}/{table}/{sys_id}", dict(values), _asking(fields)
            )
        except Refused as exc:
            raise _as_missing(exc, table, sys_id) from exc
        return _changed(answer)

    def create(self, table: str, values: Mapping[str, str], fields: Sequence[str]) -> Row:
        """Send one POST; the new row."""
        return _changed(
            self._client.send("POST", f"{_PATH}/{table}", dict(values), _asking(fields))
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _asking(fields: Sequence[str]) -> dict[str, str]:
    return {**_BOTH, "sysparm_fields": ",".join(fields)}


def _result(answer: Answer) -> Any:
    body = answer.body if isinstance(answer.body, dict) else {}
    if "error" in body or "result" not in body:
        # A transaction that is cancelled after 60 seconds ends with status 200, part of the rows
        # and an error.
        raise ServiceUnavailable("The instance answered with an error or without a result.")
    return body["result"]


def _changed(answer: Answer) -> Row:
    try:
        return _row(_result(answer))
    except ServiceUnavailable as exc:
        raise Unanswered(f"{exc} The change may have been made.") from exc


def _row(result: Any) -> Row:
    return Row(result if isinstance(result, dict) else {})


def _as_missing(refused: Refused, table: str, sys_id: str) -> Refused | NotFound:
    if refused.status != _MISSING:
        return refused
    return NotFound(
        f"{table}/{sys_id} is not there, or this identity may not see it. The instance does not "
        "say which."
    )
