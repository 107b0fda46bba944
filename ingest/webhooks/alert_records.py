"""Alerts as records: what is stored of one, and how a further notice changes it.

Notices come late, twice and in the wrong order, so what counts is the time of the event: an
older notice never opens an alert again, and one that is over stays over until it fires anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import JsonValue

from ingest.items import SourceItem
from ingest.times import parse_moment
from ingest.webhooks.changes import AlertChange
from ingest.webhooks.event import FIRING, RESOLVED, AlertNotice, cis_of, services_of
from retrieval.records import Record, RecordKind

# What an alert says in words; other annotations are links and numbers.
_TELLING = ("summary", "description", "message", "title")
_TOLD_AT = "told_at"


def alert_item(change: AlertChange, stored: Record | None) -> SourceItem | None:
    """What the alert is after the change; ``None`` when it says nothing new.

    What an alert says is kept as first told: it repeats itself every few minutes with other
    numbers, and each of these would be a revision to search.
    """
    if stored is None:
        return _told(change)
    course = _Course.of(stored)
    after = course.after(change)
    if after is None:
        return _told(change)
    return None if after == course else _moved(stored, after, change)


@dataclass(frozen=True, slots=True)
class _Course:
    """When an alert began and ended, so far as was told, and of when the latest notice is."""

    began: datetime | None
    ended: datetime | None
    told_at: datetime

    @classmethod
    def of(cls, record: Record) -> "_Course":
        told_at = record.fields.get(_TOLD_AT)
        known = record.resolved_at or record.opened_at or record.known_at
        latest = parse_moment(told_at) if isinstance(told_at, str) else known
        return cls(record.opened_at, record.resolved_at, latest)

    @classmethod
    def begun_by(cls, change: AlertChange) -> "_Course":
        over = change.notice.status == RESOLVED
        began = change.notice.starts_at or (None if over else change.at)
        return cls(began, change.at if over else None, change.at)

    def after(self, change: AlertChange) -> "_Course | None":
        """The course with the change in it; ``None`` when the change begins another one."""
        told = self.begun_by(change)
        over = told.ended is not None
        # Of two notices of one moment the end is the later.
        if change.at < self.told_at or (change.at == self.told_at and not over):
            return self if self.began is not None else replace(self, began=told.began)
        if over:
            return replace(told, began=self.began or told.began)
        return replace(self, told_at=change.at) if self.ended is None else None


def _told(change: AlertChange) -> SourceItem:
    notice = change.notice
    places = cis_of([notice])
    said = [notice.annotations[name] for name in _TELLING if notice.annotations.get(name)]
    texts = dict.fromkeys([*said, change.text])
    course = _Course.begun_by(change)
    fields: dict[str, JsonValue] = {
        "alertname": notice.name,
        "labels": dict(notice.labels),
        "annotations": dict(notice.annotations),
        "fingerprint": notice.fingerprint,
        "group_key": notice.group_key,
        "runbook_url": notice.runbook_url,
        "severity": change.severity,
        "ci": ", ".join(places),
    }
    return SourceItem(
        place=f"alert {change.key}",
        external_id=change.key,
        kind=RecordKind.ALERT,
        title=_title(notice, places, said),
        text="\n\n".join(part for part in [*texts, _labels(notice)] if part),
        fields=_with_course({name: value for name, value in fields.items() if value}, course),
        services=services_of([notice]),
        url=notice.url,
        opened_at=course.began,
        resolved_at=course.ended,
    )


def _moved(stored: Record, course: _Course, change: AlertChange) -> SourceItem:
    return SourceItem(
        place=f"alert {change.key}",
        external_id=stored.external_id,
        kind=stored.kind,
        title=stored.title,
        text=stored.text,
        fields=_with_course(stored.fields, course),
        services=stored.services,
        url=stored.url,
        opened_at=course.began,
        resolved_at=course.ended,
    )


def _with_course(fields: Mapping[str, JsonValue], course: _Course) -> dict[str, JsonValue]:
    """Times are fields, too: only a change of these makes a revision."""
    times = {"starts_at": course.began, "ends_at": course.ended, _TOLD_AT: course.told_at}
    told = {name: moment.isoformat() for name, moment in times.items() if moment is not None}
    return {**fields, "status": FIRING if course.ended is None else RESOLVED, **told}


def _title(notice: AlertNotice, places: tuple[str, ...], said: list[str]) -> str:
    place = f" on {places[0]}" if places else ""
    return f"{notice.name}{place}: {said[0]}" if said else f"{notice.name}{place}"


def _labels(notice: AlertNotice) -> str:
    named = ", ".join(f"{name}={value}" for name, value in sorted(notice.labels.items()))
    return f"Labels: {named}" if named else ""
