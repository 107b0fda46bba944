"""Issues, their changelog, properties and remote links, and what a site says of itself."""

from typing import Any

from fastapi.responses import Response

from tests.fakes.jira.asked import Asked, answered
from tests.fakes.jira.errors import Failed
from tests.fakes.jira.shapes import history_json, issue_json, moment, person
from tests.fakes.jira.store import Issue

_MOST_GLOBAL_ID = 255


def issue(asked: Asked, key: str) -> Response:
    """An issue, with all fields unless some are asked for."""
    found = asked.issue(key)
    wanted = asked.fields or ["*all"]
    return answered(issue_json(asked.site, found, wanted, asked.expand, asked.someone))


def changelog(asked: Asked, key: str) -> Response:
    """A page of the changelog, the oldest first."""
    found = asked.issue(key)
    start, size = asked.number("startAt", 0), min(asked.number("maxResults", 100), 100)
    page = found.histories[start : start + size]
    return answered(
        {
            "startAt": start,
            "maxResults": size,
            "total": len(found.histories),
            "isLast": start + size >= len(found.histories),
            "values": [history_json(asked.site, each, asked.someone) for each in page],
        }
    )


def get_property(asked: Asked, key: str, name: str) -> Response:
    """A property of an issue."""
    found = asked.issue(key)
    if name not in found.properties:
        raise Failed(404, f"The property {name} does not exist.")
    return answered({"key": name, "value": found.properties[name]})


def put_property(asked: Asked, key: str, name: str) -> Response:
    """Set a property: 201 when it is new, 200 when it is not."""
    found = asked.issue(key)
    known = name in found.properties
    data = {"key": name, "value": asked.body}
    asked.site.write("property", found, data, asked.commenting())
    return answered(None, 200 if known else 201)


def links(asked: Asked, key: str) -> Response:
    """All remote links, or the one of a global id."""
    found = asked.issue(key)
    global_id = asked.params.get("globalId")
    if global_id is None:
        return answered(list(found.links.values()))
    return answered(_link_of(found, global_id))


def put_link(asked: Asked, key: str) -> Response:
    """Create a remote link, or replace the one of the same global id; nothing of it remains."""
    found = asked.issue(key)
    body = asked.body
    shown = body.get("object") or {}
    if not shown.get("url") or not shown.get("title"):
        raise Failed(400, errors={"title": "'title' and 'url' are required."})
    global_id = body.get("globalId")
    if global_id and len(global_id) > _MOST_GLOBAL_ID:
        raise Failed(400, errors={"globalId": "'globalId' is longer than 255 characters."})
    same = [number for number, link in found.links.items() if link["globalId"] == global_id]
    known = same[0] if global_id and same else None
    number = known or asked.site.store.new_id()
    address = f"{asked.site.url}/rest/api/3/issue/{found.key}/remotelink/{number}"
    link = {
        "id": int(number),
        "self": address,
        "globalId": global_id,
        "application": body.get("application") or {},
        "relationship": body.get("relationship"),
        "object": {
            "url": shown["url"],
            "title": shown["title"],
            "summary": shown.get("summary"),
            "icon": shown.get("icon") or {},
            "status": shown.get("status") or {"icon": {}},
        },
    }
    asked.site.write("link", found, {"id": number, "link": link}, asked.commenting())
    return answered({"id": int(number), "self": address}, 200 if known else 201)


def delete_link(asked: Asked, key: str) -> Response:
    """Delete the remote link of a global id."""
    found = asked.issue(key)
    global_id = asked.params.get("globalId")
    if not global_id:
        raise Failed(400, "The 'globalId' is required.")
    link = _link_of(found, global_id)
    asked.site.write("link-gone", found, {"id": str(link["id"])}, asked.commenting())
    return answered(None, 204)


def fields(asked: Asked) -> Response:
    """All fields; custom ones have other ids on every site."""
    known = asked.site.store.field_names()
    return answered([_field(identifier, name) for identifier, name in known.items()])


def myself(asked: Asked) -> Response:
    """Who asks."""
    who = asked.someone
    return answered({**person(asked.site, who), "emailAddress": who.email, "locale": "en_US"})


def server_info(asked: Asked) -> Response:
    """What the site is; without signing in."""
    zone = asked.who.time_zone if asked.who else "UTC"
    return answered(
        {
            "baseUrl": asked.site.url,
            "version": "1001.0.0-SNAPSHOT",
            "versionNumbers": [1001, 0, 0],
            "deploymentType": "Cloud",
            "buildNumber": 100_286,
            "serverTime": moment(asked.site.store.now(), zone),
            "serverTitle": "Jira",
        }
    )


def withdrawn_search(asked: Asked) -> Response:
    """The search with startAt and total is no more."""
    raise Failed(
        410,
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.",
    )


def _link_of(found: Issue, global_id: str) -> dict[str, Any]:
    for link in found.links.values():
        if link["globalId"] == global_id:
            return link
    raise Failed(404, f"Remote link with globalId '{global_id}' does not exist.")


def _field(identifier: str, name: str) -> dict[str, Any]:
    custom = identifier.startswith("customfield_")
    clauses = [identifier, *([f"cf[{identifier.removeprefix('customfield_')}]", name] * custom)]
    return {
        "id": identifier,
        "key": identifier,
        "name": name,
        "custom": custom,
        "orderable": True,
        "navigable": True,
        "searchable": True,
        "clauseNames": clauses,
        "schema": {"type": "string"},
    }
