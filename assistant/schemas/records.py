"""Records and citations as JSON."""

from datetime import datetime

from pydantic import JsonValue

from assistant.schemas.shape import Shape
from retrieval.records import Citation, Record


class CitationOut(Shape):
    """A span of a stored revision and the words found there."""

    record_id: str
    revision: int
    start: int
    end: int
    quote: str

    @classmethod
    def of(cls, citation: Citation) -> "CitationOut":
        """From the domain value."""
        return cls(
            record_id=citation.record_id,
            revision=citation.revision,
            start=citation.start,
            end=citation.end,
            quote=citation.quote,
        )


class SectionOut(Shape):
    """A typed part of a record's text."""

    kind: str
    heading: str
    start: int
    end: int


class RecordOut(Shape):
    """One revision of a record, as stored: redacted."""

    id: str
    revision: int
    kind: str
    title: str
    text: str
    fields: dict[str, JsonValue]
    sections: list[SectionOut]
    source: str
    external_id: str
    services: list[str]
    url: str
    opened_at: datetime | None
    resolved_at: datetime | None

    @classmethod
    def of(cls, record: Record) -> "RecordOut":
        """From the domain value."""
        return cls(
            id=record.id,
            revision=record.revision,
            kind=record.kind,
            title=record.title,
            text=record.text,
            fields=dict(record.fields),
            sections=[
                SectionOut(kind=s.kind, heading=s.heading, start=s.start, end=s.end)
                for s in record.sections
            ],
            source=record.source,
            external_id=record.external_id,
            services=list(record.services),
            url=record.url,
            opened_at=record.opened_at,
            resolved_at=record.resolved_at,
        )
