"""The alert action that Opsgenie sends, and Jira Service Management Operations after it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ingest.times import parse_moment
from ingest.webhooks.event import (
    FIRING,
    RESOLVED,
    AlertNotice,
    IncidentEvent,
    cis_of,
    labels_of_tags,
    runbook_in,
    services_of,
)
from ingest.webhooks.members import Members, distinct

_OVER = frozenset({"close", "delete"})
_NANOSECONDS = 1_000_000_000


class Opsgenie:
    """Reads ``{"action", "alert": {"alertId", "alias", "message", "details", …}}``.

    The sender cuts description and details at 1,000 characters. ``createdAt`` is in
    milliseconds, ``updatedAt`` in nanoseconds; the latter tells when an alert was closed.
    """

    name = "opsgenie"
    needs = "action and alert with alertId and message"

    def recognises(self, payload: Mapping[str, Any]) -> bool:
        """See ``EventFormat.recognises``."""
        return "action" in payload and isinstance(payload.get("alert"), Mapping)

    def parse(self, payload: Mapping[str, Any]) -> IncidentEvent:
        """See ``EventFormat.parse``."""
        members = Members(payload)
        alert = members.object("alert")
        notice = self._notice(members.required("action"), alert)
        return IncidentEvent(
            format=self.name,
            title=alert.required("message"),
            text=alert.text("description"),
            services=services_of([notice]),
            cis=distinct([alert.text("entity"), *cis_of([notice])]),
            opened_at=notice.starts_at,
            severity=alert.text("priority"),
            alerts=(notice,),
            runbook_urls=distinct([notice.runbook_url]),
            group_key=alert.text("alias", "alertId"),
        )

    def _notice(self, action: str, alert: Members) -> AlertNotice:
        over = action.lower() in _OVER
        labels = {**labels_of_tags(alert.texts("tags")), **alert.strings("details")}
        return AlertNotice(
            name=labels.get("alertname") or alert.required("message"),
            labels=labels,
            status=RESOLVED if over else FIRING,
            starts_at=alert.moment("createdAt"),
            ends_at=_from_nanoseconds(alert.raw("updatedAt")) if over else None,
            fingerprint=alert.text("alias", "alertId"),
            group_key=alert.text("alias"),
            runbook_url=runbook_in(labels),
        )


def _from_nanoseconds(value: object) -> datetime | None:
    """``None`` for what is no such number: the close is then dated by its receipt."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    try:
        return parse_moment(value / _NANOSECONDS)
    except ValueError:
        return None
