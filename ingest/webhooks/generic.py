"""Our own format, for whatever can send JSON: a ticket as people would tell it.

``{"title", "description" or "text", "service", "ci", "opened_at", "severity", "work_notes",
"changes", "problem", "alerts", "url", "runbook_url"}``. One of title, description and text is
needed; service, ci, work_notes, changes, url and runbook_url may be one or a list; an alert is
its name or an object with name, labels, annotations, status, starts_at, ends_at, fingerprint,
group_key and runbook_url. Other members are ignored, so that a ticket can be sent whole.
"""

from collections.abc import Mapping
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
from ingest.webhooks.members import Members, as_text, distinct

_TELLING = ("title", "description", "text")
_CHANGE_IDS = ("id", "number", "key")


class GenericTicket:
    """Reads the ticket of the module's docstring."""

    name = "generic"
    needs = "title, description or text"

    def recognises(self, payload: Mapping[str, Any]) -> bool:
        """See ``EventFormat.recognises``."""
        return any(payload.get(name) for name in _TELLING)

    def parse(self, payload: Mapping[str, Any]) -> IncidentEvent:
        """See ``EventFormat.parse``."""
        members = Members(payload)
        members.required(*_TELLING)
        notices = _notices(members)
        return IncidentEvent(
            format=self.name,
            title=members.text("title"),
            text=with_notes(members.text("description", "text"), _notes(members)),
            services=distinct([*members.texts("service"), *services_of(notices)]),
            cis=distinct([*members.texts("ci"), *cis_of(notices)]),
            opened_at=members.moment("opened_at") or earliest(notices),
            severity=members.text("severity", "priority"),
            alerts=notices,
            urls=members.texts("url"),
            runbook_urls=distinct([*members.texts("runbook_url"), *runbooks_of(notices)]),
            linked=distinct([*_changes(members), *members.texts("problem")]),
            group_key=members.text("group_key"),
        )


def with_notes(text: str, notes: tuple[str, ...]) -> str:
    """A description with the work notes below it, as they lie in stored tickets."""
    if not notes:
        return text
    return "\n\n".join([*([text] if text else []), "## Work notes\n" + "\n".join(notes)])


def _notes(members: Members) -> tuple[str, ...]:
    if not isinstance(members.raw("work_notes"), list):
        return members.texts("work_notes")
    notes = (
        _note(entry, f"{members.place('work_notes')}[{number}]")
        for number, entry in enumerate(members.items("work_notes"))
    )
    return distinct(notes)


def _note(entry: object, place: str) -> str:
    if not isinstance(entry, Mapping):
        return as_text(entry, place)
    note = Members(entry, place)
    at, by = note.text("at", "created_at"), note.text("by", "author")
    return " - ".join(distinct([at, by, note.required("text", "note", "value")]))


def _changes(members: Members) -> tuple[str, ...]:
    if not isinstance(members.raw("changes"), list):
        return members.texts("changes")
    return distinct(
        Members(entry, members.place(f"changes[{number}]")).required(*_CHANGE_IDS)
        if isinstance(entry, Mapping)
        else as_text(entry, members.place(f"changes[{number}]"))
        for number, entry in enumerate(members.items("changes"))
    )


def _notices(members: Members) -> tuple[AlertNotice, ...]:
    found = (
        _notice(entry, members.place(f"alerts[{number}]"))
        for number, entry in enumerate(members.items("alerts"))
    )
    return tuple(notice for notice in found if notice.name)


def _notice(entry: object, place: str) -> AlertNotice:
    if not isinstance(entry, Mapping):
        return AlertNotice(name=as_text(entry, place))
    alert = Members(entry, place)
    labels, annotations = alert.strings("labels"), alert.strings("annotations")
    return AlertNotice(
        name=alert.text("name", "alertname") or labels.get("alertname") or alert.required("name"),
        labels=labels,
        annotations=annotations,
        status=RESOLVED if alert.text("status") == RESOLVED else FIRING,
        starts_at=alert.moment("starts_at", "startsAt"),
        ends_at=alert.moment("ends_at", "endsAt"),
        fingerprint=alert.text("fingerprint"),
        group_key=alert.text("group_key", "groupKey"),
        runbook_url=alert.text("runbook_url") or runbook_in(annotations),
    )
