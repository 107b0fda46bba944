"""What an event tells of an incident, redacted and in few words: the context to ask with."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from assistant.domain.alerts import AlertGroup, FoldedAlert
from assistant.domain.incident import IncidentContext
from assistant.services.triage.alerts import grouped
from ingest.redaction import Redactor
from ingest.text import plain_text
from ingest.webhooks.event import AlertNotice, IncidentEvent
from retrieval.analysis import identifiers

# A storm has thousands of alerts. So many are kept of a group and the others counted:
# redacting one takes about a millisecond, and nobody reads more.
_KEPT_ALERTS = 100
# Enough to name a team's usual groups; a further one is another incident.
_KEPT_GROUPS = 20
_NAMED_PLACES = 5
_TOLD_TEXTS = 5
_MAX_TITLE_CHARS = 300
# What an alert says of itself in words; other annotations are links and numbers.
_TELLING = ("summary", "description", "message", "title")
_PLACE_LABELS = ("instance", "host", "hostname", "node", "pod", "device", "job", "service")


def context_of_event(
    event: IncidentEvent, redactor: Redactor, as_of: datetime | None = None
) -> IncidentContext:
    """The context of an event; every text in it is redacted before anything else happens.

    Its text is the title, the description and a line for each group of alerts with what they
    say: never the payload as it came.
    """
    clean = _Cleaning(redactor)
    groups = clean.groups(grouped(event.alerts))
    title = clean.text(event.title)
    said = "\n\n".join(part for part in (title, clean.text(plain_text(event.text))) if part)
    text = "\n\n".join(part for part in (said, _alerts_in_words(groups, said)) if part)
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return IncidentContext(
        text=text,
        title=(title or first)[:_MAX_TITLE_CHARS],
        services=frozenset(clean.texts(event.services)),
        opened_at=event.opened_at,
        as_of=as_of,
        identifiers=identifiers(text),
        alerts=groups,
        runbook_urls=clean.texts(event.runbook_urls),
        cis=frozenset(clean.texts(event.cis)),
        linked=clean.texts(event.linked),
    )


class _Cleaning:
    """Redacts the texts of one event, each different one once: labels repeat in every alert."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._known: dict[tuple[str, str], str] = {}

    def text(self, text: str) -> str:
        """A text without secrets."""
        return self._once("", text, lambda: self._redactor.redact(text).text)

    def texts(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Several, each once."""
        return tuple(dict.fromkeys(self.text(text) for text in texts))

    def groups(self, groups: Sequence[AlertGroup]) -> tuple[AlertGroup, ...]:
        """The first groups with the first of their alerts; see the limits above."""
        return tuple(
            AlertGroup(
                key=self.text(group.key),
                alerts=tuple(self._alert(alert) for alert in group.alerts[:_KEPT_ALERTS]),
                labels=self._named(group.labels),
                further=sum(alert.count for alert in group.alerts[_KEPT_ALERTS:]),
            )
            for group in groups[:_KEPT_GROUPS]
        )

    def _alert(self, alert: FoldedAlert) -> FoldedAlert:
        notice = alert.notice
        clean = AlertNotice(
            name=self.text(notice.name),
            labels=self._named(notice.labels),
            annotations=self._named(notice.annotations),
            status=notice.status,
            starts_at=notice.starts_at,
            ends_at=notice.ends_at,
            fingerprint=self.text(notice.fingerprint),
            group_key=self.text(notice.group_key),
            runbook_url=self.text(notice.runbook_url),
        )
        return replace(alert, notice=clean)

    def _named(self, values: Mapping[str, str]) -> dict[str, str]:
        return {self.text(name): self._field(name, value) for name, value in values.items()}

    def _field(self, name: str, value: str) -> str:
        return self._once(name, value, lambda: self._redactor.redact_field(name, value).text)

    def _once(self, name: str, text: str, redacted: Callable[[], str]) -> str:
        if not text:
            return ""
        if (name, text) not in self._known:
            self._known[name, text] = redacted()
        return self._known[name, text]


def _alerts_in_words(groups: Sequence[AlertGroup], said: str) -> str:
    return "\n".join(line for group in groups for line in _lines(group, said))


def _lines(group: AlertGroup, said: str) -> list[str]:
    """``HostDown × 3 on web-01, web-02 and 1 more``, and what its alerts say that is new."""
    lines = []
    for name in group.names:
        alerts = [alert for alert in group.alerts if alert.notice.name == name]
        count = sum(alert.count for alert in alerts)
        times = f" × {count}" if count > 1 else ""
        lines.append(f"{name}{times}{_places(alerts)}")
    if group.further:
        lines.append(f"and {group.further} more alerts")
    texts = dict.fromkeys(
        alert.notice.annotations[name]
        for alert in group.alerts
        for name in _TELLING
        if alert.notice.annotations.get(name, "") not in said
    )
    return [*lines, *list(texts)[:_TOLD_TEXTS]]


def _places(alerts: Sequence[FoldedAlert]) -> str:
    labels = [alert.notice.labels for alert in alerts]
    places = dict.fromkeys(
        next((one[name] for name in _PLACE_LABELS if one.get(name)), "") for one in labels
    )
    named = [place for place in places if place]
    if not named:
        return ""
    more = len(named) - _NAMED_PLACES
    return " on " + ", ".join(named[:_NAMED_PLACES]) + (f" and {more} more" if more > 0 else "")
