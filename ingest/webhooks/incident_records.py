"""Incidents that were told in events, as records: one snapshot and a journal.

The record is a function of all that was told, whatever the order and however often: of the
snapshots the one with the latest time counts, and the journal has every entry once, by time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import JsonValue

from ingest.items import SourceItem
from ingest.times import parse_moment
from ingest.webhooks.changes import IncidentChange, IncidentSnapshot, JournalEntry
from retrieval.records import Record, RecordKind

_OVER = frozenset({"resolved", "closed", "done", "cancelled", "canceled"})
_RESOLVING = ".resolved"
_JOURNAL = "journal"
_TOLD_AT = "told_at"
_DETAILS = "details"
# Of a record that was only ever named by an entry.
_UNTOLD = IncidentSnapshot(title="")


def incident_item(change: IncidentChange, stored: Record | None) -> SourceItem:
    """What the incident is after the change."""
    known = _Known.of(stored)
    journal = _joined(known.journal, change.entry)
    snapshot, told_at = known.snapshot, known.told_at
    if change.snapshot is not None and (told_at is None or change.at >= told_at):
        snapshot, told_at = change.snapshot, change.at
    opened = snapshot.opened_at or min((entry.at for entry in journal), default=change.at)
    resolved = _resolved_at(snapshot, told_at, journal)
    fields: dict[str, JsonValue] = {
        **{name: value for name, value in snapshot.fields.items() if value},
        "status": snapshot.status,
        "severity": snapshot.severity,
        "ci": ", ".join(snapshot.cis),
        _DETAILS: snapshot.text,
        "opened_at": "" if snapshot.opened_at is None else snapshot.opened_at.isoformat(),
        "resolved_at": "" if resolved is None else resolved.isoformat(),
        _TOLD_AT: "" if told_at is None else told_at.isoformat(),
        _JOURNAL: [_written(entry) for entry in journal],
    }
    return SourceItem(
        place=f"incident {change.key}",
        external_id=change.key,
        kind=RecordKind.INCIDENT,
        title=snapshot.title or known.title or change.title or change.key,
        text="\n\n".join(part for part in (snapshot.text, _as_text(journal)) if part),
        fields={name: value for name, value in fields.items() if value},
        services=snapshot.services,
        url=snapshot.url or known.url or change.url,
        opened_at=opened,
        resolved_at=resolved,
        updated_at=max((entry.at for entry in journal), default=change.at),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What the stored record was made of."""

    snapshot: IncidentSnapshot = _UNTOLD
    told_at: datetime | None = None
    journal: tuple[JournalEntry, ...] = ()
    title: str = ""
    url: str = ""

    @classmethod
    def of(cls, record: Record | None) -> "_Known":
        if record is None:
            return cls()
        journal = tuple(_entry(each) for each in _objects(record.fields.get(_JOURNAL)))
        told_at = _moment(record.fields.get(_TOLD_AT))
        if told_at is None:
            return cls(journal=journal, title=record.title, url=record.url)
        own = {"status", "severity", "ci", _DETAILS, "opened_at", "resolved_at", _TOLD_AT, _JOURNAL}
        snapshot = IncidentSnapshot(
            title=record.title,
            text=str(record.fields.get(_DETAILS, "")),
            status=str(record.fields.get("status", "")),
            severity=str(record.fields.get("severity", "")),
            services=record.services,
            cis=tuple(ci for ci in str(record.fields.get("ci", "")).split(", ") if ci),
            url=record.url,
            opened_at=_moment(record.fields.get("opened_at")),
            resolved_at=_moment(record.fields.get("resolved_at")),
            fields={name: value for name, value in record.fields.items() if name not in own},
        )
        return cls(snapshot, told_at, journal)


def _joined(
    journal: Iterable[JournalEntry], further: JournalEntry | None
) -> tuple[JournalEntry, ...]:
    """Every entry once, by time; those of one moment by their id, so that the order is certain."""
    entries = {entry.id: entry for entry in journal}
    if further is not None:
        entries[further.id] = further
    return tuple(sorted(entries.values(), key=lambda entry: (entry.at, entry.id)))


def _resolved_at(
    snapshot: IncidentSnapshot, told_at: datetime | None, journal: Iterable[JournalEntry]
) -> datetime | None:
    """When it was resolved for the last time; ``None`` while it is open."""
    if snapshot.status.lower() not in _OVER and snapshot.resolved_at is None:
        return None
    if snapshot.status and snapshot.status.lower() not in _OVER:
        return None
    steps = [entry.at for entry in journal if entry.event.endswith(_RESOLVING)]
    return max(steps, default=snapshot.resolved_at or told_at)


def _as_text(journal: Iterable[JournalEntry]) -> str:
    lines = [_line(entry) for entry in journal]
    return "\n".join(["## Work notes", *lines]) if lines else ""


def _line(entry: JournalEntry) -> str:
    by = f" {entry.by}" if entry.by else ""
    body = entry.text.strip().replace("\n", "\n  ")
    return f"- {entry.at:%Y-%m-%d %H:%M:%S}{by}: {body}"


def _written(entry: JournalEntry) -> dict[str, JsonValue]:
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "by": entry.by,
        "text": entry.text,
        "event": entry.event,
    }


def _entry(written: Mapping[str, Any]) -> JournalEntry:
    return JournalEntry(
        id=str(written["id"]),
        at=parse_moment(str(written["at"])),
        by=str(written["by"]),
        text=str(written["text"]),
        event=str(written["event"]),
    )


def _objects(value: JsonValue | None) -> list[dict[str, JsonValue]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _moment(value: JsonValue | None) -> datetime | None:
    return parse_moment(value) if isinstance(value, str) and value else None
