"""ServiceNow's journal entries one by one, as far as the identity that reads may see them.

Sources: Retrieving journal entries; Granular admin roles for auditing (``audit_viewer``). An
identity without the role gets 403 or, on other instances, no entries at all; then the text that
people see of the journal is read instead.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ingest.http import VendorClient
from ingest.journal import Entry
from ingest.streams.definition import Journals, Stream
from ingest.streams.pagers.base import selected
from ingest.streams.rows import Row, Told, text_at
from retrieval.errors import Refused, WrongAnswer

# Of ids in one address; servers take lines of about 8,000 characters.
_IDS_PER_REQUEST = 200
_LIMIT = 10_000
_FORBIDDEN = 403

Printed = Callable[[Sequence[str]], list[Row]]
"""The rows of these keys again, with the journal as people see it."""


class JournalTable:
    """Adds entries to rows. ``denied`` once it is known that the table is closed to us."""

    def __init__(self, stream: Stream, journals: Journals, client: VendorClient) -> None:
        self._stream = stream
        self._journals = journals
        self._client = client
        self._open = False
        self.denied = False

    def told(self, rows: Sequence[Row], printed: Printed) -> list[Told]:
        """The rows with their entries; where the table is closed, with the printed journal."""
        if self.denied:
            return [Told(row) for row in rows]
        keys = [text_at(row, self._stream.rows.key) for row in rows]
        try:
            found = self._entries(keys)
        except Refused as exc:
            if exc.status != _FORBIDDEN:
                raise
            self.denied = True
            return self._again(rows, printed, keys)
        if found:
            self._open = True
        elif not self._open:
            # No entries, or none that we may see? The printed journals tell.
            again = self._again_if_printed(rows, printed, keys)
            if again is not None:
                return again
        return [Told(row, found.get(key, ())) for key, row in zip(keys, rows, strict=True)]

    def _again_if_printed(
        self, rows: Sequence[Row], printed: Printed, keys: Sequence[str]
    ) -> list[Told] | None:
        self.denied = True
        again = self._again(rows, printed, keys)
        column = next(s.column for s in self._stream.sections if s.text == "journal")
        self.denied = any(text_at(told.row, column) for told in again)
        return again if self.denied else None

    def _again(self, rows: Sequence[Row], printed: Printed, keys: Sequence[str]) -> list[Told]:
        shown = {text_at(row, self._stream.rows.key): row for row in printed(keys)}
        # A row that is gone meanwhile stays as it was read: the next sweep removes it.
        return [Told(shown.get(key, row)) for key, row in zip(keys, rows, strict=True)]

    def _entries(self, keys: Sequence[str]) -> Mapping[str, list[Entry]]:
        found: dict[str, list[Entry]] = defaultdict(list)
        for start in range(0, len(keys), _IDS_PER_REQUEST):
            wanted = keys[start : start + _IDS_PER_REQUEST]
            for row in self._rows(wanted):
                owner = str(row.get("element_id"))
                if owner not in wanted:
                    raise WrongAnswer(
                        f"{self._journals.path}: an entry of another record came; the instance "
                        "ignored the query."
                    )
                found[owner].append(
                    Entry(
                        str(row.get("sys_created_on", "")),
                        str(row.get("sys_created_by", "")),
                        str(row.get("element", "")),
                        str(row.get("value", "")),
                    )
                )
        return found

    def _rows(self, keys: Sequence[str]) -> list[dict[str, Any]]:
        elements = ",".join(self._journals.elements)
        asked = {
            "sysparm_query": (
                f"element_idIN{','.join(keys)}^name={self._journals.name}"
                f"^elementIN{elements}^ORDERBYsys_created_on^ORDERBYsys_id"
            ),
            "sysparm_fields": "element,element_id,value,sys_created_on,sys_created_by",
            "sysparm_limit": str(_LIMIT),
        }
        rows: list[dict[str, Any]] = []
        offset = 0
        while True:
            params = {**asked, "sysparm_offset": str(offset)} if offset else asked
            answer = self._client.get(self._journals.path, params)
            rows += selected(answer, "result", self._journals.path)
            if 'rel="next"' not in answer.headers.get("link", ""):
                return rows
            offset += _LIMIT
