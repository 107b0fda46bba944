"""PagerDuty's deliveries, version 3, as changes of incidents and of their journals."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ingest.webhooks.changes import IncidentChange, IncidentSnapshot, JournalEntry, Told
from ingest.webhooks.members import Members, distinct
from ingest.webhooks.pagerduty import PagerDuty

_INCIDENT = "incident"
# What an event of these data types says in words, and where.
_SAYING = {"incident_note": "content", "incident_status_update": "message"}
# What a reader of the incident's story wants to know beside its notes.
_STEPS = {
    "incident.triggered": "The incident was opened.",
    "incident.acknowledged": "The incident was acknowledged.",
    "incident.unacknowledged": "The incident is no longer acknowledged.",
    "incident.escalated": "The incident was escalated.",
    "incident.reassigned": "The incident was reassigned.",
    "incident.delegated": "The incident was handed to another team.",
    "incident.reopened": "The incident was opened again.",
    "incident.resolved": "The incident was resolved.",
}


class PagerDutyHook:
    """Reads ``{"event": {"id", "event_type", "occurred_at", "agent", "data": {…}}}``.

    The data of most events is the whole incident as it stood then; a note or a status update
    names its incident only.
    """

    name = PagerDuty.name
    needs = PagerDuty.needs

    def recognises(self, payload: Mapping[str, Any]) -> bool:
        """See ``Hook.recognises``."""
        return PagerDuty().recognises(payload)

    def delivery_id(self, headers: Mapping[str, str], payload: Mapping[str, Any]) -> str:
        """See ``Hook.delivery_id``."""
        event = payload.get("event")
        given = event.get("id") if isinstance(event, Mapping) else None
        return given if isinstance(given, str) else ""

    def ignored(self, payload: Mapping[str, Any]) -> str:
        """See ``Hook.ignored``: services, responders, pings."""
        event = payload.get("event")
        data = event.get("data") if isinstance(event, Mapping) else None
        kind = data.get("type") if isinstance(data, Mapping) else None
        known = kind in (_INCIDENT, *_SAYING)
        return "" if known else f"{kind} tells neither of an incident nor of a note on one"

    def changes(self, payload: Mapping[str, Any], told: Told) -> tuple[IncidentChange, ...]:
        """See ``Hook.changes``."""
        event = Members(payload).object("event")
        data = event.object("data")
        at = event.moment("occurred_at") or told.at
        if data.text("type") == _INCIDENT:
            return (self._incident(event, data, at, told),)
        return (self._said(event, data, at, told),)

    def _incident(self, event: Members, data: Members, at: datetime, told: Told) -> IncidentChange:
        kind = event.required("event_type")
        number = data.text("number")
        snapshot = IncidentSnapshot(
            title=data.required("title", "summary"),
            text=data.object("body").text("details"),
            status=data.text("status"),
            severity=data.object("priority").text("summary") or data.text("urgency"),
            services=distinct([data.object("service").text("summary")]),
            url=data.text("html_url"),
            opened_at=data.moment("created_at"),
            fields={
                "number": number,
                "incident_key": data.text("incident_key"),
                "close_code": data.object("resolve_reason").text("type"),
            },
        )
        return IncidentChange(
            key=data.required("id"),
            at=at,
            event=kind,
            snapshot=snapshot,
            entry=self._entry(event, _STEPS[kind], at, told) if kind in _STEPS else None,
        )

    def _said(self, event: Members, data: Members, at: datetime, told: Told) -> IncidentChange:
        incident = data.object("incident")
        text = data.required(_SAYING.get(data.text("type"), "content"))
        cut = " […]" if data.raw("trimmed") is True else ""
        return IncidentChange(
            key=incident.required("id"),
            at=at,
            event=event.required("event_type"),
            entry=self._entry(event, text + cut, at, told),
            title=incident.text("summary"),
            url=incident.text("html_url"),
        )

    def _entry(self, event: Members, text: str, at: datetime, told: Told) -> JournalEntry:
        return JournalEntry(
            id=event.text("id") or told.delivery_id,
            at=at,
            by=event.object("agent").text("summary"),
            text=text,
            event=event.text("event_type"),
        )
