"""What every event format is read into, whoever sent it. Nothing here is redacted yet."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ingest.webhooks.members import distinct

# Which labels tell the service and which the thing that is affected, by the names that
# Prometheus exporters, Datadog tags and OpenTelemetry resources give them.
_SERVICE_LABELS = ("service", "service_name", "service.name", "app", "application")
_CI_LABELS = ("instance", "host", "hostname", "host.name", "node", "device", "server", "ci")
_RUNBOOK_ANNOTATIONS = ("runbook_url", "runbook", "runbookurl", "runbook_link")
_TAG = re.compile(r"(?P<name>[^:=\s]+)\s*[:=]\s*(?P<value>\S.*)")
FIRING = "firing"
RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertNotice:
    """One notice of an alert: it fired, or it is over.

    ``status`` is ``firing`` or ``resolved``. ``fingerprint`` is the sender's id of the alert,
    equal whenever the same alert fires again; ``group_key`` that of the group it was sent in.
    Both are empty where the sender has none. ``url`` is where to look at it.
    """

    name: str
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    annotations: Mapping[str, str] = field(default_factory=dict, hash=False)
    status: str = FIRING
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    fingerprint: str = ""
    group_key: str = ""
    runbook_url: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEvent:
    """What an outside system tells of one incident.

    ``text`` is what people or rules wrote, in Markdown-like plain text. ``linked`` are ids of
    tickets and changes. Everything is as it was sent: redact before it is used.
    """

    format: str
    title: str
    text: str = ""
    services: tuple[str, ...] = ()
    cis: tuple[str, ...] = ()
    opened_at: datetime | None = None
    severity: str = ""
    alerts: tuple[AlertNotice, ...] = ()
    urls: tuple[str, ...] = ()
    runbook_urls: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    group_key: str = ""


def services_of(notices: Iterable[AlertNotice]) -> tuple[str, ...]:
    """The services that the labels of the notices name, each once."""
    return _labelled(notices, _SERVICE_LABELS)


def cis_of(notices: Iterable[AlertNotice]) -> tuple[str, ...]:
    """The hosts, nodes and devices that the labels of the notices name, without ports."""
    return distinct(_without_port(value) for value in _labelled(notices, _CI_LABELS))


def runbooks_of(notices: Iterable[AlertNotice]) -> tuple[str, ...]:
    """The addresses of the runbooks that the notices link, each once."""
    return distinct(notice.runbook_url for notice in notices)


def runbook_in(annotations: Mapping[str, str]) -> str:
    """The address of the runbook among annotations; empty without one."""
    lowered = {name.lower(): value for name, value in annotations.items()}
    return next((lowered[name] for name in _RUNBOOK_ANNOTATIONS if lowered.get(name)), "")


def labels_of_tags(tags: Iterable[str]) -> dict[str, str]:
    """The tags that name a value (``cluster:lon``, ``cluster=lon``); others tell nothing."""
    split = (_TAG.fullmatch(tag.strip()) for tag in tags)
    return {match["name"]: match["value"] for match in split if match}


def earliest(notices: Iterable[AlertNotice]) -> datetime | None:
    """When the first of the notices began; ``None`` when none says so."""
    return min((n.starts_at for n in notices if n.starts_at is not None), default=None)


def _labelled(notices: Iterable[AlertNotice], names: tuple[str, ...]) -> tuple[str, ...]:
    return distinct(notice.labels.get(name, "") for notice in notices for name in names)


def _without_port(value: str) -> str:
    """``10.0.0.1:9100`` is the address of an exporter, ``10.0.0.1`` that of the machine."""
    host, _, port = value.rpartition(":")
    return host if host and port.isdigit() and ":" not in host else value
