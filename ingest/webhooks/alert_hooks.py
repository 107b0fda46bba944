"""Senders of alerts: each notice in a payload is a change of one alert."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ingest.webhooks.changes import AlertChange, Told
from ingest.webhooks.event import RESOLVED, AlertNotice, IncidentEvent
from retrieval.records import sha256_of_json

# Enough to tell alerts apart, and as long as Alertmanager's own fingerprints.
_DIGEST_CHARS = 16
# External ids have 255 characters; a start takes 17 of them.
_MAX_KEY_CHARS = 200
_REDACTED = "[REDACTED:"


class _AlertFormat(Protocol):
    name: str
    needs: str

    def recognises(self, payload: Mapping[str, Any]) -> bool: ...

    def parse(self, payload: Mapping[str, Any]) -> IncidentEvent: ...


@dataclass(frozen=True, slots=True)
class AlertHook:
    """The alerts that an event format finds in a payload.

    ``id_member`` holds the sender's id of the delivery. ``by_start``: every notice of one
    occurrence repeats its start, so that the next occurrence is another alert.
    """

    reads: _AlertFormat
    id_member: str = ""
    by_start: bool = True

    @property
    def name(self) -> str:
        """See ``Hook.name``."""
        return self.reads.name

    @property
    def needs(self) -> str:
        """See ``Hook.needs``."""
        return self.reads.needs

    def recognises(self, payload: Mapping[str, Any]) -> bool:
        """See ``Hook.recognises``."""
        return self.reads.recognises(payload)

    def delivery_id(self, headers: Mapping[str, str], payload: Mapping[str, Any]) -> str:
        """See ``Hook.delivery_id``. A group that is sent again unchanged has the same body."""
        given = payload.get(self.id_member) if self.id_member else None
        return given if isinstance(given, str) and given[:1] != "$" else ""

    def ignored(self, payload: Mapping[str, Any]) -> str:
        """See ``Hook.ignored``."""
        return ""

    def changes(self, payload: Mapping[str, Any], told: Told) -> tuple[AlertChange, ...]:
        """See ``Hook.changes``."""
        return alert_changes(self.reads.parse(payload), told, by_start=self.by_start)


def alert_changes(event: IncidentEvent, told: Told, *, by_start: bool) -> tuple[AlertChange, ...]:
    """The changes of the alerts that an event tells of."""
    return tuple(
        AlertChange(
            key=_key(notice, by_start=by_start),
            at=(notice.ends_at if notice.status == RESOLVED else notice.starts_at) or told.at,
            notice=notice,
            severity=event.severity,
            # Where a sender describes the event and not the alerts, there is one alert.
            text=event.text if len(event.alerts) == 1 else "",
        )
        for notice in event.alerts
    )


def _key(notice: AlertNotice, *, by_start: bool) -> str:
    name = notice.fingerprint
    if not name or _REDACTED in name:
        # What was removed told alerts apart; what is left does not.
        name = sha256_of_json([notice.name, dict(notice.labels)])[:_DIGEST_CHARS]
    if len(name) > _MAX_KEY_CHARS:
        name = hashlib.sha256(name.encode()).hexdigest()
    if not by_start or notice.starts_at is None:
        return name
    return f"{name}-{notice.starts_at:%Y%m%dT%H%M%SZ}"
