"""Ticket systems whose deliveries are only hints: their order is not given, so we read again."""

from collections.abc import Mapping
from typing import Any

from ingest.webhooks.changes import ReadAgain, Told
from ingest.webhooks.members import Members
from retrieval.errors import InvalidInput

_ISSUES = "issue"
# What tells of an issue; sprints, versions, users and boards do not.
_OF_AN_ISSUE = ("jira:issue_", "comment_", "issuelink_", "worklog_", "attachment_")


class JiraHook:
    """Reads ``{"webhookEvent", …}``; whatever it says of the issue is read from Jira itself."""

    name = "jira"
    needs = "webhookEvent"

    def recognises(self, payload: Mapping[str, Any]) -> bool:
        """See ``Hook.recognises``."""
        return isinstance(payload.get("webhookEvent"), str)

    def delivery_id(self, headers: Mapping[str, str], payload: Mapping[str, Any]) -> str:
        """See ``Hook.delivery_id``: the same in every repetition of one delivery."""
        return headers.get("x-atlassian-webhook-identifier", "")

    def ignored(self, payload: Mapping[str, Any]) -> str:
        """See ``Hook.ignored``."""
        event = str(payload.get("webhookEvent", ""))
        return "" if event.startswith(_OF_AN_ISSUE) else f"{event} tells of no issue"

    def changes(self, payload: Mapping[str, Any], told: Told) -> tuple[ReadAgain, ...]:
        """See ``Hook.changes``."""
        return (ReadAgain(_ISSUES),)


class ServiceNowHook:
    """Reads ``{"schema": "triage-sn/1", "table", "sys_id", "number", "sys_mod_count", …}``."""

    name = "servicenow"
    schema = "triage-sn/1"
    needs = f"schema {schema!r}"

    def recognises(self, payload: Mapping[str, Any]) -> bool:
        """See ``Hook.recognises``."""
        return payload.get("schema") == self.schema

    def delivery_id(self, headers: Mapping[str, str], payload: Mapping[str, Any]) -> str:
        """See ``Hook.delivery_id``: a record's version is told once."""
        names = ("table", "sys_id", "operation", "sys_mod_count")
        parts = [payload.get(name) for name in names]
        return ":".join(str(part) for part in parts) if all(parts) else ""

    def ignored(self, payload: Mapping[str, Any]) -> str:
        """See ``Hook.ignored``."""
        return ""

    def changes(self, payload: Mapping[str, Any], told: Told) -> tuple[ReadAgain, ...]:
        """See ``Hook.changes``."""
        members = Members(payload)
        if not self.recognises(payload):
            raise InvalidInput(
                f"schema is {members.text('schema')!r}; it must be {self.schema!r}. "
                "Use the business rule of docs/webhooks.md."
            )
        return (ReadAgain(members.required("table")),)
