"""Our own format as a change: an incident as people would tell it, with its alerts."""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from ingest.webhooks.alert_hooks import alert_changes
from ingest.webhooks.changes import Change, IncidentChange, IncidentSnapshot, Told
from ingest.webhooks.generic import GenericTicket
from ingest.webhooks.members import Members

# Beside what ``generic`` reads; texts that become sections of the record.
_SECTIONS = ("impact", "root_cause", "workaround", "resolution", "actions")
_MAX_KEY_CHARS = 200


class TicketHook:
    """Reads a ticket of ``ingest.webhooks.generic``, and of it what a stored one needs.

    ``id`` (or ``number``, ``key``) makes the next telling of the ticket an update; without it
    every delivery is an incident of its own. ``updated_at`` orders the tellings. ``status``,
    ``resolved_at``, ``impact``, ``root_cause``, ``workaround``, ``resolution`` and ``actions``
    are kept, too.
    """

    name = GenericTicket.name
    needs = GenericTicket.needs

    def recognises(self, payload: Mapping[str, Any]) -> bool:
        """See ``Hook.recognises``."""
        return GenericTicket().recognises(payload)

    def delivery_id(self, headers: Mapping[str, str], payload: Mapping[str, Any]) -> str:
        """See ``Hook.delivery_id``; the scheme of signed deliveries has one in its headers."""
        return ""

    def ignored(self, payload: Mapping[str, Any]) -> str:
        """See ``Hook.ignored``."""
        return ""

    def changes(self, payload: Mapping[str, Any], told: Told) -> tuple[Change, ...]:
        """See ``Hook.changes``."""
        event = GenericTicket().parse(payload)
        members = Members(payload)
        alerts = alert_changes(event, told, by_start=True)
        problems = members.texts("problem")
        fields: dict[str, JsonValue] = {
            **{name: members.text(name) for name in _SECTIONS},
            "problem": list(problems),
            "change": [name for name in event.linked if name not in problems],
            "alerts": [alert.key for alert in alerts],
        }
        snapshot = IncidentSnapshot(
            title=event.title,
            text=event.text,
            status=members.text("status", "state"),
            severity=event.severity,
            services=event.services,
            cis=event.cis,
            url=next(iter(event.urls), ""),
            opened_at=event.opened_at,
            resolved_at=members.moment("resolved_at", "closed_at"),
            fields=fields,
        )
        key = members.text("id", "number", "key") or told.delivery_id
        change = IncidentChange(
            key=key[:_MAX_KEY_CHARS],
            at=members.moment("updated_at") or told.at,
            event="updated",
            snapshot=snapshot,
        )
        return (*alerts, change)
