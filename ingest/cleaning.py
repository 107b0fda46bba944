"""Items → record contents without secrets: the part of an intake that only computes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from pydantic import JsonValue

from ingest.items import Reject, SourceItem
from ingest.normalise import record_content
from ingest.redaction import Redacted, Redactor
from retrieval.records import RecordContent

_EXCERPT_CHARS = 200
# Labels, not sentences; and how many of them are kept.
_SHORT, _KEPT = 60, 4_096


class Order(NamedTuple):
    """Items to clean, the source they are from, who may read what names no reader, the moment."""

    items: list[SourceItem]
    source: str
    groups: frozenset[str]
    now: datetime


@dataclass(slots=True)
class Cleaned:
    """The contents in the order of their items, the items that gave none, what was removed."""

    contents: list[RecordContent] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    redactions: int = 0


class Cleaner:
    """Redacts and normalises."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        # States, priorities, groups, services: a few values make up most fields of all tickets.
        self._redact_short = lru_cache(maxsize=_KEPT)(redactor.redact)

    def clean(self, order: Order) -> Cleaned:
        """Clean all items; one that gives no record is rejected and does not stop the rest."""
        cleaned = Cleaned()
        for item in order.items:
            try:
                cleaned.contents.append(self._content(item, order, cleaned))
            except ValueError as exc:
                excerpt = item.text[:_EXCERPT_CHARS]
                reject = Reject(item.place, str(exc), item.external_id, excerpt)
                cleaned.rejects.append(self.without_secrets(reject))
        return cleaned

    def without_secrets(self, reject: Reject) -> Reject:
        """A reject whose excerpt can be kept."""
        excerpt = self._redactor.redact(reject.excerpt).text
        return Reject(reject.place, reject.reason, reject.external_id, excerpt)

    def _content(self, item: SourceItem, order: Order, cleaned: Cleaned) -> RecordContent:
        redacted = _Redaction(self._redact)
        clean = item.with_texts(
            title=redacted.text(item.title),
            text=redacted.text(item.text),
            url=redacted.text(item.url),
            fields={name: redacted.value(value) for name, value in item.fields.items()},
        )
        cleaned.redactions += redacted.count
        return record_content(
            clean, source=order.source, default_groups=order.groups, now=order.now
        )

    def _redact(self, text: str) -> Redacted:
        return self._redact_short(text) if len(text) <= _SHORT else self._redactor.redact(text)


class _Redaction:
    """Redacts the parts of one item and counts."""

    def __init__(self, redact: Callable[[str], Redacted]) -> None:
        self._redact = redact
        self.count = 0

    def text(self, text: str) -> str:
        redacted = self._redact(text)
        self.count += len(redacted.redactions)
        return redacted.text

    def value(self, value: JsonValue) -> JsonValue:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(entry) for entry in value]
        if isinstance(value, dict):
            return {name: self.value(entry) for name, entry in value.items()}
        return value
