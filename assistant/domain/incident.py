"""The incident that is asked about."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import JsonValue

from assistant.domain.alerts import AlertGroup
from retrieval.analysis import identifiers
from retrieval.dates import first_date
from retrieval.records import Record

# The names that profiles and ticket systems give them.
_CI_FIELDS = ("ci", "cmdb_ci", "configuration_item")
_LINKING_FIELDS = ("change", "caused_by", "problem", "problem_id", "parent", "alerts")
_RUNBOOK_FIELDS = ("runbook_url", "runbook_urls")

# The first line of a pasted text stands for a title, as long as one is.
_TITLE_CHARS = 120


@dataclass(frozen=True, slots=True)
class IncidentContext:
    """An incident as far as it is known: redacted text, identifiers, service and moment.

    ``record_id`` is set when it is a stored record, which is then left out of its own
    answers, and so are the records of ``left_out``. ``as_of`` limits what may be used to what
    was known then. ``record`` is that record where it is asked as it stands. ``alerts`` belong
    to it and link ``runbook_urls``; ``cis`` are the configuration items that it touches, and
    ``linked`` the ids of changes, problems and alerts that it names.
    """

    text: str
    title: str = ""
    record_id: str | None = None
    services: frozenset[str] = frozenset()
    opened_at: datetime | None = None
    as_of: datetime | None = None
    identifiers: tuple[str, ...] = field(default=())
    left_out: frozenset[str] = frozenset()
    record: Record | None = None
    alerts: tuple[AlertGroup, ...] = ()
    runbook_urls: tuple[str, ...] = ()
    cis: frozenset[str] = frozenset()
    linked: tuple[str, ...] = ()

    @property
    def onset(self) -> datetime | None:
        """When it began, as well as we know: opened, else the first date told, else asked.

        ``None`` means just now.
        """
        told = first_date(self.text)
        if told is not None and self.as_of is not None and told > self.as_of:
            told = None
        return self.opened_at or told or self.as_of

    @property
    def digest(self) -> str:
        """SHA-256 of the text: what names it where the text itself must not stand."""
        return hashlib.sha256(self.text.encode("utf-8", "replace")).hexdigest()

    @property
    def subject(self) -> str:
        """What feedback and the ledger call it: the record, or a short digest of the text."""
        return self.record_id or f"text:{self.digest[:16]}"

    @classmethod
    def of_text(cls, text: str, as_of: datetime | None = None) -> "IncidentContext":
        """A pasted or typed description."""
        first = next((line.strip() for line in text.splitlines() if line.strip()), "")
        if len(first) > _TITLE_CHARS:
            first = f"{first[:_TITLE_CHARS].rsplit(' ', 1)[0]} …"
        return cls(text=text, title=first, as_of=as_of, identifiers=identifiers(text))

    @classmethod
    def of_record(cls, record: Record, as_of: datetime | None = None) -> "IncidentContext":
        """A stored record.

        Links are made while an incident is worked on: asked as of a moment before the record
        became what it is, it has none.
        """
        text = f"{record.title}\n{record.text}"
        known = as_of is None or record.known_at <= as_of
        return cls(
            text=text,
            title=record.title,
            record_id=record.id,
            services=frozenset(record.services),
            opened_at=record.opened_at,
            as_of=as_of,
            identifiers=identifiers(text),
            record=record,
            runbook_urls=_named(record.fields, _RUNBOOK_FIELDS),
            cis=frozenset(_named(record.fields, _CI_FIELDS)),
            linked=_named(record.fields, _LINKING_FIELDS) if known else (),
        )


def _named(fields: Mapping[str, JsonValue], names: Iterable[str]) -> tuple[str, ...]:
    """What the fields name, each once: a text, a reference with its label, or a list of them."""
    values = [fields.get(name) for name in names]
    entries = [one for value in values for one in (value if isinstance(value, list) else [value])]
    found: dict[str, None] = {}
    for entry in entries:
        value = _reference(entry) if isinstance(entry, dict) else entry
        if isinstance(value, str) and value.strip():
            found.setdefault(value.strip())
    return tuple(found)


def _reference(entry: Mapping[str, JsonValue]) -> JsonValue:
    """What people call it: ServiceNow sends references as a label and an internal key."""
    return next(
        (entry[name] for name in ("display_value", "number", "id") if entry.get(name)), None
    )
