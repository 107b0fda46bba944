"""The catalogue of event formats: what monitoring and ticket systems send of an incident.

To add one: write its file here, implement ``EventFormat``, add it to ``FORMATS``, and a
sample payload to ``tests/unit/ingest/test_webhooks.py``. The first that recognises a payload
reads it, so the generic one comes last.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from ingest.webhooks.alertmanager import Alertmanager
from ingest.webhooks.datadog import Datadog
from ingest.webhooks.event import AlertNotice, IncidentEvent
from ingest.webhooks.generic import GenericTicket
from ingest.webhooks.grafana import Grafana
from ingest.webhooks.opsgenie import Opsgenie
from ingest.webhooks.pagerduty import PagerDuty
from retrieval.errors import InvalidInput

__all__ = [
    "FORMATS",
    "AlertNotice",
    "EventFormat",
    "IncidentEvent",
    "event_format",
    "read_event",
    "recognise",
]


class EventFormat(Protocol):
    """Reads the events of one sender. ``needs`` says in words what such an event has."""

    name: str
    needs: str

    def recognises(self, payload: Mapping[str, Any]) -> bool:
        """True when the payload can only be of this format; never raises."""

    def parse(self, payload: Mapping[str, Any]) -> IncidentEvent:
        """The event that a payload tells.

        ``InvalidInput`` names the member that is wrong and what it should be. Members that
        are not known are ignored: senders add some with every version.
        """


FORMATS: tuple[EventFormat, ...] = (
    Datadog(),
    PagerDuty(),
    Opsgenie(),
    Grafana(),
    Alertmanager(),
    GenericTicket(),
)


def event_format(name: str) -> EventFormat:
    """The format of a name; ``InvalidInput`` for an unknown one."""
    for known in FORMATS:
        if known.name == name:
            return known
    names = ", ".join(known.name for known in FORMATS)
    raise InvalidInput(f"There is no event format {name!r}. Choose one of {names}.")


def recognise(payload: Mapping[str, Any]) -> EventFormat:
    """The format of a payload; ``InvalidInput`` when it looks like none."""
    for known in FORMATS:
        if known.recognises(payload):
            return known
    needs = "; ".join(f"{known.name}: {known.needs}" for known in FORMATS)
    raise InvalidInput(f"The event is of no format that is known. What each has: {needs}.")


def read_event(payload: Mapping[str, Any], name: str | None = None) -> IncidentEvent:
    """The event of a payload, of the named format or of the one that recognises it."""
    chosen = recognise(payload) if name is None else event_format(name)
    return chosen.parse(payload)
