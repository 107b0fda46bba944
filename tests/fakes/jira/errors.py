"""Errors in the vendor's forms."""

from datetime import datetime, timedelta
from typing import Any

from fastapi.responses import JSONResponse

PER_ISSUE = "jira-per-issue-on-write"
BURST = "jira-burst-based"


class Failed(Exception):
    """An answer that is an error; raised wherever it is found out."""

    def __init__(
        self,
        status: int,
        *messages: str,
        errors: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(*messages)
        self.status = status
        self.messages = messages
        self.errors = errors or {}
        self.headers = headers or {}

    def answer(self, *, desk: bool) -> JSONResponse:
        """The error in the form of the platform API or, with ``desk``, of the Service Desk API."""
        body: dict[str, Any] = {"errorMessages": list(self.messages), "errors": self.errors}
        if desk:
            message = " ".join(self.messages)
            body = {"errorMessage": message, "i18nErrorMessage": {"i18nKey": "", "parameters": []}}
        return JSONResponse(body, self.status, self.headers)


def throttled(seconds: float, now: datetime, reason: str = BURST) -> Failed:
    """429 with the headers that tell which limit and until when.

    ``X-RateLimit-Reset`` is a time in ISO 8601, not a Unix time: JRACLOUD-69262. The reason:
    developer.atlassian.com, "Build an app that respects rate limits".
    """
    headers = {
        "Retry-After": str(max(1, round(seconds))),
        "X-RateLimit-Limit": "20",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": (now + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%MZ"),
        "RateLimit-Reason": reason,
    }
    return Failed(429, "Rate limit exceeded.", headers=headers)
