"""What can go wrong on the way, on order or at random."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from fastapi.responses import JSONResponse

Kind = Literal["status", "throttle", "hang", "drop-before", "drop-after"]
PER_ISSUE = "jira-per-issue-on-write"
BURST = "jira-burst-based"


@dataclass(frozen=True, slots=True)
class Fault:
    """The next ``count`` requests that fit go wrong in this way.

    ``status`` answers ``status``, with ``Retry-After`` where ``seconds`` are given. ``throttle``
    answers 429 for ``seconds``. ``hang`` waits ``seconds`` and then does what was asked.
    ``drop-before`` and ``drop-after`` end the connection without an answer, before or after
    doing it. ``path`` is a part of the address; no ``methods`` or ``path`` means any.
    """

    kind: Kind
    count: int = 1
    methods: tuple[str, ...] = ()
    path: str = ""
    status: int = 500
    seconds: float = 0.0
    message: str = "A fault that a test ordered."

    def fits(self, method: str, path: str) -> bool:
        """Whether it is meant for this request."""
        return (not self.methods or method in self.methods) and self.path in path


class Faults:
    """Ordered faults, used up one by one, then random ones."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """From now on everything works."""
        self._ordered: list[Fault] = []
        self._mix: tuple[Fault, ...] = ()
        self._rate = 0.0
        self._random = random.Random(0)

    def order(self, *faults: Fault) -> None:
        """Add faults to those that wait for their request."""
        self._ordered += faults

    def mix(self, faults: Iterable[Fault], rate: float, seed: int) -> None:
        """A share ``rate`` of all requests that fit gets one of these, by a seeded draw."""
        self._mix, self._rate, self._random = tuple(faults), rate, random.Random(seed)

    def next(self, method: str, path: str) -> Fault | None:
        """The fault of a request, which is thereby used up."""
        for place, fault in enumerate(self._ordered):
            if fault.fits(method, path):
                if fault.count > 1:
                    self._ordered[place] = replace(fault, count=fault.count - 1)
                else:
                    del self._ordered[place]
                return fault
        fitting = [fault for fault in self._mix if fault.fits(method, path)]
        if fitting and self._random.random() < self._rate:
            return self._random.choice(fitting)
        return None


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
