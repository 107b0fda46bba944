"""Writes into Jira Cloud: internal comments that are read back, and links to the review page.

Sources: the types of npm ``jira.js``, which are made of Atlassian's OpenAPI.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple

from assistant.domain.approval import BodyForm, Receipt, Target
from assistant.domain.delivery import Field, TargetState, UndoIntent, WriteIntent
from ingest.adf import adf_document, adf_text
from ingest.connections import Connection
from ingest.http import VendorClient
from retrieval.errors import (
    InvalidSettings,
    NotFound,
    PrecedentError,
    Refused,
    ServiceUnavailable,
    Throttled,
    Unanswered,
)
from retrieval.records import Record

DESK_COMMENT = "internal-comment"
COMMENT = "comment"
LINK = "remote-link"

_KEY = re.compile(r"[A-Z][A-Z0-9]+-\d+")
# The property by which a comment of the platform API is kept from customers.
_INTERNAL = "sd.public.comment"
_SERVICE_PROJECT = "service_desk"
# JRACLOUD-68949. The text counts there; ADF is longer than its text, so it fits in any case.
_MOST_CHARS = 32_767
_PAGE = 100
# A comment that customers see must go, even where the site asks to wait between two writes.
_DELETE_ATTEMPTS = 5
_MOST_PAUSE_SECONDS = 10.0
_NOT_THERE = 404

_REMOVES = "deletes the comment, or adds a note to it where somebody has edited it"
_FIELDS = {
    DESK_COMMENT: Field(
        name=DESK_COMMENT,
        label="Internal comment",
        form=BodyForm.TEXT,
        undo=_REMOVES,
        max_chars=_MOST_CHARS,
    ),
    COMMENT: Field(
        name=COMMENT,
        label="Comment, seen by everybody who works on the issue",
        form=BodyForm.ADF,
        undo=_REMOVES,
        max_chars=_MOST_CHARS,
    ),
    LINK: Field(
        name=LINK,
        label="Link to the review page",
        form=BodyForm.LINK,
        undo="removes the link",
    ),
}


class _Issue(NamedTuple):
    key: str
    summary: str
    version: str
    is_service: bool


class JiraWriter:
    """Comments on issues of one site, seen by nobody but those who work on them, and links.

    Every comment is read back after it was written: one that customers could see is deleted,
    and ``Refused`` says so. Only comments of our own account are found and taken back. What
    was written but could not be read back raises ``Unanswered``. A link is written under the
    id of its proposal, so that writing it again changes nothing.
    """

    def __init__(
        self,
        name: str,
        client: VendorClient,
        site_url: str,
        *,
        service_desk: bool,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        comment = DESK_COMMENT if service_desk else COMMENT
        self.fields: tuple[Field, ...] = (_FIELDS[comment], _FIELDS[LINK])
        self._client = client
        self._site = site_url.rstrip("/")
        self._pause = pause

    def locate(self, record: Record) -> str:
        """See ``TicketWriter.locate``: an issue key in ``fields.key`` or as the external id."""
        for given in (record.fields.get("key"), record.external_id):
            if isinstance(given, str) and _KEY.fullmatch(given):
                return self._issue(given).key
        raise NotFound(f"{record.id} names no issue of {self.name}: it has no key like ITSM-427.")

    def read(self, target: Target) -> TargetState:
        """See ``TicketWriter.read``; the version is the moment of the last change."""
        issue = self._issue(target.reference)
        return TargetState(
            shown_as=f"{issue.key} {issue.summary}".strip(),
            version=issue.version,
            url=self._address(issue.key),
        )

    def describe(self, intent: WriteIntent) -> str:
        """See ``TicketWriter.describe``."""
        path, _ = self._request(intent)
        return f"POST {self._site}/{path}, {len(intent.body)} characters, internal"

    def apply(self, intent: WriteIntent) -> Receipt:
        """See ``TicketWriter.apply``."""
        path, body = self._request(intent)
        key = intent.target.reference
        made = self._send("POST", path, body)
        if intent.target.field == LINK:
            return self._link_receipt(key, intent)
        return self._comment_receipt(key, self._kept_internal(key, made), intent.version)

    def find(self, intent: WriteIntent) -> Receipt | None:
        """See ``TicketWriter.find``; ``Refused`` when what is found can be seen by customers."""
        key = intent.target.reference
        if intent.target.field == LINK:
            known = self._read_if_there(_links(key), {"globalId": intent.proposal_id})
            return None if known is None else self._link_receipt(key, intent)
        return self._found(key, intent.marker, intent.version)

    def undo(self, undo: UndoIntent) -> Receipt:
        """See ``TicketWriter.undo``."""
        key = undo.intent.target.reference
        if undo.intent.target.field == LINK:
            self._delete(_links(key), {"globalId": undo.intent.proposal_id})
            return self._gone(undo)
        path = _comment(key, _id_of(undo.receipt))
        comment = self._read_if_there(path)
        if comment is None:
            return self._gone(undo)
        if self._is_as_we_left_it(comment):
            try:
                self._delete(path)
                return self._gone(undo)
            except Refused:
                # Not everybody may delete a comment, not even one's own.
                pass
        path, body = self._comment_request(undo.intent, undo.note, adf_document(undo.note))
        made = self._send("POST", path, body)
        comment = self._kept_internal(key, made)
        return self._comment_receipt(key, comment, undo.receipt.version_after)

    def find_undo(self, undo: UndoIntent) -> Receipt | None:
        """See ``TicketWriter.find_undo``; what is no longer there has been taken back."""
        key = undo.intent.target.reference
        if undo.intent.target.field == LINK:
            global_id = {"globalId": undo.intent.proposal_id}
            return self._gone(undo) if self._read_if_there(_links(key), global_id) is None else None
        if self._read_if_there(_comment(key, _id_of(undo.receipt))) is None:
            return self._gone(undo)
        return self._found(key, undo.marker, undo.receipt.version_after)

    def _request(self, intent: WriteIntent) -> tuple[str, dict[str, Any]]:
        """Path and body of what is approved."""
        if intent.target.field == LINK:
            title, url = _link_of(intent)
            shown = {"url": url, "title": title}
            return _links(intent.target.reference), {
                "globalId": intent.proposal_id,
                "application": {"type": "precedent", "name": "Precedent"},
                "object": shown,
            }
        document = _document(intent) if intent.target.field == COMMENT else {}
        return self._comment_request(intent, intent.body, document)

    def _comment_request(
        self, intent: WriteIntent, text: str, document: dict[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        key = intent.target.reference
        match intent.target.field:
            case "internal-comment":
                path = f"rest/servicedeskapi/request/{key}/comment"
                return path, {"body": text, "public": False}
            case "comment":
                properties = [{"key": _INTERNAL, "value": {"internal": True}}]
                return _comments(key), {"body": document, "properties": properties}
        raise Refused(f"{self.name} has no field {intent.target.field!r} to write to.", 400)

    def _found(self, key: str, mark: str, version: str) -> Receipt | None:
        # One mark may begin another.
        exactly = re.compile(re.escape(mark) + r"(?![\w-])")
        for comment in self._newest_comments(key):
            if self._is_ours(comment.get("author")) and exactly.search(adf_text(comment["body"])):
                if not self._is_internal(key, comment):
                    raise Refused(self._alarm(key, comment["id"], "Delete it there by hand."), 403)
                return self._comment_receipt(key, comment, version)
        return None

    def _newest_comments(self, key: str) -> Iterator[dict[str, Any]]:
        start = 0
        while True:
            params = {"startAt": str(start), "maxResults": str(_PAGE), "orderBy": "-created"}
            page = self._read(_comments(key), params)
            yield from page["comments"]
            start += len(page["comments"])
            if not page["comments"] or start >= page["total"]:
                return

    def _kept_internal(self, key: str, made: Any) -> dict[str, Any]:
        """The comment that was made, read back; one that is public is deleted and refused."""
        try:
            comment = self._read(_comment(key, made["id"]))
            internal = self._is_internal(key, comment)
        except (PrecedentError, TypeError, KeyError) as exc:
            raise Unanswered(
                f"A comment was written to {key}, but it could not be read back to see whether "
                f"it is internal ({exc})."
            ) from exc
        if internal:
            return comment
        raise Refused(self._alarm(key, comment["id"], self._delete_public(key, comment["id"])), 403)

    def _is_internal(self, key: str, comment: dict[str, Any]) -> bool:
        """Whether no customer sees a comment.

        Outside service projects ``jsdPublic`` may be true although there is no portal; there
        the stored property counts.
        """
        if comment.get("jsdPublic") is False:
            return True
        if self._issue(key).is_service:
            return False
        path = f"rest/api/3/comment/{comment['id']}/properties/{_INTERNAL}"
        stored = self._read_if_there(path)
        return stored is not None and stored.get("value") == {"internal": True}

    def _delete_public(self, key: str, comment_id: str) -> str:
        """Delete what should never have been seen; says how that ended."""
        for _ in range(_DELETE_ATTEMPTS):
            try:
                self._delete(_comment(key, comment_id))
                return "It was deleted again."
            except Throttled as exc:
                self._pause(min(exc.wait_seconds, _MOST_PAUSE_SECONDS))
            except ServiceUnavailable:
                self._pause(1.0)
            except Refused:
                break
        return "It could NOT be deleted: delete it there by hand, now."

    def _alarm(self, key: str, comment_id: str, ending: str) -> str:
        return (
            f"The comment {comment_id} on {key} is PUBLIC although it was sent as internal: "
            f"something on the way changed it. {ending} {self._address(key, comment_id)}"
        )

    def _is_ours(self, person: Any) -> bool:
        return isinstance(person, dict) and person.get("accountId") == self._account

    def _is_as_we_left_it(self, comment: dict[str, Any]) -> bool:
        people = (comment.get("author"), comment.get("updateAuthor"))
        unedited = comment.get("created") == comment.get("updated")
        return unedited and all(self._is_ours(person) for person in people)

    @cached_property
    def _account(self) -> str:
        return str(self._read("rest/api/3/myself")["accountId"])

    def _issue(self, key: str) -> _Issue:
        try:
            told = self._read(f"rest/api/3/issue/{key}", {"fields": "summary,updated,project"})
        except Refused as exc:
            if exc.status != _NOT_THERE:
                raise
            raise NotFound(
                f"{self.name} has no issue {key}, or our account may not see it."
            ) from exc
        fields = told["fields"]
        kind = (fields.get("project") or {}).get("projectTypeKey")
        return _Issue(
            told["key"], fields.get("summary") or "", fields["updated"], kind == _SERVICE_PROJECT
        )

    def _version(self, key: str) -> str:
        """The version as far as it can be read now: what was written stays written."""
        try:
            return self._issue(key).version
        except PrecedentError:
            return ""

    def _comment_receipt(self, key: str, comment: dict[str, Any], before: str) -> Receipt:
        return Receipt(
            external_reference=f"comment/{comment['id']}",
            url=self._address(key, comment["id"]),
            delivered_at=datetime.fromisoformat(comment["created"]).astimezone(UTC),
            version_before=before,
            version_after=self._version(key),
        )

    def _link_receipt(self, key: str, intent: WriteIntent) -> Receipt:
        return Receipt(
            external_reference=f"link/{intent.proposal_id}",
            url=self._address(key),
            delivered_at=datetime.now(UTC),
            version_before=intent.version,
            version_after=self._version(key),
        )

    def _gone(self, undo: UndoIntent) -> Receipt:
        key = undo.intent.target.reference
        return Receipt(
            external_reference=f"{undo.receipt.external_reference} removed",
            url=self._address(key),
            delivered_at=datetime.now(UTC),
            version_before=undo.receipt.version_after,
            version_after=self._version(key),
        )

    def _address(self, key: str, comment_id: str = "") -> str:
        focus = f"?focusedCommentId={comment_id}" if comment_id else ""
        return f"{self._site}/browse/{key}{focus}"

    def _read(self, path: str, params: dict[str, str] | None = None) -> Any:
        return self._client.get(path, params).body

    def _read_if_there(self, path: str, params: dict[str, str] | None = None) -> Any:
        try:
            return self._read(path, params)
        except Refused as exc:
            if exc.status == _NOT_THERE:
                return None
            raise

    def _send(self, method: str, path: str, body: Any) -> Any:
        return self._client.send(method, path, body).body

    def _delete(self, path: str, params: dict[str, str] | None = None) -> None:
        """Delete; what is not there need not be deleted."""
        try:
            self._client.send("DELETE", path, params=params)
        except Refused as exc:
            if exc.status != _NOT_THERE:
                raise


def jira_writer(connection: Connection) -> JiraWriter:
    """The writer of a connection of the kind ``jira``.

    Options: ``jsm`` is ``false`` for projects that are no service projects; ``site_url`` is
    where people open issues, if that is not the base address. ``InvalidSettings`` when it has
    no identity that may write.
    """
    place = f"connections.{connection.name}"
    if connection.write is None:
        raise InvalidSettings(f"{place}.write is missing: nothing can be written there.")
    service_desk = connection.options.get("jsm", "true")
    if service_desk not in {"true", "false"}:
        raise InvalidSettings(f"{place}.options.jsm is {service_desk!r}; say true or false.")
    return JiraWriter(
        connection.name,
        VendorClient(connection.base_url, connection.write, connection.timeout_seconds),
        connection.options.get("site_url", connection.base_url),
        service_desk=service_desk == "true",
    )


def _comments(key: str) -> str:
    return f"rest/api/3/issue/{key}/comment"


def _comment(key: str, comment_id: str) -> str:
    return f"{_comments(key)}/{comment_id}"


def _links(key: str) -> str:
    return f"rest/api/3/issue/{key}/remotelink"


def _id_of(receipt: Receipt) -> str:
    return receipt.external_reference.removeprefix("comment/")


def _document(intent: WriteIntent) -> dict[str, Any]:
    try:
        document = json.loads(intent.body)
    except ValueError as exc:
        raise Refused(f"{intent.proposal_id} is no ADF document: {exc}.", 400) from exc
    if not isinstance(document, dict):
        raise Refused(f"{intent.proposal_id} is no ADF document.", 400)
    return document


def _link_of(intent: WriteIntent) -> tuple[str, str]:
    """Title and address; a body that says more than a link can hold is refused."""
    match [line for line in intent.body.splitlines() if line.strip()]:
        case [title, url, mark] if mark == intent.marker and url.startswith(
            ("https://", "http://")
        ):
            return title, url
    raise Refused(
        f"{intent.proposal_id} is no link: its body must be a title, the address of the review "
        "page and the marker, one a line.",
        400,
    )
