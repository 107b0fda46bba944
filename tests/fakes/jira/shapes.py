"""Issues and comments as the APIs show them (types: npm ``jira.js`` 5.4.0, made of the OpenAPI)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.fakes.jira.site import Account, Jira
from tests.fakes.jira.store import Comment, Issue

_DATES = ("created", "updated", "resolutiondate")
# Not among those that a list of issues shows by itself.
_LARGE = frozenset({"comment", "description"})


def moment(value: datetime, zone: str) -> str:
    """A time in the zone of whoever asks: ``2026-03-02T14:00:05.123+0100``."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"


def person(site: Jira, account: Account) -> dict[str, Any]:
    """A user."""
    return {
        "self": f"{site.url}/rest/api/3/user?accountId={account.account_id}",
        "accountId": account.account_id,
        "accountType": "atlassian",
        "displayName": account.name,
        "active": True,
        "timeZone": account.time_zone,
    }


def selected(site: Jira, issue: Issue, wanted: Sequence[str]) -> list[str]:
    """The ids of the fields that are asked for: names, ``*all``, ``*navigable`` and ``-name``."""
    every = [*dict.fromkeys([*issue.fields, "project", "comment"])]
    navigable = [name for name in every if name not in _LARGE]
    left_out = {name[1:] for name in wanted if name.startswith("-")}
    named = {name for name in wanted if not name.startswith("-")}
    if "*all" in named:
        chosen = every
    elif "*navigable" in named or (left_out and not named):
        chosen = navigable
    else:
        chosen = [name for name in every if name in named]
    return [name for name in chosen if name not in left_out]


def issue_json(
    site: Jira, issue: Issue, wanted: Sequence[str], expand: Sequence[str], who: Account
) -> dict[str, Any]:
    """An issue with the fields that are asked for."""
    names = selected(site, issue, wanted)
    told = {
        "expand": "renderedFields,names,schema,operations,editmeta,changelog",
        "id": issue.id,
        "self": f"{site.url}/rest/api/3/issue/{issue.id}",
        "key": issue.key,
        "fields": {name: _field(site, issue, name, who) for name in names},
    }
    if "changelog" in expand:
        histories = [history_json(site, each, who) for each in reversed(issue.histories)]
        count = len(histories)
        page = {"startAt": 0, "maxResults": count, "total": count}
        told["changelog"] = {**page, "histories": histories}
    if "names" in expand:
        known = site.store.field_names()
        told["names"] = {name: known.get(name, name) for name in names}
    return told


def history_json(site: Jira, history: dict[str, Any], who: Account) -> dict[str, Any]:
    """One entry of a changelog."""
    created = moment(datetime.fromisoformat(history["created"]), who.time_zone)
    author = person(site, site.accounts["agent"])
    return {**history, "author": author, "created": created}


def _field(site: Jira, issue: Issue, name: str, who: Account) -> Any:
    if name in _DATES:
        value = issue.moment(name)
        return moment(value, who.time_zone) if value else None
    if name == "project":
        kind = site.store.projects[issue.project]
        return {"key": issue.project, "name": issue.project, "projectTypeKey": kind}
    if name == "comment":
        total = len(issue.comments)
        shown = list(issue.comments.values())[: site.options.comments_in_search]
        found = [comment_json(site, issue, each, who, ()) for each in shown]
        return {"comments": found, "total": total, "maxResults": len(found), "startAt": 0}
    return issue.fields.get(name)


def comment_json(
    site: Jira, issue: Issue, comment: Comment, who: Account, expand: Sequence[str]
) -> dict[str, Any]:
    """A comment of the platform API."""
    told = {
        "self": f"{site.url}/rest/api/3/issue/{issue.id}/comment/{comment.id}",
        "id": comment.id,
        "author": person(site, site.accounts[comment.author]),
        "body": comment.body,
        "updateAuthor": person(site, site.accounts[comment.updated_by]),
        "created": moment(comment.created, who.time_zone),
        "updated": moment(comment.updated, who.time_zone),
        "jsdPublic": comment.public,
    }
    if "properties" in expand:
        told["properties"] = [{"key": k, "value": v} for k, v in comment.properties.items()]
    return told


def desk_comment_json(site: Jira, issue: Issue, comment: Comment, who: Account) -> dict[str, Any]:
    """A comment of the Service Desk API."""
    local = comment.created.astimezone(ZoneInfo(who.time_zone))
    return {
        "_expands": ["attachment", "renderedBody"],
        "id": comment.id,
        "body": comment.text,
        "public": comment.public,
        "author": person(site, site.accounts[comment.author]),
        "created": {
            "iso8601": f"{local:%Y-%m-%dT%H:%M:%S%z}",
            "jira": moment(comment.created, who.time_zone),
            "friendly": f"{local:%d/%b/%y %I:%M %p}",
            "epochMillis": int(comment.created.timestamp() * 1000),
        },
        "_links": {
            "self": f"{site.url}/rest/servicedeskapi/request/{issue.id}/comment/{comment.id}"
        },
    }
