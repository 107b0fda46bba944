"""Datadog monitors, through the payload template that is to be pasted into its webhook.

Datadog sends whatever the template says, and every value as a text. The template is
``TEMPLATE``; its variables are explained at https://docs.datadoghq.com/integrations/webhooks/.
"""

from collections.abc import Mapping
from typing import Any

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
from retrieval.errors import InvalidInput

SCHEMA = "triage/1"
TEMPLATE: Mapping[str, str] = {
    "schema": SCHEMA,
    "id": "$ID",
    "title": "$EVENT_TITLE",
    "text": "$TEXT_ONLY_MSG",
    "monitor": "$ALERT_TITLE",
    "alert_id": "$ALERT_ID",
    "transition": "$ALERT_TRANSITION",
    "status": "$ALERT_STATUS",
    "priority": "$ALERT_PRIORITY",
    "scope": "$ALERT_SCOPE",
    "tags": "$TAGS",
    "aggregation_key": "$AGGREG_KEY",
    "cycle_key": "$ALERT_CYCLE_KEY",
    "date": "$DATE",
    "link": "$LINK",
    "org_id": "$ORG_ID",
}
_RECOVERED = "recovered"


class Datadog:
    """Reads what the template makes; a variable that Datadog did not know counts as empty."""

    name = "datadog"
    needs = f"schema {SCHEMA!r}"

    def recognises(self, payload: Mapping[str, Any]) -> bool:
        """See ``EventFormat.recognises``."""
        return payload.get("schema") == SCHEMA

    def parse(self, payload: Mapping[str, Any]) -> IncidentEvent:
        """See ``EventFormat.parse``."""
        if payload.get("schema") != SCHEMA:
            raise InvalidInput(
                f"schema is {payload.get('schema')!r}; it must be {SCHEMA!r}. "
                "Paste the payload template of this version into the webhook."
            )
        members = Members({k: v for k, v in payload.items() if not _is_variable(v)})
        notice = self._notice(members)
        return IncidentEvent(
            format=self.name,
            title=members.required("title", "monitor"),
            text="\n".join(distinct([members.text("text"), members.text("status")])),
            services=services_of([notice]),
            cis=cis_of([notice]),
            opened_at=notice.starts_at or notice.ends_at,
            severity=members.text("priority"),
            alerts=(notice,),
            urls=distinct([members.text("link")]),
            runbook_urls=distinct([notice.runbook_url]),
            group_key=notice.group_key,
        )

    def _notice(self, members: Members) -> AlertNotice:
        tags = ",".join([members.text("tags"), members.text("scope")])
        labels = labels_of_tags(tags.split(","))
        recovered = members.text("transition").lower() == _RECOVERED
        date = members.moment("date")
        return AlertNotice(
            name=members.required("monitor", "title"),
            labels=labels,
            status=RESOLVED if recovered else FIRING,
            # The date is that of the event, so of a recovery it is the end.
            starts_at=None if recovered else date,
            ends_at=date if recovered else None,
            fingerprint=members.text("cycle_key", "alert_id"),
            group_key=members.text("aggregation_key"),
            runbook_url=runbook_in(labels),
            url=members.text("link"),
        )


def _is_variable(value: object) -> bool:
    return isinstance(value, str) and value in TEMPLATE.values() and value != SCHEMA
