"""PagerDuty's webhooks, version 3: what happened to an incident, or a note on it."""

from collections.abc import Mapping
from typing import Any

from ingest.webhooks.event import IncidentEvent
from ingest.webhooks.members import Members, distinct
from retrieval.errors import InvalidInput

_INCIDENT = "incident"
_NOTE = "incident_note"


class PagerDuty:
    """Reads ``{"event": {"event_type", "occurred_at", "data": {"type", "title", …}}}``."""

    name = "pagerduty"
    needs = "event with event_type and data"

    def recognises(self, payload: Mapping[str, Any]) -> bool:
        """See ``EventFormat.recognises``."""
        event = payload.get("event")
        return isinstance(event, Mapping) and "event_type" in event

    def parse(self, payload: Mapping[str, Any]) -> IncidentEvent:
        """See ``EventFormat.parse``."""
        event = Members(payload).object("event")
        data = event.object("data")
        kind = data.text("type")
        if kind == _INCIDENT:
            return self._incident(event, data)
        if kind == _NOTE:
            return self._note(event, data)
        raise InvalidInput(
            f"{data.place('type')} is {kind!r}; only {_INCIDENT} and {_NOTE} tell of an incident. "
            "Subscribe to the events incident.triggered and incident.annotated."
        )

    def _incident(self, event: Members, data: Members) -> IncidentEvent:
        service = data.object("service").text("summary")
        return IncidentEvent(
            format=self.name,
            title=data.required("title", "summary"),
            text=data.object("body").text("details"),
            services=distinct([service]),
            opened_at=data.moment("created_at") or event.moment("occurred_at"),
            severity=data.object("priority").text("summary") or data.text("urgency"),
            urls=distinct([data.text("html_url")]),
            group_key=data.text("incident_key", "id"),
        )

    def _note(self, event: Members, data: Members) -> IncidentEvent:
        incident = data.object("incident")
        return IncidentEvent(
            format=self.name,
            title=incident.text("summary"),
            text=data.required("content"),
            opened_at=event.moment("occurred_at"),
            urls=distinct([incident.text("html_url")]),
            group_key=incident.text("id"),
        )
