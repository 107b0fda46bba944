"""ServiceNow's Table API by keyset: the pair (when a row was changed, its sys_id).

Not by offset: a row that is changed while a list is read moves every later row one place up,
and one of them is never seen. Sources: Table API (``c_TableAPI``), encoded query strings. That
an unknown clause is ignored, that the limit comes before the ACLs and that an empty page may
have a next one is all from there.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import JsonValue

from ingest.http import Answer, VendorClient
from ingest.streams.definition import Stream
from ingest.streams.pagers.base import Cursor, Page, selected, server_time
from ingest.streams.pagers.journals import JournalTable
from ingest.streams.rows import Row, Told, text_at
from retrieval.errors import WrongAnswer

_FORMAT = "%Y-%m-%d %H:%M:%S"
# Two columns a row: thousands are still a small answer.
_IDS_PAGE = 5_000
# Of keys in one address; servers take lines of about 8,000 characters.
_KEYS_PER_REQUEST = 200


class KeysetPager:
    """See :class:`Pager`. The cursor has these members:

    ``since`` begins the pass, ``after`` is the last row seen, ``offset`` how far after it
    nothing was visible. ``began`` is when the pass began, by the system's own clock: a row that
    was committed late while the pass went on can be no older than that by more than the overlap.
    """

    def __init__(self, stream: Stream, client: VendorClient) -> None:
        self._stream = stream
        self._client = client
        journals = stream.journals
        self._journals = None if journals is None else JournalTable(stream, journals, client)
        self._changed, self._key = (path.partition("/")[0] for path in stream.pager.order)

    def page(self, cursor: Cursor) -> Page:
        """See ``Pager.page``."""
        after = _pair(cursor.get("after"))
        since = _text(cursor.get("since"))
        offset = cursor.get("offset")
        answer, rows = self._rows(since, after, offset if isinstance(offset, int) else 0)
        began = _text(cursor.get("began")) or _written(server_time(answer) or datetime.now(UTC))
        ahead: dict[str, JsonValue] = {"since": since, "began": began}
        if rows:
            last = self._pair_of(rows[-1])
            return Page(self._told(rows), {**ahead, "after": list(last)}, False, _moment(last[0]))
        if after is not None:
            ahead["after"] = list(after)
        if not _has_next(answer):
            return Page((), {"since": self._next_since(since, after, began)}, True, None)
        # Half a page only: among hidden rows, too, some may move away while they are counted.
        step = max(self._stream.request.page_size // 2, 1)
        return Page((), {**ahead, "offset": (offset or 0) + step}, False, None)  # type: ignore[operator]  # checked above

    def ids(self) -> Iterator[list[Row]]:
        """See ``Pager.ids``."""
        after, offset = "", 0
        columns = {path.partition("/")[0] for path in (self._stream.rows.id, self._stream.rows.key)}
        while True:
            clause = f"{self._key}>{after}" if after else ""
            query = _query([clause], self._stream.pager.where, self._key)
            asked = {"sysparm_query": query, "sysparm_fields": ",".join(sorted(columns))}
            answer, rows = self._asked(asked, _IDS_PAGE, offset)
            keys = [text_at(row, self._stream.rows.key) for row in rows]
            if any(key <= after for key in keys):
                raise self._ignored(f"{self._key} {min(keys)} does not come after {after}")
            if rows:
                yield list(rows)
                after, offset = keys[-1], 0
            elif _has_next(answer):
                offset += _IDS_PAGE // 2
            else:
                return

    def rows_of(self, keys: Sequence[str]) -> list[Told]:
        """See ``Pager.rows_of``."""
        found: list[Told] = []
        for start in range(0, len(keys), _KEYS_PER_REQUEST):
            wanted = keys[start : start + _KEYS_PER_REQUEST]
            clause = f"{self._key}IN{','.join(wanted)}"
            query = _query([clause], self._stream.pager.where, self._key)
            columns = ",".join(self._stream.columns(journal_text=self._printed))
            asked = {"sysparm_query": query, "sysparm_fields": columns}
            _, rows = self._asked(asked, _KEYS_PER_REQUEST, 0)
            known = set(wanted)
            if any(text_at(row, self._stream.rows.key) not in known for row in rows):
                raise self._ignored(f"a row that is none of {len(known)} asked for came")
            found += self._told(rows)
        return found

    @property
    def _printed(self) -> bool:
        return self._journals is not None and self._journals.denied

    def _rows(
        self, since: str, after: tuple[str, str] | None, offset: int
    ) -> tuple[Answer, list[dict[str, Any]]]:
        if after is None:
            clauses = [f"{self._changed}>={since}" if since else ""]
        else:
            moment, key = after
            clauses = [f"{self._changed}={moment}^{self._key}>{key}", f"{self._changed}>{moment}"]
        query = _query(clauses, self._stream.pager.where, self._changed, self._key)
        columns = ",".join(self._stream.columns(journal_text=self._printed))
        asked = {"sysparm_query": query, "sysparm_fields": columns}
        answer, rows = self._asked(asked, self._stream.request.page_size, offset)
        self._check(rows, (since, "") if after is None else after)
        return answer, rows

    def _asked(
        self, params: Mapping[str, str], size: int, offset: int
    ) -> tuple[Answer, list[dict[str, Any]]]:
        """One page; the count that a next link needs is made only where nothing is visible."""
        request = self._stream.request
        asked = {**request.params, **params, "sysparm_limit": str(size)}
        if offset:
            asked["sysparm_offset"] = str(offset)
        else:
            answer = self._client.get(request.path, {**asked, "sysparm_no_count": "true"})
            rows = selected(answer, self._stream.rows.select, request.path)
            if rows:
                return answer, rows
        answer = self._client.get(request.path, asked)
        return answer, selected(answer, self._stream.rows.select, request.path)

    def _check(self, rows: Sequence[Row], after: tuple[str, str]) -> None:
        """Every row must come after the one before: an ignored clause sends the whole table."""
        for row in rows:
            pair = self._pair_of(row)
            if pair <= after or not all(pair):
                raise self._ignored(f"({', '.join(pair)}) does not come after {after}")
            after = pair

    def _ignored(self, what: str) -> WrongAnswer:
        table = self._stream.request.path.rpartition("/")[2]
        return WrongAnswer(
            f"The instance did not do what the query of {self._stream.stream} asked: {what}. "
            f"Check that the identity that reads may see {self._changed} and {self._key} of "
            f"{table}; nothing was taken from this page."
        )

    def _pair_of(self, row: Row) -> tuple[str, str]:
        changed, key = self._stream.pager.order
        return text_at(row, changed), text_at(row, key)

    def _told(self, rows: Sequence[Row]) -> list[Told]:
        if self._journals is None:
            return [Told(row) for row in rows]
        return self._journals.told(rows, self._with_printed)

    def _with_printed(self, keys: Sequence[str]) -> list[Row]:
        return [told.row for told in self.rows_of(keys)]

    def _next_since(self, since: str, after: tuple[str, str] | None, began: str) -> str:
        """Where the next pass begins: so long before what was seen as a commit may be late."""
        if after is None:
            return since
        overlap = timedelta(minutes=self._stream.pager.overlap_minutes)
        reached = min(_moment(after[0]), _moment(began)) - overlap
        return max(since, _written(reached))


def _query(clauses: Sequence[str], where: str, *order: str) -> str:
    """Alternatives, each with the filter: ``^NQ`` begins a new question, filter and all."""
    groups = "^NQ".join("^".join(filter(None, (clause, where))) for clause in clauses)
    ordered = "^".join(f"ORDERBY{name}" for name in order)
    return f"{groups}^{ordered}" if groups else ordered


def _has_next(answer: Answer) -> bool:
    return 'rel="next"' in answer.headers.get("link", "")


def _pair(value: JsonValue) -> tuple[str, str] | None:
    return (str(value[0]), str(value[1])) if isinstance(value, list) and len(value) == 2 else None


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _written(moment: datetime) -> str:
    return moment.strftime(_FORMAT)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, _FORMAT).replace(tzinfo=UTC)
