"""One Jira site as our account sees it: addresses, issues, comments."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from ingest.http import VendorClient
from retrieval.errors import NotFound, PrecedentError, Refused

_SERVICE_PROJECT = "service_desk"
_PAGE = 100
_NOT_THERE = 404


class Issue(NamedTuple):
    """An issue; its version is the moment of the last change, as the site says it."""

    key: str
    summary: str
    version: str
    is_service: bool


class JiraSite:
    """Reads and changes; what is not there is ``None`` or already deleted, not an error."""

    def __init__(self, name: str, client: VendorClient, address: str) -> None:
        self.address = address.rstrip("/")
        self._name = name
        self._client = client

    @cached_property
    def account(self) -> str:
        """The id of our own account."""
        return str(self._client.get("rest/api/3/myself").body["accountId"])

    def issue(self, key: str) -> Issue:
        """An issue; ``NotFound`` when it is gone or hidden from us."""
        told = self.read(_issue(key), {"fields": "summary,updated,project"})
        if told is None:
            raise NotFound(f"{self._name} has no issue {key}, or our account may not see it.")
        fields = told["fields"]
        kind = (fields.get("project") or {}).get("projectTypeKey")
        summary = fields.get("summary") or ""
        return Issue(told["key"], summary, fields["updated"], kind == _SERVICE_PROJECT)

    def version(self, key: str) -> str:
        """The version after a change, or nothing: what was written stays written."""
        try:
            return self.issue(key).version
        except PrecedentError:
            return ""

    def newest_comments(self, key: str) -> Iterator[dict[str, Any]]:
        """All comments of an issue, page by page; ``NotFound`` when the issue is gone."""
        start = 0
        while True:
            params = {"startAt": str(start), "maxResults": str(_PAGE), "orderBy": "-created"}
            page = self.read(comments_of(key), params)
            if page is None:
                raise NotFound(f"{self._name} has no issue {key}, or our account may not see it.")
            yield from page["comments"]
            start += len(page["comments"])
            if not page["comments"] or start >= page["total"]:
                return

    def read(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """What is there, or ``None``."""
        try:
            return self._client.get(path, params).body
        except Refused as exc:
            if exc.status == _NOT_THERE:
                return None
            raise

    def post(self, path: str, body: Any) -> Any:
        """Change something, once; what the site answers."""
        return self._client.send("POST", path, body).body

    def delete(self, path: str, params: Mapping[str, str] | None = None) -> None:
        """Delete something, once."""
        try:
            self._client.send("DELETE", path, params=params)
        except Refused as exc:
            if exc.status != _NOT_THERE:
                raise

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def page_of(self, key: str, comment_id: str = "") -> str:
        """Where people see an issue, or one comment of it."""
        focus = f"?focusedCommentId={comment_id}" if comment_id else ""
        return f"{self.address}/browse/{key}{focus}"


def comments_of(key: str) -> str:
    """The path of an issue's comments."""
    return f"{_issue(key)}/comment"


def comment_at(key: str, comment_id: str) -> str:
    """The path of one comment."""
    return f"{comments_of(key)}/{comment_id}"


def links_of(key: str) -> str:
    """The path of an issue's remote links."""
    return f"{_issue(key)}/remotelink"


def desk_comments_of(key: str) -> str:
    """The path of a request's comments in the Service Desk API."""
    return f"rest/servicedeskapi/request/{key}/comment"


def _issue(key: str) -> str:
    return f"rest/api/3/issue/{key}"
