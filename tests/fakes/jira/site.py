"""The site: its issues, its people, its settings, and what a test may do to it."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.fakes.faults import Faults
from tests.fakes.jira.errors import PER_ISSUE, throttled
from tests.fakes.jira.store import INTERNAL, Change, Issue, Store

_STATUSES = {
    "Open": "new",
    "Work in progress": "indeterminate",
    "Pending": "indeterminate",
    "Completed": "done",
    "Closed": "done",
}
_CATEGORIES = {"new": (2, "To Do"), "indeterminate": (4, "In Progress"), "done": (3, "Done")}
_LISTS = {
    "status": tuple(_STATUSES),
    "priority": ("Highest", "High", "Medium", "Low", "Lowest"),
    "issuetype": ("[System] Incident", "[System] Problem", "[System] Change", "Task"),
    "resolution": ("Done", "Won't Do", "Duplicate", "Cannot Reproduce"),
}
# Writes to one issue in so many seconds: memory, the vendor's page names the limit only.
_WINDOW = timedelta(seconds=2)


@dataclass(slots=True)
class Account:
    """Somebody with an account; dates are shown and read in its time zone."""

    account_id: str
    name: str
    email: str
    token: str
    may_comment: bool = True
    time_zone: str = "Europe/Berlin"


@dataclass(slots=True)
class Options:
    """How this site is set up, and who stands between it and us.

    ``drop_properties``: an intermediary leaves out the properties of a comment.
    ``stale_searches`` is how many searches do not see a change that came through the API.
    ``writes_per_issue`` is how many writes one issue takes in two seconds (0: any number).
    ``page_cap`` is the most issues in a page of many fields, ``comment_cap`` of comments;
    ``comments_in_search`` is how many an issue shows in a search (memory: no page says it).
    """

    drop_properties: bool = False
    stale_searches: int = 1
    writes_per_issue: int = 0
    page_cap: int = 40
    comment_cap: int = 100
    comments_in_search: int = 20


@dataclass(slots=True)
class _Later:
    searches: int
    issues: Sequence[tuple[str, Mapping[str, Any]]]


def adf(text: str) -> dict[str, Any]:
    """A text as a document: paragraphs and line ends."""
    content = []
    for paragraph in text.strip().split("\n\n"):
        lines: list[dict[str, Any]] = []
        for line in paragraph.split("\n"):
            lines += [{"type": "hardBreak"}] * bool(lines)
            lines += [{"type": "text", "text": line}] * bool(line)
        content.append({"type": "paragraph", "content": lines})
    return {"type": "doc", "version": 1, "content": content}


class Jira:
    """One site. ``url`` is where it is served.

    ``requests`` are method, path and query of every request in order; ``writes`` the changes
    that clients really made. ``clock`` is the time by which issues are stamped. With ``state``
    everything is in that file too, and a site that is started on it goes on from there.
    ``ITSM`` is a service project, ``OPS`` is none.
    """

    def __init__(
        self, state: Path | None = None, clock: Callable[[], datetime] | None = None
    ) -> None:
        self.store = Store(state, clock)
        self.faults = Faults()
        self.options = Options()
        self.requests: list[tuple[str, str, str]] = []
        self.url = ""
        self.accounts = {
            name: Account(f"712020:{number}f2c", label, f"{name}@example.com", f"{name}-token")
            for number, (name, label) in enumerate(
                {"reader": "Precedent (read)", "writer": "Precedent", "agent": "Mia Keller"}.items()
            )
        }
        self.accounts["reader"].may_comment = False
        self._later: list[_Later] = []
        self._written: dict[str, list[datetime]] = {}
        for key, kind in (("ITSM", "service_desk"), ("OPS", "software")):
            if key not in self.store.projects:
                self._do("project", "", {"key": key, "type": kind})

    @property
    def writes(self) -> list[Change]:
        """What clients changed, in order."""
        return self.store.writes

    def add(self, key: str, fields: Mapping[str, Any], hidden: bool = False) -> str:
        """Put an issue there as it is, or change these fields of one that is there; the id.

        Names will do for status, priority, type and resolution, a text for the description and
        moments for dates. Nobody is told: ``updated`` is what is given, else now.
        """
        return self._put(key, fields, hidden, logged=False)

    def touch(self, key: str, fields: Mapping[str, Any]) -> None:
        """Change an issue as somebody at work would; it stands in the changelog."""
        self._put(key, fields, self.known(key).hidden, logged=True)

    def move(self, key: str, new_key: str) -> None:
        """Move an issue to another project; its old key still leads to it."""
        issue = self.known(key)
        data = {"key": new_key, "fields": {}, "hidden": issue.hidden, "logged": True}
        self._do("issue", issue.id, data)

    def hide(self, key: str, hidden: bool = True) -> None:
        """Let the permissions hide an issue from integrations, or show it again."""
        issue = self.known(key)
        self._put(key, {"updated": issue.fields["updated"]}, hidden, logged=False)

    def remove(self, key: str) -> None:
        """Delete an issue; no search ever tells of it."""
        self._do("issue-gone", self.known(key).id, {})

    def comment(self, key: str, text: str, *, public: bool = True, by: str = "agent") -> str:
        """Comment as somebody at work would; the id."""
        data = {
            "id": self.store.new_id(),
            "author": by,
            "body": adf(text),
            "text": text,
            "public": public,
            "properties": {} if public else {INTERNAL: {"internal": True}},
        }
        self._do("comment", self.known(key).id, data)
        return str(data["id"])

    def edit_comment(self, key: str, comment_id: str, text: str, by: str = "agent") -> None:
        """Edit anybody's comment."""
        data = {"id": comment_id, "author": by, "body": adf(text), "text": text, "properties": None}
        self._do("comment-edit", self.known(key).id, data)

    def between_pages(
        self, issues: Sequence[tuple[str, Mapping[str, Any]]], after: int = 1
    ) -> None:
        """Change issues (key and fields) once ``after`` more searches were answered."""
        self._later.append(_Later(after, issues))

    def comments(self, key: str) -> list[str]:
        """The text of all comments of an issue, the oldest first."""
        return [comment.text for comment in self.known(key).comments.values()]

    def public_comments(self, key: str) -> list[str]:
        """The text of those that customers see."""
        return [each.text for each in self.known(key).comments.values() if each.public]

    def known(self, key: str) -> Issue:
        """An issue by its key."""
        issue = self.store.issue(key)
        assert issue is not None, f"there is no {key}"
        return issue

    def account(self, authorization: str) -> Account | None:
        """Who sent a request: by mail address and API token, or by an access token."""
        scheme, _, credential = authorization.partition(" ")
        if scheme.lower() == "bearer":
            return next((who for who in self.accounts.values() if who.token == credential), None)
        try:
            mail, _, token = base64.b64decode(credential).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        known = (who for who in self.accounts.values() if (who.email, who.token) == (mail, token))
        return next(known, None)

    def name_of(self, account: Account) -> str:
        """By which of its names an account writes."""
        return next(name for name, each in self.accounts.items() if each is account)

    def is_service(self, issue: Issue) -> bool:
        """Whether customers can see an issue at all."""
        return self.store.projects.get(issue.project) == "service_desk"

    def write(self, what: str, issue: Issue, data: dict[str, Any], by: Account) -> None:
        """Carry out what a client asks for; ``Failed`` when the issue takes no more writes now."""
        now = self.store.now()
        recent = [at for at in self._written.get(issue.id, []) if now - at < _WINDOW]
        if self.options.writes_per_issue and len(recent) >= self.options.writes_per_issue:
            raise throttled((recent[0] + _WINDOW - now).total_seconds(), now, PER_ISSUE)
        self._written[issue.id] = [*recent, now]
        self.store.mark_stale(issue.id, self.options.stale_searches)
        self._do(what, issue.id, data, self.name_of(by))

    def search_answered(self) -> None:
        """A page left the house: what waits for that may happen now."""
        for later in list(self._later):
            later.searches -= 1
            if later.searches <= 0:
                self._later.remove(later)
                for key, fields in later.issues:
                    self.add(key, fields)

    def _put(self, key: str, fields: Mapping[str, Any], hidden: bool, *, logged: bool) -> str:
        issue = self.store.issue(key)
        project = key.rpartition("-")[0]
        if project not in self.store.projects:
            self._do("project", "", {"key": project, "type": "software"})
        defaults = {} if issue else {"status": "Open", "priority": "Medium", "issuetype": "Task"}
        given = {name: _value(name, value) for name, value in {**defaults, **fields}.items()}
        issue_id = issue.id if issue else self.store.new_id()
        data = {"key": key, "fields": given, "hidden": hidden, "logged": logged}
        self._do("issue", issue_id, data)
        return issue_id

    def _do(self, what: str, issue: str, data: dict[str, Any], by: str = "") -> None:
        self.store.apply(Change(what, issue, data, self.store.now().isoformat(), by))


def _value(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if not isinstance(value, str):
        return value
    if name == "description":
        return adf(value)
    if name not in _LISTS:
        return value
    known = _LISTS[name]
    number = known.index(value) if value in known else len(known)
    told: dict[str, Any] = {"id": str(10_000 + number), "name": value}
    if name == "status":
        key = _STATUSES.get(value, "indeterminate")
        told["statusCategory"] = {
            "id": _CATEGORIES[key][0],
            "key": key,
            "name": _CATEGORIES[key][1],
        }
    return told
