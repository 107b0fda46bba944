"""Alertmanager's webhook, version 4: one group of alerts, sent again at every change of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from ingest.webhooks.event import (
    FIRING,
    RESOLVED,
    AlertNotice,
    IncidentEvent,
    cis_of,
    earliest,
    runbook_in,
    runbooks_of,
    services_of,
)
from ingest.webhooks.members import Members, distinct
from retrieval.errors import InvalidInput

VERSION = "4"
# A title names what fired; of a storm the first few names say enough.
_NAMES_IN_TITLE = 3
_SEVERITY_LABELS = ("severity", "priority", "level")
# Where to look at an alert, the best first; Alertmanager has the last only.
LINKS = ("panelURL", "dashboardURL", "generatorURL")


class Alertmanager:
    """Reads ``{"version": "4", "groupKey", "commonLabels", "alerts": [{"labels", …}]}``."""

    name = "alertmanager"
    needs = "version, groupKey and alerts"

    def recognises(self, payload: Mapping[str, Any]) -> bool:
        """See ``EventFormat.recognises``. Grafana sends the same skeleton and its ``orgId``."""
        return "groupKey" in payload and "alerts" in payload and "orgId" not in payload

    def parse(self, payload: Mapping[str, Any]) -> IncidentEvent:
        """See ``EventFormat.parse``."""
        members = Members(payload)
        version = members.text("version")
        if version != VERSION:
            raise InvalidInput(
                f"version is {version!r}; version {VERSION!r} of Alertmanager's webhook is read. "
                "Update Alertmanager, or send the event as generic JSON."
            )
        notices = notices_of(members)
        common = members.object("commonAnnotations")
        return IncidentEvent(
            format=self.name,
            title=title_of(notices, common.text("summary")),
            text=common.text("description", "message"),
            urls=urls_of(members, notices_urls=("generatorURL",)),
            **shared(members, notices),
        )


def shared(members: Members, notices: tuple[AlertNotice, ...]) -> dict[str, Any]:
    """What every event made of a group of alerts has."""
    labels = members.strings("commonLabels")
    return {
        "alerts": notices,
        "services": services_of(notices),
        "cis": cis_of(notices),
        "opened_at": earliest(notices),
        "severity": severity_of(labels, *(notice.labels for notice in notices)),
        "runbook_urls": runbooks_of(notices),
        "group_key": members.text("groupKey"),
    }


def notices_of(members: Members) -> tuple[AlertNotice, ...]:
    """The alerts of the group; ``InvalidInput`` when there are none.

    What is common to the group is usually repeated in each alert; where a sender leaves it
    out, it is filled in.
    """
    labels = members.strings("commonLabels")
    annotations = members.strings("commonAnnotations")
    group_key = members.text("groupKey")
    found = tuple(
        _notice(alert, labels, annotations, group_key) for alert in members.objects("alerts")
    )
    if not found:
        raise InvalidInput("alerts is empty; send the group with at least one alert in it.")
    return found


def title_of(notices: Sequence[AlertNotice], summary: str) -> str:
    """``HostDown, DiskFull and 2 more``, and what all of the group say, if they say the same."""
    summaries = {notice.annotations.get("summary", "") for notice in notices}
    summary = summary or (summaries.pop() if len(summaries) == 1 else "")
    names = distinct(notice.name for notice in notices)
    more = len(names) - _NAMES_IN_TITLE
    title = ", ".join(names[:_NAMES_IN_TITLE]) + (f" and {more} more" if more > 0 else "")
    return f"{title}: {summary}" if summary else title


def severity_of(*labels: Mapping[str, str]) -> str:
    """The first severity that labels name; empty without one."""
    return next((one[name] for one in labels for name in _SEVERITY_LABELS if one.get(name)), "")


def urls_of(members: Members, notices_urls: Sequence[str]) -> tuple[str, ...]:
    """Where to look: the links of the alerts, then the sender's own address."""
    links = [alert.text(name) for alert in members.objects("alerts") for name in notices_urls]
    return distinct([*links, members.text("externalURL")])


def _notice(
    alert: Members, labels: Mapping[str, str], annotations: Mapping[str, str], group_key: str
) -> AlertNotice:
    own_labels = {**labels, **alert.strings("labels")}
    own_annotations = {**annotations, **alert.strings("annotations")}
    if not own_labels.get("alertname"):
        raise InvalidInput(
            f"{alert.place('labels')} has no alertname; send each alert with its rule's labels."
        )
    return AlertNotice(
        name=own_labels["alertname"],
        labels=own_labels,
        annotations=own_annotations,
        status=RESOLVED if alert.text("status") == RESOLVED else FIRING,
        starts_at=alert.moment("startsAt"),
        ends_at=alert.moment("endsAt"),
        fingerprint=alert.text("fingerprint"),
        group_key=group_key,
        runbook_url=runbook_in(own_annotations),
        url=alert.text(*LINKS),
    )
