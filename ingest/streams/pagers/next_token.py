"""Jira Cloud's search by JQL and its page tokens.

Sources: npm ``jira.js`` (``searchForIssuesUsingJqlEnhancedSearch``): a token ends after seven
days, and on the last page its key is missing (JRACLOUD-92184). JQL tells minutes apart and
reads them in the time zone of whoever asks.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import JsonValue

from ingest.connections import Connection
from ingest.http import Answer, VendorClient
from ingest.streams.definition import Stream
from ingest.streams.pagers.base import Cursor, Page, selected, server_time
from ingest.streams.rows import Row, Told, text_at
from ingest.times import parse_moment
from retrieval.errors import InvalidSettings, Refused, WrongAnswer

# The vendor's seven days, with a day to spare.
_TOKEN_LASTS = timedelta(days=6)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_IDS_PAGE = 1_000
_KEYS_PER_REQUEST = 100
_COMMENTS_PAGE = 100
_BAD_REQUEST = 400
# The smallest field of all: pages of few fields are large.
_NO_FIELDS = ("created",)


class NextTokenPager:
    """See :class:`Pager`. The cursor has these members:

    ``since`` begins the pass and ``began`` is when that was, by the site's clock. ``jql``,
    ``token`` and ``given`` are the query at hand, the token of its next page and when it was
    given; ``reached`` is how far the pass had come: where the token is no longer taken, it goes
    on from there.
    """

    def __init__(self, stream: Stream, connection: Connection, client: VendorClient) -> None:
        self._stream = stream
        self._connection = connection
        self._client = client
        self._overlap = timedelta(minutes=stream.pager.overlap_minutes)

    def page(self, cursor: Cursor) -> Page:
        """See ``Pager.page``."""
        token, given = _text(cursor.get("token")), _time(cursor.get("given"))
        if token and given is not None and datetime.now(UTC) - given < _TOKEN_LASTS:
            try:
                return self._page(cursor, _text(cursor.get("jql")), token)
            except Refused as exc:
                if exc.status != _BAD_REQUEST:
                    raise
        reached = _time(cursor.get("reached"))
        start = _time(cursor.get("since")) if reached is None else reached - self._overlap
        return self._page(cursor, self._changed_since(start), "")

    def ids(self) -> Iterator[list[Row]]:
        """See ``Pager.ids``."""
        for answer in self._pages(f"{self._bounded} ORDER BY created ASC, key ASC", _NO_FIELDS):
            yield list(self._selected(answer))

    def rows_of(self, keys: Sequence[str]) -> list[Told]:
        """See ``Pager.rows_of``."""
        found: list[Told] = []
        for start in range(0, len(keys), _KEYS_PER_REQUEST):
            wanted = ", ".join(keys[start : start + _KEYS_PER_REQUEST])
            jql = f"{self._bounded} AND id in ({wanted}) ORDER BY key ASC"
            for answer in self._pages(jql, self._columns):
                found += map(self._told, self._selected(answer))
        return found

    def _page(self, cursor: Cursor, jql: str, token: str) -> Page:
        answer = self._search(jql, token, self._columns, self._stream.request.page_size)
        rows = [self._told(row) for row in self._selected(answer)]
        changed = [self._changed(told.row) for told in rows]
        since = _time(cursor.get("since"))
        if since is not None and any(moment < since - self._overlap for moment in changed):
            raise WrongAnswer(
                f"The site did not do what the query of {self._stream.stream} asked: an issue "
                f"that was changed before {since.isoformat()} came; nothing was taken from it."
            )
        began = _text(cursor.get("began")) or (server_time(answer) or datetime.now(UTC)).isoformat()
        # Issues are found as the search knows them and shown as they are: the last one may have
        # been changed since. The earliest of a page is a safe place to go on from.
        reached = min(changed).isoformat() if changed else _text(cursor.get("reached"))
        updated = max(changed) if changed else None
        following = _next(answer)
        if not following:
            return Page(rows, {"since": self._next_since(cursor, reached, began)}, True, updated)
        ahead: dict[str, JsonValue] = {
            "since": cursor.get("since"),
            "began": began,
            "reached": reached,
            "jql": jql,
            "token": following,
            "given": datetime.now(UTC).isoformat(),
        }
        return Page(rows, ahead, False, updated)

    def _next_since(self, cursor: Cursor, reached: str, began: str) -> JsonValue:
        """The next pass begins before what was seen, by as much as a search may be behind."""
        moments = [moment for moment in (_time(reached), _time(began)) if moment is not None]
        if not reached:
            return cursor.get("since")
        since = _time(cursor.get("since"))
        start = min(moments) - self._overlap
        return (start if since is None else max(since, start)).isoformat()

    def _pages(self, jql: str, fields: Sequence[str]) -> Iterator[Answer]:
        token = ""
        while True:
            answer = self._search(jql, token, fields, _IDS_PAGE)
            yield answer
            token = _next(answer)
            if not token:
                return

    def _search(self, jql: str, token: str, fields: Sequence[str], size: int) -> Answer:
        request = self._stream.request
        asked = {
            **request.params,
            "jql": jql,
            request.columns: ",".join(fields),
            "maxResults": str(size),
        }
        return self._client.get(request.path, {**asked, "nextPageToken": token} if token else asked)

    def _selected(self, answer: Answer) -> list[dict[str, Any]]:
        return selected(answer, self._stream.rows.select, self._stream.request.path)

    def _told(self, issue: Row) -> Told:
        """An issue with its fields as columns, custom ones by their names too."""
        fields = issue.get(self._stream.rows.spread)
        row = {**fields, **issue} if isinstance(fields, Mapping) else dict(issue)
        for name, ids in self._named.items():
            if ids:
                row[name] = next((row[each] for each in ids if row.get(each)), None)
        shown = row.get("comment")
        if self._stream.more_comments and isinstance(shown, Mapping):
            listed = shown.get("comments")
            if isinstance(listed, list) and len(listed) < int(shown.get("total") or 0):
                row["comment"] = {"comments": self._all_comments(row)}
        return Told(row)

    def _all_comments(self, row: Row) -> list[Any]:
        """The comments of an issue of which a search shows only some."""
        path = self._stream.more_comments.format(key=text_at(row, self._stream.rows.key))
        found: list[Any] = []
        while True:
            asked = {"startAt": str(len(found)), "maxResults": str(_COMMENTS_PAGE)}
            answer = self._client.get(path, {**asked, "orderBy": "created"})
            page = selected(answer, "comments", path)
            found += page
            if not page or len(found) >= int(answer.body.get("total") or 0):
                return found

    def _changed(self, row: Row) -> datetime:
        return parse_moment(text_at(row, self._stream.rows.updated))

    def _changed_since(self, since: datetime | None) -> str:
        order = "ORDER BY updated ASC, key ASC"
        if since is None:
            return f"{self._bounded} {order}"
        local = (since - _MINUTE).astimezone(self._zone)
        # An hour that comes twice: JQL cannot say which one is meant.
        if local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset():
            local = (since - _HOUR - _MINUTE).astimezone(self._zone)
        return f'{self._bounded} AND updated >= "{local:%Y-%m-%d %H:%M}" {order}'

    @cached_property
    def _bounded(self) -> str:
        options = self._connection.options
        if options.get("jql"):
            return f"({options['jql']})"
        projects = [name.strip() for name in options.get("projects", "").split(",")]
        quoted = ", ".join(f'"{name}"' for name in projects if name and '"' not in name)
        if not quoted:
            raise InvalidSettings(
                f"The connection {self._connection.name!r} must say what to read: set its "
                "options.projects to project keys (ITSM, OPS), or options.jql to a filter."
            )
        return f"project in ({quoted})"

    @cached_property
    def _zone(self) -> ZoneInfo:
        answer = self._client.get("/rest/api/3/myself")
        name = answer.body.get("timeZone") if isinstance(answer.body, Mapping) else None
        try:
            return ZoneInfo(str(name))
        except (ZoneInfoNotFoundError, ValueError) as exc:
            raise WrongAnswer(
                f"The site says that the identity that reads is in the time zone {name!r}, which "
                "is not known here. Set the zone of its profile to UTC."
            ) from exc

    @cached_property
    def _named(self) -> dict[str, tuple[str, ...]]:
        """The ids of the columns that the stream calls by their names at the site."""
        answer = self._client.get("/rest/api/3/field")
        known = [each for each in answer.body or () if isinstance(each, Mapping)]
        ids = {str(each.get("id")) for each in known}
        by_name: dict[str, list[str]] = {}
        for each in known:
            by_name.setdefault(str(each.get("name")).lower(), []).append(str(each.get("id")))
        own = ids | {self._stream.rows.id, self._stream.rows.key}
        columns = (name for name in self._stream.columns() if name not in own)
        return {name: tuple(by_name.get(name.lower(), ())) for name in columns}

    @cached_property
    def _columns(self) -> tuple[str, ...]:
        found: list[str] = []
        for name in self._stream.columns():
            found += self._named.get(name, (name,))
        return tuple(dict.fromkeys(found))


def _next(answer: Answer) -> str:
    return _text(answer.body.get("nextPageToken"))


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _time(value: JsonValue) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None
