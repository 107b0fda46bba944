"""What can go wrong on the way, on order or at random."""

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from fastapi.responses import JSONResponse

Kind = Literal["status", "throttle", "hang", "drop-before", "drop-after", "cancel"]


@dataclass(frozen=True, slots=True)
class Fault:
    """The next ``count`` requests that fit go wrong in this way.

    ``status`` answers ``status`` and ``message``. ``throttle`` answers 429; with ``seconds`` as
    the rate limit rules do, with headers, without as an exhausted semaphore does. ``hang`` waits
    ``seconds`` and then does what was asked. ``drop-before`` and ``drop-after`` end the connection
    without an answer, before or after doing it. ``cancel`` ends the transaction at 60 seconds,
    simulated.
    No ``methods`` or ``table`` means any.
    """

    kind: Kind
    count: int = 1
    methods: tuple[str, ...] = ()
    table: str = ""
    status: int = 500
    seconds: float = 0.0
    message: str = "A fault that a test ordered."

    def fits(self, method: str, table: str) -> bool:
        """Whether it is meant for this request."""
        return (not self.methods or method in self.methods) and self.table in {"", table}


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

    def next(self, method: str, table: str) -> Fault | None:
        """The fault of a request, which is thereby used up."""
        for place, fault in enumerate(self._ordered):
            if fault.fits(method, table):
                if fault.count > 1:
                    self._ordered[place] = replace(fault, count=fault.count - 1)
                else:
                    del self._ordered[place]
                return fault
        fitting = [fault for fault in self._mix if fault.fits(method, table)]
        if fitting and self._random.random() < self._rate:
            return self._random.choice(fitting)
        return None


def failure(
    status: int, message: str, detail: str | None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """An error in the vendor's form."""
    body: dict[str, Any] = {"error": {"message": message, "detail": detail}, "status": "failure"}
    return JSONResponse(body, status, headers)


def throttled(seconds: float) -> JSONResponse:
    """429, by a rate limit rule or, without seconds, by a full queue.

    Source: Inbound REST API rate limiting; KB3046852 and KB0635398 for semaphores, where no
    header is promised.
    """
    if not seconds:
        return failure(429, "Too many requests", "The queue of API_INT is full.")
    headers = {
        "Retry-After": str(round(seconds)),
        "X-RateLimit-Limit": "100",
        "X-RateLimit-Reset": str(round(time.time() + seconds)),
        "X-RateLimit-Rule": "2a2e5b1d0b10220050192f15d6673a5c",
    }
    return failure(429, "Rate limit exceeded", "Rejected by rate limit rule; retry later.", headers)
