"""Comments, through the platform API and through the Service Desk API."""

from typing import Any

from fastapi.responses import Response

from ingest.adf import adf_text
from tests.fakes.jira.asked import Asked, answered
from tests.fakes.jira.errors import Failed
from tests.fakes.jira.shapes import comment_json, desk_comment_json
from tests.fakes.jira.site import adf
from tests.fakes.jira.store import INTERNAL, Comment, Issue

# JRACLOUD-68949; the same sentence in jenkinsci/jira-plugin issue 667.
_MOST_CHARS = 32_767
_DESK_LIMIT = 50
_NO_COMMENT = "Can not find a comment for the id: {}."


def comments(asked: Asked, key: str) -> Response:
    """A page of comments, in the order in which they were made or, by ``-created``, reversed."""
    issue = asked.issue(key)
    start = asked.number("startAt", 0)
    size = min(asked.number("maxResults", 5_000), asked.site.options.comment_cap)
    found = list(issue.comments.values())
    if asked.params.get("orderBy") == "-created":
        found.reverse()
    page = found[start : start + size]
    told = [comment_json(asked.site, issue, each, asked.someone, asked.expand) for each in page]
    return answered({"startAt": start, "maxResults": size, "total": len(found), "comments": told})


def comment(asked: Asked, key: str, comment_id: str) -> Response:
    """One comment."""
    issue, found = _found(asked, key, comment_id)
    return answered(comment_json(asked.site, issue, found, asked.someone, asked.expand))


def add_comment(asked: Asked, key: str) -> Response:
    """Create one; it is public unless a property says otherwise (jira.js: ``Comment.jsdPublic``).

    The property is honoured in service projects only: elsewhere ``jsdPublic`` is true "by
    default", because there is no portal to be seen on.
    """
    issue = asked.issue(key)
    who = asked.commenting()
    body = _document(asked.body.get("body"))
    properties = _properties(asked, asked.body.get("properties"))
    data: dict[str, Any] = {
        "id": asked.site.store.new_id(),
        "author": asked.site.name_of(who),
        "body": body,
        "text": adf_text(body),
        "public": not (_is_internal(properties) and asked.site.is_service(issue)),
        "properties": properties,
    }
    asked.site.write("comment", issue, data, who)
    made = issue.comments[data["id"]]
    return answered(comment_json(asked.site, issue, made, who, asked.expand), 201)


def edit_comment(asked: Asked, key: str, comment_id: str) -> Response:
    """Replace its text; properties that are sent replace those that are there, and with them
    who sees it (public integrations leave them out for that reason)."""
    issue, found = _found(asked, key, comment_id)
    who = asked.commenting()
    body = _document(asked.body.get("body"))
    sent = asked.body.get("properties")
    properties = None if sent is None else _properties(asked, sent)
    data = {
        "id": found.id,
        "author": asked.site.name_of(who),
        "body": body,
        "text": adf_text(body),
        "properties": properties,
        "public": not (_is_internal(properties or {}) and asked.site.is_service(issue)),
    }
    asked.site.write("comment-edit", issue, data, who)
    return answered(comment_json(asked.site, issue, found, who, asked.expand))


def delete_comment(asked: Asked, key: str, comment_id: str) -> Response:
    """Delete one's own; 400 for somebody else's (jira.js: ``deleteComment``)."""
    issue, found = _found(asked, key, comment_id)
    who = asked.commenting()
    if found.author != asked.site.name_of(who):
        raise Failed(400, "You do not have permission to delete this comment.")
    asked.site.write("comment-gone", issue, {"id": found.id}, who)
    return answered(None, 204)


def comment_property(asked: Asked, comment_id: str, name: str) -> Response:
    """A property of a comment."""
    for issue in asked.site.store.issues.values():
        if comment_id in issue.comments and not issue.hidden and asked.who is not None:
            found = issue.comments[comment_id].properties
            if name in found:
                return answered({"key": name, "value": found[name]})
    raise Failed(404, f"The property {name} of the comment {comment_id} does not exist.")


def request_comments(asked: Asked, key: str) -> Response:
    """A page of the comments of a request, the oldest first."""
    issue = _request(asked, key)
    start = asked.number("start", 0)
    limit = min(asked.number("limit", _DESK_LIMIT), _DESK_LIMIT)
    shown = [
        each
        for each in issue.comments.values()
        if asked.params.get("public" if each.public else "internal", "true") != "false"
    ]
    page = shown[start : start + limit]
    base = f"{asked.site.url}/rest/servicedeskapi/request/{key}/comment"
    last = start + limit >= len(shown)
    links = {"self": base, "base": asked.site.url, "context": ""}
    if not last:
        links["next"] = f"{base}?start={start + limit}&limit={limit}"
    return answered(
        {
            "_expands": [],
            "size": len(page),
            "start": start,
            "limit": limit,
            "isLastPage": last,
            "_links": links,
            "values": [desk_comment_json(asked.site, issue, each, asked.someone) for each in page],
        }
    )


def add_request_comment(asked: Asked, key: str) -> Response:
    """Create one; whoever asks says whether it is public."""
    issue = _request(asked, key)
    who = asked.commenting()
    text = asked.body.get("body")
    if not isinstance(text, str) or not text.strip():
        raise Failed(400, "Comment body can not be empty!")
    _check_length(text)
    public = bool(asked.body.get("public", True))
    data: dict[str, Any] = {
        "id": asked.site.store.new_id(),
        "author": asked.site.name_of(who),
        "body": adf(text),
        "text": text,
        "public": public,
        "properties": {} if public else {INTERNAL: {"internal": True}},
    }
    asked.site.write("comment", issue, data, who)
    made = issue.comments[data["id"]]
    return answered(desk_comment_json(asked.site, issue, made, who), 201)


def _request(asked: Asked, key: str) -> Issue:
    issue = asked.issue(key)
    if not asked.site.is_service(issue):
        raise Failed(404, "The request does not exist or you do not have permission to see it.")
    return issue


def _found(asked: Asked, key: str, comment_id: str) -> tuple[Issue, Comment]:
    issue = asked.issue(key)
    if comment_id not in issue.comments:
        raise Failed(404, _NO_COMMENT.format(comment_id))
    return issue, issue.comments[comment_id]


def _document(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict) or (body.get("type"), body.get("version")) != ("doc", 1):
        message = (
            "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
        )
        raise Failed(400, errors={"comment": message})
    _check_length(adf_text(body))
    return body


def _check_length(text: str) -> None:
    if len(text) > _MOST_CHARS:
        message = "The entered text is too long. It exceeds the allowed limit of 32,767 characters."
        raise Failed(400, errors={"comment": message})


def _properties(asked: Asked, given: Any) -> dict[str, Any]:
    if asked.site.options.drop_properties or not isinstance(given, list):
        return {}
    return {each["key"]: each["value"] for each in given}


def _is_internal(properties: dict[str, Any]) -> bool:
    value = properties.get(INTERNAL)
    return isinstance(value, dict) and value.get("internal") is True
