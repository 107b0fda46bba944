"""Grafana's contact point "webhook": Alertmanager's skeleton with a title, a state and links."""

from collections.abc import Mapping
from typing import Any

from ingest.webhooks.alertmanager import LINKS, notices_of, shared, title_of, urls_of
from ingest.webhooks.event import IncidentEvent
from ingest.webhooks.members import Members


class Grafana:
    """Reads ``{"version": "1", "orgId", "groupKey", "title", "alerts": […]}``.

    Its ``title`` and ``message`` are templates that list every alert of the group again, so
    the title is made from the alerts, and the message is used only where they have no text.
    """

    name = "grafana"
    needs = "orgId and alerts"

    def recognises(self, payload: Mapping[str, Any]) -> bool:
        """See ``EventFormat.recognises``."""
        return "orgId" in payload and "alerts" in payload

    def parse(self, payload: Mapping[str, Any]) -> IncidentEvent:
        """See ``EventFormat.parse``."""
        members = Members(payload)
        notices = notices_of(members)
        common = members.object("commonAnnotations")
        told = any(notice.annotations for notice in notices)
        return IncidentEvent(
            format=self.name,
            title=title_of(notices, common.text("summary")),
            text=common.text("description") if told else members.text("message", "title"),
            urls=urls_of(members, notices_urls=LINKS),
            **shared(members, notices),
        )
