"""A request that passed the door, and what every route needs of it."""

import json
from dataclasses import dataclass
from typing import Any

from fastapi.responses import JSONResponse, Response
from starlette.datastructures import QueryParams

from tests.fakes.jira.errors import Failed
from tests.fakes.jira.site import Account, Jira
from tests.fakes.jira.store import Issue

# Every vendor's page of a route says it: whoever may not see an issue is told that it is not there.
_NOT_THERE = "Issue does not exist or you do not have permission to see it."


@dataclass(frozen=True, slots=True)
class Asked:
    """Method, parameters and body, and who asks; ``who`` is ``None`` for nobody."""

    site: Jira
    method: str
    params: QueryParams
    raw: bytes
    who: Account | None

    @property
    def someone(self) -> Account:
        """Who asks; 401 for nobody."""
        if self.who is None:
            raise Failed(401, "You are not authenticated. Authentication required.")
        return self.who

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object that was sent."""
        try:
            given = json.loads(self.raw or b"{}")
        except ValueError:
            raise Failed(400, "There was an error parsing JSON.") from None
        if not isinstance(given, dict):
            raise Failed(400, "Request body must be an object.")
        return given

    @property
    def expand(self) -> list[str]:
        """What is to be expanded: a comma-separated text."""
        return _parts(self.params.get("expand", ""))

    @property
    def fields(self) -> list[str]:
        """The fields that are asked for: a list by commas, by repetition, or both."""
        return [name for value in self.params.getlist("fields") for name in _parts(value)]

    def number(self, name: str, default: int) -> int:
        """A parameter that is a number."""
        value = self.params.get(name, str(default))
        if not value.isdigit():
            raise Failed(400, f"The value '{value}' of '{name}' is not a number.")
        return int(value)

    def issue(self, reference: str) -> Issue:
        """An issue that whoever asks may see; else 404."""
        issue = self.site.store.issue(reference)
        if issue is None or issue.hidden or self.who is None:
            raise Failed(404, _NOT_THERE)
        return issue

    def commenting(self) -> Account:
        """Who asks, if they may comment; else 403."""
        who = self.someone
        if not who.may_comment:
            raise Failed(403, "You do not have permission to comment on this issue.")
        return who


def answered(body: Any, status: int = 200) -> Response:
    """An answer with a body, or with none for ``None``."""
    return Response(status_code=status) if body is None else JSONResponse(body, status)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
