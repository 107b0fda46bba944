"""Comments that no customer sees: written, read back, found by their mark, taken back."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from assistant.domain.approval import BodyForm, Receipt
from assistant.domain.delivery import Field, UndoIntent, WriteIntent
from assistant.writers.jira.site import JiraSite, comment_at, comments_of, desk_comments_of
from ingest.adf import adf_document, adf_text
from retrieval.errors import (
    NotFound,
    PrecedentError,
    Refused,
    ServiceUnavailable,
    Throttled,
    Unanswered,
)

_UNDO = "deletes the comment, or adds a note that takes it back where somebody has edited it"
# JRACLOUD-68949. Whether it counts ADF or its text is not said; ADF is the longer one.
_MOST_CHARS = 32_767
DESK_COMMENT = Field(
    name="internal-comment",
    label="Internal comment",
    form=BodyForm.TEXT,
    undo=_UNDO,
    max_chars=_MOST_CHARS,
)
COMMENT = Field(
    name="comment",
    label="Comment for everybody who may see the issue",
    form=BodyForm.ADF,
    undo=_UNDO,
    max_chars=_MOST_CHARS,
)

# What keeps a comment of the platform API from customers; public integrations send it so.
_INTERNAL = "sd.public.comment"
_REFERENCE = "comment/"
# A comment that customers see must go, even where the site asks to wait between two writes.
_DELETE_ATTEMPTS = 5
_MOST_PAUSE_SECONDS = 10.0


class Comments:
    """The comments of our own account on one site."""

    def __init__(self, site: JiraSite, pause: Callable[[float], None]) -> None:
        self._site = site
        self._pause = pause

    def request(self, intent: WriteIntent) -> tuple[str, dict[str, Any]]:
        """Path and body of the comment that is approved."""
        key = intent.target.reference
        match intent.target.field:
            case DESK_COMMENT.name:
                return desk_comments_of(key), {"body": intent.body, "public": False}
            case COMMENT.name:
                return comments_of(key), _internal(_document(intent))
        raise Refused(f"Jira has no field {intent.target.field!r} that we write to.", 400)

    def add(self, intent: WriteIntent) -> Receipt:
        """Comment, and see that nobody else can see it."""
        key = intent.target.reference
        made = self._site.post(*self.request(intent))
        return self._receipt(key, self._kept_internal(key, made), intent.version)

    def find(self, key: str, mark: str, version: str) -> Receipt | None:
        """Our comment with a mark; ``Refused`` when customers can see it."""
        # One mark may begin another.
        exactly = re.compile(re.escape(mark) + r"(?![\w-])")
        for comment in self._site.newest_comments(key):
            if not self._is_ours(comment.get("author")):
                continue
            if exactly.search(adf_text(comment.get("body"))):
                if not self._is_internal(key, comment):
                    raise self._alarm(key, comment["id"], "Delete it there by hand, now.")
                return self._receipt(key, comment, version)
        return None

    def take_back(self, undo: UndoIntent) -> Receipt | None:
        """Delete the comment if it is as we left it, else add the note.

        ``None`` when it is gone.
        """
        key = undo.intent.target.reference
        path = comment_at(key, _id_of(undo.receipt))
        comment = self._site.read(path)
        if comment is None:
            return None
        if self._is_untouched(comment):
            try:
                self._site.delete(path)
            except Refused:
                # Not every account may delete a comment, not even its own: then a note.
                pass
            else:
                return None
        made = self._site.post(*self._note(undo))
        return self._receipt(key, self._kept_internal(key, made), undo.receipt.version_after)

    def is_gone(self, undo: UndoIntent) -> bool:
        """Whether the comment is no longer there."""
        path = comment_at(undo.intent.target.reference, _id_of(undo.receipt))
        return self._site.read(path) is None

    def _note(self, undo: UndoIntent) -> tuple[str, dict[str, Any]]:
        key = undo.intent.target.reference
        if undo.intent.target.field == DESK_COMMENT.name:
            return desk_comments_of(key), {"body": undo.note, "public": False}
        return comments_of(key), _internal(adf_document(undo.note))

    def _kept_internal(self, key: str, made: Any) -> dict[str, Any]:
        """The comment that was made, read back; a public one is deleted and refused."""
        try:
            comment: dict[str, Any] | None = self._site.read(comment_at(key, made["id"]))
            internal = comment is not None and self._is_internal(key, comment)
        except (PrecedentError, TypeError, KeyError) as exc:
            raise Unanswered(
                f"{key} was commented on, but the comment could not be read back to see whether "
                f"it is internal ({exc})."
            ) from exc
        if comment is None:
            raise Unanswered(f"{key} was commented on, but the comment is not there to be read.")
        if internal:
            return comment
        raise self._alarm(key, comment["id"], self._withdrawn(key, comment["id"]))

    def _is_internal(self, key: str, comment: dict[str, Any]) -> bool:
        """Whether no customer sees a comment.

        Outside service projects there is no portal, and ``jsdPublic`` is true by default; what
        counts there is that the property was kept.
        """
        if comment.get("jsdPublic") is False:
            return True
        if self._site.issue(key).is_service:
            return False
        kept = self._site.read(f"rest/api/3/comment/{comment['id']}/properties/{_INTERNAL}")
        return kept is not None and kept.get("value") == {"internal": True}

    def _withdrawn(self, key: str, comment_id: str) -> str:
        """Delete what nobody should have seen; how that ended."""
        for _ in range(_DELETE_ATTEMPTS):
            try:
                self._site.delete(comment_at(key, comment_id))
            except Throttled as exc:
                self._pause(min(exc.wait_seconds, _MOST_PAUSE_SECONDS))
            except ServiceUnavailable:
                self._pause(1.0)
            except Refused:
                break
            else:
                return "It was deleted again; find out what lies between us and the site."
        return "It could NOT be deleted: delete it there by hand, now."

    def _alarm(self, key: str, comment_id: str, ending: str) -> Refused:
        return Refused(
            f"The comment {comment_id} on {key} came out PUBLIC although it was sent as internal. "
            f"{ending} {self._site.page_of(key, comment_id)}",
            403,
        )

    def _is_ours(self, person: Any) -> bool:
        return isinstance(person, dict) and person.get("accountId") == self._site.account

    def _is_untouched(self, comment: dict[str, Any]) -> bool:
        people = (comment.get("author"), comment.get("updateAuthor"))
        unedited = comment.get("created") == comment.get("updated")
        return unedited and all(self._is_ours(person) for person in people)

    def _receipt(self, key: str, comment: dict[str, Any], before: str) -> Receipt:
        return Receipt(
            external_reference=f"{_REFERENCE}{comment['id']}",
            url=self._site.page_of(key, comment["id"]),
            delivered_at=datetime.fromisoformat(comment["created"]).astimezone(UTC),
            version_before=before,
            version_after=self._site.version(key),
        )


def _internal(document: dict[str, Any]) -> dict[str, Any]:
    return {"body": document, "properties": [{"key": _INTERNAL, "value": {"internal": True}}]}


def _document(intent: WriteIntent) -> dict[str, Any]:
    try:
        document = json.loads(intent.body)
    except ValueError as exc:
        raise Refused(f"The body of {intent.proposal_id} is no JSON: {exc}.", 400) from exc
    if not isinstance(document, dict):
        raise Refused(f"The body of {intent.proposal_id} is no ADF document.", 400)
    return document


def _id_of(receipt: Receipt) -> str:
    reference = receipt.external_reference
    if not reference.startswith(_REFERENCE):
        raise NotFound(f"The receipt {reference!r} names no comment that could be taken back.")
    return reference.removeprefix(_REFERENCE)
