"""What connectors yield: source items, and rejects with the place and the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import JsonValue

from retrieval.records import RecordKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceItem:
    """One thing as a source tells it, not yet redacted or divided into sections.

    ``place`` says where it was read (``tickets.csv row 12``), for messages. ``text``
    is Markdown-like plain text with ``\\n`` line ends. ``groups`` is ``None`` when the
    source says nothing about readers; the pipeline then uses the source's default.
    ``remarks`` say what in it could not be used, such as a date that is none.
    """

    place: str
    external_id: str
    kind: RecordKind
    title: str
    text: str
    fields: Mapping[str, JsonValue] = field(default_factory=dict)
    services: tuple[str, ...] = ()
    groups: frozenset[str] | None = None
    url: str = ""
    opened_at: datetime | None = None
    resolved_at: datetime | None = None
    updated_at: datetime | None = None
    remarks: tuple[str, ...] = ()

    def with_texts(
        self, *, title: str, text: str, url: str, fields: Mapping[str, JsonValue]
    ) -> "SourceItem":
        """The item in other words; all else stays."""
        return SourceItem(
            place=self.place,
            external_id=self.external_id,
            kind=self.kind,
            title=title,
            text=text,
            fields=fields,
            services=self.services,
            groups=self.groups,
            url=url,
            opened_at=self.opened_at,
            resolved_at=self.resolved_at,
            updated_at=self.updated_at,
            remarks=self.remarks,
        )


@dataclass(frozen=True, slots=True)
class Reject:
    """A row or file that could not become a record.

    ``external_id`` is given when it could be read: the record of that id is then kept
    as it was, not taken for removed. ``excerpt`` is at most 200 characters of the
    input and is redacted before it is stored.
    """

    place: str
    reason: str
    external_id: str | None = None
    excerpt: str = ""
