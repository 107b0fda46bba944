"""``/rest/api/3/search/jql`` (jira.js: ``searchForIssuesUsingJqlEnhancedSearch``)."""

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from fastapi.responses import Response

from tests.fakes.jira.asked import Asked, answered
from tests.fakes.jira.errors import Failed
from tests.fakes.jira.jql import parse, sort_key
from tests.fakes.jira.shapes import issue_json

_DEFAULT = 50
_MOST = 5_000
# "API may return fewer items per page where a large number of fields are requested".
_FEW_FIELDS = 5
# "This token will expire in 7 days": SearchAndReconcileResults.
_TOKEN_DAYS = 7
_MOST_RECONCILED = 50


def search(asked: Asked) -> Response:
    """A page of the issues that fit."""
    wish = _wish(asked)
    # "This operation can be accessed anonymously": nobody sees nothing, without an error.
    zone = asked.who.time_zone if asked.who else "UTC"
    site = asked.site
    now = site.store.now()
    query = parse(wish["jql"], site.store, zone, now)
    after = _after(wish["nextPageToken"], wish["jql"], now)
    issues = [
        (sort_key(issue, query.order), issue)
        for issue in site.store.indexed(wish["reconcileIssues"])
        if asked.who is not None and not issue.hidden and query.test(issue)
    ]
    waiting = sorted((each for each in issues if after is None or each[0] > after), key=_first)
    page = waiting[: _size(asked, wish)]
    told: dict[str, Any] = {
        "issues": [_shown(asked, issue, wish) for _, issue in page],
        "isLast": len(page) == len(waiting),
    }
    if len(page) < len(waiting):
        # On the last page the key is missing, it is not null: JRACLOUD-92184.
        told["nextPageToken"] = _token(wish["jql"], page[-1][0], now)
    site.search_answered()
    return answered(told)


def _first(pair: tuple[Any, Any]) -> Any:
    return pair[0]


def _wish(asked: Asked) -> dict[str, Any]:
    if asked.method == "POST":
        body = asked.body
        expand = [part.strip() for part in str(body.get("expand") or "").split(",")]
        wish = {**body, "expand": expand}
    else:
        params = asked.params
        wish = {
            "jql": params.get("jql", ""),
            "fields": asked.fields,
            "expand": asked.expand,
            "maxResults": asked.number("maxResults", _DEFAULT),
            "nextPageToken": params.get("nextPageToken"),
            "reconcileIssues": [
                part for each in params.getlist("reconcileIssues") for part in each.split(",")
            ],
        }
    reconciled = [str(each) for each in wish.get("reconcileIssues") or ()]
    if len(reconciled) > _MOST_RECONCILED:
        raise Failed(400, f"'reconcileIssues' accepts max {_MOST_RECONCILED} ids.")
    return {
        "jql": wish.get("jql") or "",
        "fields": wish.get("fields") or ["id"],
        "expand": wish["expand"],
        "maxResults": int(wish.get("maxResults") or _DEFAULT),
        "nextPageToken": wish.get("nextPageToken"),
        "reconcileIssues": reconciled,
    }


def _size(asked: Asked, wish: dict[str, Any]) -> int:
    fields: Sequence[str] = wish["fields"]
    asked_for: int = min(wish["maxResults"], _MOST)
    few = len(fields) <= _FEW_FIELDS and not any(name.startswith("*") for name in fields)
    return asked_for if few else min(asked_for, asked.site.options.page_cap)


def _shown(asked: Asked, issue: Any, wish: dict[str, Any]) -> dict[str, Any]:
    if set(wish["fields"]) == {"id"}:
        return {"id": issue.id}
    return issue_json(asked.site, issue, wish["fields"], wish["expand"], asked.someone)


def _token(jql: str, last: Any, now: datetime) -> str:
    content = {"q": _digest(jql), "after": last, "at": now.isoformat()}
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def _after(token: str | None, jql: str, now: datetime) -> Any:
    if token is None:
        return None
    try:
        content = json.loads(base64.urlsafe_b64decode(token))
        issued = datetime.fromisoformat(content["at"])
        after, digest = content["after"], content["q"]
    except (ValueError, KeyError, TypeError):
        raise Failed(400, "The provided next page token is invalid or expired.") from None
    if digest != _digest(jql) or now - issued > timedelta(days=_TOKEN_DAYS):
        raise Failed(400, "The provided next page token is invalid or expired.")
    return tuple(tuple(part) for part in after)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
