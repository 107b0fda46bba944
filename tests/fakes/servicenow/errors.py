"""Errors in the vendor's form."""

import time
from typing import Any

from fastapi.responses import JSONResponse


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
