"""Alerts grouped into incidents: what repeats is folded, what belongs together is joined."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from assistant.domain.alerts import AlertGroup, FoldedAlert
from ingest.webhooks.event import FIRING, RESOLVED, AlertNotice, runbook_in
from retrieval.analysis import analyse
from retrieval.records import Record

# Alerts of one fault come one after another: published rules wait up to fifteen minutes
# (``for: 15m``) before they fire, so two that see the same fault are at most about two such
# waits apart.
JOINED_WITHIN = timedelta(minutes=30)
# Labels that tell what is affected, beside those that tell how bad it is or who is called.
_IDENTIFYING = frozenset(
    """cluster environment env region datacenter site namespace service app job instance host
    hostname node pod deployment statefulset daemonset device queue topic database""".split()
)
# The widest of them: one fault seldom crosses their borders, and templates repeat inside them.
_PLACES = frozenset("cluster environment env region datacenter site".split())
# Half of the words: two texts of one template differ in the names that it fills in.
_SAME_WORDS = 0.5
# A storm may have thousands of alerts of one name; only the latest are compared by words.
_COMPARED = 20
_BEGINNING = datetime.min.replace(tzinfo=UTC)


def notice_of(record: Record) -> AlertNotice:
    """A stored alert as a notice, so that old and new ones are grouped alike.

    Read from the fields ``alertname``, ``labels``, ``annotations``, ``fingerprint``,
    ``group_key``, ``status`` and ``runbook_url``; the title is its name where none is given.
    """
    labels = _texts(record.fields.get("labels"))
    annotations = _texts(record.fields.get("annotations"))
    name = _text(record.fields.get("alertname")) or labels.get("alertname") or record.title
    over = record.resolved_at is not None or record.fields.get("status") == RESOLVED
    return AlertNotice(
        name=name,
        labels=labels,
        annotations=annotations or {"summary": record.title},
        status=RESOLVED if over else FIRING,
        starts_at=record.opened_at,
        ends_at=record.resolved_at,
        fingerprint=_text(record.fields.get("fingerprint")),
        group_key=_text(record.fields.get("group_key")),
        runbook_url=_text(record.fields.get("runbook_url")) or runbook_in(annotations),
    )


def grouped(notices: Iterable[AlertNotice]) -> tuple[AlertGroup, ...]:
    """The groups of the notices, the first to begin first; the order given does not matter.

    Notices with the same fingerprint, or without one with the same name and labels, are one
    alert that was told several times: they are folded with a count, however far apart. An
    alert joins a group that has its group key, or else one with an alert of its name that
    began within ``JOINED_WITHIN`` before it and is about the same thing: they share an
    identifying label and no place differs, or, where one of them has no such label, half of
    the words of their texts.
    """
    ordered = sorted(notices, key=_by_time)
    gathering = _Gathering()
    for alert in _folded(ordered):
        gathering.add(alert)
    return tuple(_group(alerts) for alerts in gathering.groups)


def _by_time(notice: AlertNotice) -> tuple[object, ...]:
    """By time; everything else only makes the order of simultaneous ones certain."""
    labels, told = sorted(notice.labels.items()), sorted(notice.annotations.items())
    begun = notice.starts_at or _BEGINNING
    return (begun, notice.name, notice.fingerprint, notice.group_key, labels, told, notice.status)


def _folded(ordered: Iterable[AlertNotice]) -> list[FoldedAlert]:
    found: dict[tuple[object, ...], FoldedAlert] = {}
    for notice in ordered:
        key = _identity(notice)
        known = found.get(key)
        if known is None:
            found[key] = FoldedAlert(notice, 1, notice.starts_at, notice.starts_at)
        else:
            found[key] = replace(
                known,
                notice=notice,
                count=known.count + 1,
                first_at=known.first_at or notice.starts_at,
                last_at=notice.starts_at or known.last_at,
            )
    return list(found.values())


def _identity(notice: AlertNotice) -> tuple[object, ...]:
    if notice.fingerprint:
        return ("fingerprint", notice.fingerprint)
    labels = tuple(sorted(notice.labels.items()))
    # Without labels nothing but the text tells two alerts of one name apart.
    return ("labels", notice.name, labels or tuple(sorted(notice.annotations.items())))


@dataclass(slots=True)
class _Named:
    """The groups that have alerts of one name, by what a further alert could share with them."""

    by_label: dict[tuple[str, str], int] = field(default_factory=dict)
    latest: list[tuple[int, FoldedAlert]] = field(default_factory=list)
    last_at: dict[int, datetime | None] = field(default_factory=dict)


class _Gathering:
    """Puts alerts, in the order of time, into groups; the cost of one does not grow with them."""

    def __init__(self) -> None:
        self.groups: list[list[FoldedAlert]] = []
        self._by_key: dict[str, int] = {}
        self._by_name: dict[str, _Named] = defaultdict(_Named)

    def add(self, alert: FoldedAlert) -> None:
        """Join the group that it belongs to, or begin one."""
        number = self._by_key.get(alert.notice.group_key) if alert.notice.group_key else None
        if number is None:
            number = self._joined_by_name(alert)
        if number is None:
            number = len(self.groups)
            self.groups.append([])
        self.groups[number].append(alert)
        self._note(alert, number)

    def _joined_by_name(self, alert: FoldedAlert) -> int | None:
        named = self._by_name[alert.notice.name]
        identifying = _identifying(alert.notice)
        for pair in sorted(identifying.items()):
            number = named.by_label.get(pair)
            if number is not None and self._may_join(named, number, alert):
                return number
        for number, other in reversed(named.latest):
            # Where both have such labels, these have decided already.
            by_text = not (identifying and _identifying(other.notice))
            if by_text and self._may_join(named, number, alert) and _alike(alert, other):
                return number
        return None

    def _may_join(self, named: _Named, number: int, alert: FoldedAlert) -> bool:
        first = self.groups[number][0].notice
        apart = bool(alert.notice.group_key and first.group_key)
        return (
            not apart
            and _near(named.last_at[number], alert.first_at)
            and not _elsewhere(alert.notice, first)
        )

    def _note(self, alert: FoldedAlert, number: int) -> None:
        if alert.notice.group_key:
            self._by_key.setdefault(alert.notice.group_key, number)
        named = self._by_name[alert.notice.name]
        named.by_label.update(dict.fromkeys(_identifying(alert.notice).items(), number))
        named.latest = [*named.latest[-_COMPARED + 1 :], (number, alert)]
        moments = [named.last_at.get(number), alert.last_at]
        named.last_at[number] = max((m for m in moments if m is not None), default=None)


def _group(alerts: list[FoldedAlert]) -> AlertGroup:
    first = alerts[0].notice
    key = next((a.notice.group_key for a in alerts if a.notice.group_key), "")
    shared = set(first.labels.items()).intersection(*(a.notice.labels.items() for a in alerts))
    return AlertGroup(
        key=key or first.fingerprint or first.name,
        alerts=tuple(alerts),
        labels=dict(sorted(shared)),
    )


def _identifying(notice: AlertNotice) -> dict[str, str]:
    return {name: value for name, value in notice.labels.items() if name in _IDENTIFYING}


def _elsewhere(one: AlertNotice, other: AlertNotice) -> bool:
    return any(
        one.labels[p] != other.labels[p] for p in _PLACES & one.labels.keys() & other.labels.keys()
    )


def _near(before: datetime | None, at: datetime | None) -> bool:
    """Within the window; an alert that does not say when it began is taken to be of now."""
    return before is None or at is None or at - before <= JOINED_WITHIN


def _alike(one: FoldedAlert, other: FoldedAlert) -> bool:
    words, others = _words(one.notice), _words(other.notice)
    return len(words & others) >= _SAME_WORDS * len(words | others)


def _words(notice: AlertNotice) -> frozenset[str]:
    text = "\n".join([notice.name, *notice.annotations.values()])
    return frozenset(term for term in analyse(text) if not any(c.isdigit() for c in term))


def _texts(value: JsonValue) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {name: _text(entry) for name, entry in value.items() if _text(entry)}


def _text(value: JsonValue) -> str:
    return value.strip() if isinstance(value, str) else ""
