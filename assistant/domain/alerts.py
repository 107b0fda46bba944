"""Alerts as one incident shows them: folded where they repeat, grouped where they belong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ingest.webhooks.event import AlertNotice


@dataclass(frozen=True, slots=True)
class FoldedAlert:
    """One alert and how often it was told.

    ``notice`` is the latest; ``first_at`` and ``last_at`` are when it began for the first and
    for the last time, ``None`` where no notice says so.
    """

    notice: AlertNotice
    count: int = 1
    first_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertGroup:
    """Alerts that belong to one incident, in the order in which they began.

    ``key`` tells groups of one answer apart: the sender's key of the group, else the
    fingerprint of its first alert, else its name. ``labels`` are those that all alerts share.
    ``further`` counts the notices of alerts that are not listed: a storm has thousands.
    """

    key: str
    alerts: tuple[FoldedAlert, ...]
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    further: int = 0

    @property
    def count(self) -> int:
        """How many notices there were."""
        return self.further + sum(alert.count for alert in self.alerts)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the alerts, each once, the first to begin first."""
        return tuple(dict.fromkeys(alert.notice.name for alert in self.alerts))

    @property
    def first_at(self) -> datetime | None:
        """When the first alert began."""
        return min((a.first_at for a in self.alerts if a.first_at is not None), default=None)

    @property
    def last_at(self) -> datetime | None:
        """When an alert began for the last time."""
        return max((a.last_at for a in self.alerts if a.last_at is not None), default=None)

    @property
    def runbook_urls(self) -> tuple[str, ...]:
        """The addresses of the runbooks that the alerts link, each once."""
        linked = (alert.notice.runbook_url for alert in self.alerts)
        return tuple(dict.fromkeys(url for url in linked if url))
