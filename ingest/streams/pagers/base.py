"""What a pager promises."""

import email.utils
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from pydantic import JsonValue

from ingest.http import Answer
from ingest.streams.rows import Told
from retrieval.errors import WrongAnswer

Cursor = Mapping[str, JsonValue]
"""Where a pager is; only the pager reads it. Empty: at the very beginning."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, the cursor to go on from, and whether that was the end of the list for now.

    ``updated`` is when the last row was changed, ``None`` without rows.
    """

    rows: Sequence[Told]
    cursor: Cursor
    last: bool
    updated: datetime | None


class Pager(Protocol):
    """Goes through one stream of one system, in the order in which rows were changed.

    A pass ends with a page that is ``last``; its cursor begins the next pass, as much earlier
    as changes may be committed late. Rows may come again, in the same or in a later version;
    none is left out. Errors: those of ``VendorClient.get``, and ``WrongAnswer`` when a row is
    not among those that were asked for: then the system did not understand the question, and
    to go on would lose rows.
    """

    def page(self, cursor: Cursor) -> Page:
        """The page at a cursor."""

    def ids(self) -> Iterator[list[Mapping[str, Any]]]:
        """All rows that there are now, with their id and key only."""

    def rows_of(self, keys: Sequence[str]) -> list[Told]:
        """The rows of these keys, as far as they are there."""


def selected(answer: Answer, select: str, place: str) -> list[dict[str, Any]]:
    """The rows of an answer; ``WrongAnswer`` when it has none where they should be."""
    rows = answer.body.get(select) if isinstance(answer.body, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise WrongAnswer(
            f"{place}: the answer has no list {select!r}. Is the base address that of the API?"
        )
    return rows


def server_time(answer: Answer) -> datetime | None:
    """The server's clock as its answer tells it."""
    try:
        return email.utils.parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC)
    except ValueError:
        return None
