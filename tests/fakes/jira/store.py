"""The issues of a site, every change that was made to them, and the file that outlives it."""

import json
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

INTERNAL = "sd.public.comment"
# Custom fields have other ids on every site.
_CUSTOM = (
    "Affected services,Impact,Urgency,Severity,Root cause,Workaround,Major incident,Organizations"
)
_SYSTEM = {
    "summary": "Summary",
    "description": "Description",
    "status": "Status",
    "priority": "Priority",
    "issuetype": "Issue Type",
    "project": "Project",
    "created": "Created",
    "updated": "Updated",
    "resolutiondate": "Resolved",
    "resolution": "Resolution",
    "labels": "Labels",
    "components": "Components",
    "assignee": "Assignee",
    "reporter": "Reporter",
    "issuelinks": "Linked Issues",
    "comment": "Comment",
}
# Names of values, most telling first.
_NAMES = ("name", "value", "displayName", "key", "id", "accountId")


@dataclass(slots=True)
class Comment:
    """A comment; ``text`` is what the Service Desk API shows of it."""

    id: str
    author: str
    body: dict[str, Any]
    text: str
    created: datetime
    updated: datetime
    updated_by: str
    public: bool
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Issue:
    """An issue; its fields as the API shows them, but for dates, which are moments in UTC."""

    id: str
    key: str
    fields: dict[str, Any]
    hidden: bool = False
    comments: dict[str, Comment] = field(default_factory=dict)
    links: dict[str, dict[str, Any]] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    histories: list[dict[str, Any]] = field(default_factory=list)

    @property
    def project(self) -> str:
        """The key of its project."""
        return self.key.rpartition("-")[0]

    def moment(self, name: str) -> datetime | None:
        """A date field; dates are kept in ISO form, so that they fit into the state file."""
        value = self.fields.get(name)
        return datetime.fromisoformat(value) if value else None


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the state file: what was changed of which issue, by whom and when.

    ``by`` is empty for what a test did, which is not limited by what the API can do.
    """

    what: str
    issue: str
    data: dict[str, Any]
    at: str
    by: str = ""

    @property
    def moment(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.at)


class Store:
    """All issues. With a state file every change is in it before it is visible."""

    def __init__(
        self, state: Path | None = None, clock: Callable[[], datetime] | None = None
    ) -> None:
        self._clock = clock or (lambda: datetime.now(UTC))
        self.issues: dict[str, Issue] = {}
        self.by_key: dict[str, Issue] = {}
        self.projects: dict[str, str] = {}
        self.custom = {
            name: f"customfield_{10_042 + number}" for number, name in enumerate(_CUSTOM.split(","))
        }
        self.writes: list[Change] = []
        self._last = 10_000
        self._stale: dict[str, tuple[int, Issue | None]] = {}
        self._file: BinaryIO | None = None
        if state is not None:
            self._replay(state)
            self._file = state.open("ab", buffering=0)

    def now(self) -> datetime:
        """The site's time, to the millisecond."""
        moment = self._clock().astimezone(UTC)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def issue(self, reference: str) -> Issue | None:
        """An issue by its id or its key."""
        return self.issues.get(reference) or self.by_key.get(reference.upper())

    def new_id(self) -> str:
        """The next id of anything; the same in every run, so that failures can be repeated."""
        return str(self._last + 1)

    def field_names(self) -> dict[str, str]:
        """All fields: id to name."""
        return {**_SYSTEM, **{identifier: name for name, identifier in self.custom.items()}}

    def field_id(self, name: str) -> str | None:
        """The field that JQL means by a name: its id, its label, or ``cf[10042]``."""
        if name.startswith("cf[") and name.endswith("]"):
            name = f"customfield_{name[3:-1]}"
        if name in {"key", "id", "text", "statuscategory"}:
            return name
        known = self.field_names()
        return next((i for i, label in known.items() if name in {i, label.lower()}), None)

    def values(self, issue: Issue, name: str) -> list[str]:
        """What JQL compares with: every name of a value, or the words of a text."""
        match name:
            case "key" | "id":
                return [issue.key, issue.id]
            case "project":
                return [issue.project]
            case "statuscategory":
                category = issue.fields["status"]["statusCategory"]
                return [category["name"], category["key"]]
            case "text":
                return [json.dumps(issue.fields.get(each)) for each in ("summary", "description")]
        return _words(issue.fields.get(name))

    def apply(self, change: Change) -> None:
        """Carry a change out, after it was written down."""
        if self._file is not None:
            # A line that a kill cut short must not take the next one with it.
            self._file.write(b"\n" + json.dumps(asdict(change)).encode())
        if change.by:
            self.writes.append(change)
        _CHANGES[change.what](self, change)

    def mark_stale(self, issue_id: str, searches: int) -> None:
        """The next searches find an issue as it is at this moment."""
        if searches:
            self._stale[issue_id] = (searches, deepcopy(self.issues.get(issue_id)))

    def indexed(self, reconciled: Iterable[str]) -> list[Issue]:
        """The issues as a search finds them: some as they were a moment ago."""
        found = dict(self.issues)
        for issue_id, (left, before) in list(self._stale.items()):
            if issue_id not in set(reconciled):
                found.pop(issue_id, None)
                if before is not None:
                    found[issue_id] = before
            if left > 1:
                self._stale[issue_id] = (left - 1, before)
            else:
                del self._stale[issue_id]
        return list(found.values())

    def close(self) -> None:
        """Close the state file."""
        if self._file is not None:
            self._file.close()

    def _replay(self, state: Path) -> None:
        if not state.exists():
            return
        for line in state.read_bytes().split(b"\n"):
            try:
                known: dict[str, Any] = json.loads(line)
            except ValueError:
                # The process was killed while it wrote this line: nobody was told of it.
                continue
            self.apply(Change(**known))

    def _taken(self, identifier: str) -> None:
        self._last = max(self._last, int(identifier))

    def _put(self, change: Change) -> None:
        """An issue as a test wants it; fields that are not given stay."""
        data = change.data
        issue = self.issues.get(change.issue)
        if issue is None:
            self._taken(change.issue)
            issue = Issue(change.issue, data["key"], _new_fields(change.at))
            self.issues[issue.id] = issue
        self._log(issue, change, data["fields"])
        issue.fields.update(data["fields"])
        issue.fields["updated"] = data["fields"].get("updated", change.at)
        issue.hidden = data["hidden"]
        self.by_key[data["key"].upper()] = issue
        issue.key = data["key"]

    def _log(self, issue: Issue, change: Change, fields: Mapping[str, Any]) -> None:
        names = self.field_names()
        items = [
            {
                "field": "Workflow" if name == "workflow" else names.get(name, name).lower(),
                "fieldtype": "custom" if name.startswith("customfield_") else "jira",
                "fieldId": name,
                "from": _told(issue.fields.get(name), "id"),
                "fromString": _told(issue.fields.get(name), *_NAMES),
                "to": _told(value, "id"),
                "toString": _told(value, *_NAMES),
            }
            for name, value in fields.items()
            if change.data["logged"]
            and name not in {"created", "updated"}
            and issue.fields.get(name) != value
        ]
        if items:
            history = {"id": f"{len(issue.histories) + 20_000}", "created": change.at}
            issue.histories.append({**history, "items": items})

    def _remove(self, change: Change) -> None:
        gone = self.issues.pop(change.issue)
        self.by_key = {key: each for key, each in self.by_key.items() if each is not gone}

    def _comment(self, change: Change) -> None:
        data = change.data
        self._taken(data["id"])
        comment = Comment(
            id=data["id"],
            author=data["author"],
            body=data["body"],
            text=data["text"],
            created=change.moment,
            updated=change.moment,
            updated_by=data["author"],
            public=data["public"],
            properties=data["properties"],
        )
        self.issues[change.issue].comments[comment.id] = comment
        self._touch(change)

    def _edit_comment(self, change: Change) -> None:
        comment = self.issues[change.issue].comments[change.data["id"]]
        comment.body, comment.text = change.data["body"], change.data["text"]
        comment.updated, comment.updated_by = change.moment, change.data["author"]
        if change.data["properties"] is not None:
            comment.properties = change.data["properties"]
            comment.public = change.data["public"]
        self._touch(change)

    def _delete_comment(self, change: Change) -> None:
        del self.issues[change.issue].comments[change.data["id"]]
        self._touch(change)

    def _link(self, change: Change) -> None:
        self._taken(change.data["id"])
        self.issues[change.issue].links[change.data["id"]] = change.data["link"]
        self._touch(change)

    def _delete_link(self, change: Change) -> None:
        del self.issues[change.issue].links[change.data["id"]]
        self._touch(change)

    def _property(self, change: Change) -> None:
        self.issues[change.issue].properties[change.data["key"]] = change.data["value"]

    def _project(self, change: Change) -> None:
        self.projects[change.data["key"]] = change.data["type"]

    def _touch(self, change: Change) -> None:
        self.issues[change.issue].fields["updated"] = change.at


_CHANGES: dict[str, Callable[[Store, Change], None]] = {
    "issue": Store._put,
    "issue-gone": Store._remove,
    "comment": Store._comment,
    "comment-edit": Store._edit_comment,
    "comment-gone": Store._delete_comment,
    "link": Store._link,
    "link-gone": Store._delete_link,
    "property": Store._property,
    "project": Store._project,
}


def _new_fields(at: str) -> dict[str, Any]:
    return {
        "summary": "",
        "description": None,
        "created": at,
        "resolutiondate": None,
        "resolution": None,
        "labels": [],
        "components": [],
        "issuelinks": [],
        "assignee": None,
        "reporter": None,
    }


def _words(value: Any) -> list[str]:
    if isinstance(value, list):
        return [word for each in value for word in _words(each)]
    if isinstance(value, dict):
        return [str(value[name]) for name in _NAMES if value.get(name)]
    return [str(value)] if value else []


def _told(value: Any, *names: str) -> str | None:
    if isinstance(value, dict):
        return next((str(value[name]) for name in names if value.get(name)), None)
    if names == ("id",) or value is None:
        return None
    return ", ".join(_words(value)) if isinstance(value, list) else str(value)
