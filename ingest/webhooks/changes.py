"""What a delivery changes: alerts, an incident and its journal, or what is to be read again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import JsonValue

from ingest.webhooks.event import AlertNotice


@dataclass(frozen=True, slots=True)
class Told:
    """When and as what something was told, for senders that do not say.

    ``at`` is the moment that the sender signed, else that of our receiving.
    """

    at: datetime
    delivery_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChange:
    """A notice of one alert at ``at``, the time of the event. ``key`` is its external id.

    The key is equal for every notice of one occurrence of the alert; senders that do not tell
    occurrences apart have one key for all.
    """

    key: str
    at: datetime
    notice: AlertNotice
    severity: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One thing that happened to an incident, or a note on it; ``event`` is the sender's word."""

    id: str
    at: datetime
    by: str
    text: str
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSnapshot:
    """An incident as a whole, as it stood when it was told."""

    title: str
    text: str = ""
    status: str = ""
    severity: str = ""
    services: tuple[str, ...] = ()
    cis: tuple[str, ...] = ()
    url: str = ""
    opened_at: datetime | None = None
    resolved_at: datetime | None = None
    fields: Mapping[str, JsonValue] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentChange:
    """What was told of one incident at ``at``: how it stands, an entry of its journal, or both.

    ``title`` and ``url`` are what an entry says of its incident, which may not be known yet.
    """

    key: str
    at: datetime
    event: str
    snapshot: IncidentSnapshot | None = None
    entry: JournalEntry | None = None
    title: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """A stream of the same connection has changes. The delivery is a hint, not the truth."""

    stream: str


Change = AlertChange | IncidentChange | ReadAgain
