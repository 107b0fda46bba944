"""The incident that is asked about."""

from dataclasses import dataclass, field
from datetime import datetime

from retrieval.analysis import identifiers
from retrieval.dates import first_date
from retrieval.records import Record


@dataclass(frozen=True, slots=True)
class IncidentContext:
    """An incident as far as it is known: redacted text, identifiers, service and moment.

    ``record_id`` is set when it is a stored record, which is then left out of its own
    answers. ``as_of`` limits what may be used to what was known then.
    """

    text: str
    title: str = ""
    record_id: str | None = None
    services: frozenset[str] = frozenset()
    opened_at: datetime | None = None
    as_of: datetime | None = None
    identifiers: tuple[str, ...] = field(default=())

    @property
    def onset(self) -> datetime | None:
        """When it began, as well as we know: opened, else the first date told, else asked.

        ``None`` means just now.
        """
        told = first_date(self.text)
        if told is not None and self.as_of is not None and told > self.as_of:
            told = None
        return self.opened_at or told or self.as_of

    @classmethod
    def of_text(cls, text: str, as_of: datetime | None = None) -> "IncidentContext":
        """A pasted or typed description."""
        first = next((line.strip() for line in text.splitlines() if line.strip()), "")
        return cls(text=text, title=first[:120], as_of=as_of, identifiers=identifiers(text))

    @classmethod
    def of_record(cls, record: Record, as_of: datetime | None = None) -> "IncidentContext":
        """A stored record."""
        text = f"{record.title}\n{record.text}"
        return cls(
            text=text,
            title=record.title,
            record_id=record.id,
            services=frozenset(record.services),
            opened_at=record.opened_at,
            as_of=as_of,
            identifiers=identifiers(text),
        )
