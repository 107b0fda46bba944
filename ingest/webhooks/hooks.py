"""The catalogue of hooks: which senders' deliveries are taken in, and what each changes.

An event format (``ingest.webhooks``) reads a payload as an incident that is asked about; a hook
reads the same payload as a change of what is known. To add one: write its class beside those of
its family, add it to ``HOOKS``, and a sample to ``tests/unit/ingest/test_hooks.py``. The first
that recognises a payload reads it, so the generic one comes last.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from ingest.webhooks.alert_hooks import AlertHook
from ingest.webhooks.alertmanager import Alertmanager
from ingest.webhooks.changes import Change, Told
from ingest.webhooks.datadog import Datadog
from ingest.webhooks.grafana import Grafana
from ingest.webhooks.hint_hooks import JiraHook, ServiceNowHook
from ingest.webhooks.opsgenie import Opsgenie
from ingest.webhooks.pagerduty_hook import PagerDutyHook
from ingest.webhooks.ticket_hook import TicketHook
from retrieval.errors import InvalidInput


class Hook(Protocol):
    """Reads the deliveries of one sender; pure, so that a delivery can be read again."""

    @property
    def name(self) -> str:
        """As settings and messages call it."""

    @property
    def needs(self) -> str:
        """In words, what such a payload has."""

    def recognises(self, payload: Mapping[str, Any]) -> bool:
        """True when the payload can only be of this sender; never raises."""

    def delivery_id(self, headers: Mapping[str, str], payload: Mapping[str, Any]) -> str:
        """The sender's own id of the delivery, equal when it is sent again; empty without one."""

    def ignored(self, payload: Mapping[str, Any]) -> str:
        """Why an authentic event changes nothing here; empty when it does. Never raises."""

    def changes(self, payload: Mapping[str, Any], told: Told) -> tuple[Change, ...]:
        """What the payload changes; ``InvalidInput`` names the member that is wrong."""


HOOKS: tuple[Hook, ...] = (
    AlertHook(Datadog(), id_member="id", by_start=False),
    PagerDutyHook(),
    AlertHook(Opsgenie()),
    AlertHook(Grafana()),
    AlertHook(Alertmanager()),
    JiraHook(),
    ServiceNowHook(),
    TicketHook(),
)


def hook_named(name: str) -> Hook:
    """The hook of a name; ``InvalidInput`` for an unknown one."""
    for known in HOOKS:
        if known.name == name:
            return known
    names = ", ".join(known.name for known in HOOKS)
    raise InvalidInput(f"There is no webhook format {name!r}. Choose one of {names}.")


def hook_for(payload: Mapping[str, Any], name: str = "") -> Hook:
    """The hook of the name, or without one the first that recognises the payload."""
    if name:
        return hook_named(name)
    for known in HOOKS:
        if known.recognises(payload):
            return known
    needs = "; ".join(f"{known.name}: {known.needs}" for known in HOOKS)
    raise InvalidInput(f"The delivery is of no format that is known. What each has: {needs}.")
