"""The ticket writer for Jira."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

from assistant.domain.approval import Receipt, Target
from assistant.domain.delivery import Field, TargetState, UndoIntent, WriteIntent
from assistant.writers.jira.comments import COMMENT, DESK_COMMENT, Comments
from assistant.writers.jira.links import LINK, Links
from assistant.writers.jira.site import JiraSite
from retrieval.errors import NotFound
from retrieval.records import Record

_KEY = re.compile(r"[A-Z][A-Z0-9_]*-\d+")


class JiraWriter:
    """Sends every body as it is, in one POST. See the package for what is read back."""

    def __init__(
        self, name: str, site: JiraSite, *, service_desk: bool, pause: Callable[[float], None]
    ) -> None:
        self.name = name
        self.fields: tuple[Field, ...] = (DESK_COMMENT if service_desk else COMMENT, LINK)
        self._site = site
        self._comments = Comments(site, pause)
        self._links = Links(site)

    def locate(self, record: Record) -> str:
        """See ``TicketWriter.locate``: the issue key of the record, as the site has it now."""
        for given in (record.fields.get("key"), record.external_id):
            if isinstance(given, str) and _KEY.fullmatch(given):
                return self._site.issue(given).key
        raise NotFound(f"{record.id} is no issue of {self.name}: it has no key like ITSM-427.")

    def read(self, target: Target) -> TargetState:
        """See ``TicketWriter.read``; the version is the moment of the last change."""
        issue = self._site.issue(target.reference)
        return TargetState(
            shown_as=f"{issue.key} {issue.summary}".strip(),
            version=issue.version,
            url=self._site.page_of(issue.key),
        )

    def describe(self, intent: WriteIntent) -> str:
        """See ``TicketWriter.describe``."""
        path, body = (self._links if _is_link(intent) else self._comments).request(intent)
        return f"POST {self._site.address}/{path}\n{json.dumps(body, ensure_ascii=False, indent=2)}"

    def apply(self, intent: WriteIntent) -> Receipt:
        """See ``TicketWriter.apply``; ``Refused`` when a comment came out public."""
        return self._links.put(intent) if _is_link(intent) else self._comments.add(intent)

    def find(self, intent: WriteIntent) -> Receipt | None:
        """See ``TicketWriter.find``; ``Refused`` when the comment that is found is public."""
        if _is_link(intent):
            return self._links.find(intent)
        return self._comments.find(intent.target.reference, intent.marker, intent.version)

    def undo(self, undo: UndoIntent) -> Receipt:
        """See ``TicketWriter.undo``."""
        if _is_link(undo.intent):
            self._links.remove(undo.intent)
            return self._removed(undo)
        return self._comments.take_back(undo) or self._removed(undo)

    def find_undo(self, undo: UndoIntent) -> Receipt | None:
        """See ``TicketWriter.find_undo``; what is no longer there has been taken back."""
        if _is_link(undo.intent):
            return None if self._links.is_there(undo.intent) else self._removed(undo)
        if self._comments.is_gone(undo):
            return self._removed(undo)
        key = undo.intent.target.reference
        return self._comments.find(key, undo.marker, undo.receipt.version_after)

    def close(self) -> None:
        """Close the connections to the site."""
        self._site.close()

    def _removed(self, undo: UndoIntent) -> Receipt:
        key = undo.intent.target.reference
        return Receipt(
            external_reference=f"{undo.receipt.external_reference} removed",
            url=self._site.page_of(key),
            delivered_at=datetime.now(UTC),
            version_before=undo.receipt.version_after,
            version_after=self._site.version(key),
        )


def _is_link(intent: WriteIntent) -> bool:
    return intent.target.field == LINK.name
