"""JSON over HTTP, the one way in which this project calls other servers."""

import random
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx2
import stamina

from retrieval.errors import ServiceUnavailable

_ATTEMPTS = 4
_TIMEOUT_SECONDS = 30.0
_MOST_SECONDS = 60.0
# Answers that may be different the next time.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class HttpClient:
    """Calls one server; keeps its connections open.

    Tries again, up to four times within a minute, when the server is away or busy, and waits
    as long as it says in ``Retry-After``. Follows no redirect: a credential goes to the
    server that was configured and no other. Raises ``ServiceUnavailable`` naming the server
    and what it said; neither headers nor bodies that were sent are ever part of a message.
    """

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str] | None = None,
        timeout: float = _TIMEOUT_SECONDS,
    ) -> None:
        self._host = urlsplit(base_url).netloc
        self._client = httpx2.Client(
            base_url=base_url.rstrip("/") + "/",
            headers=dict(headers or {}),
            timeout=timeout,
            follow_redirects=False,
        )

    def post_json(self, path: str, body: Any) -> Any:
        """The JSON that the server answers to a JSON body; only for calls that may be repeated."""
        return self._read("POST", path, body)

    def get_json(self, path: str) -> Any:
        """The JSON that the server has at a path."""
        return self._read("GET", path, None)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _read(self, method: str, path: str, body: Any) -> Any:
        response = self._sent(method, path, body)
        if not response.is_success:
            said = " ".join(response.text[:200].split())
            raise ServiceUnavailable(f"{self._host} answered {response.status_code}: {said}")
        try:
            return response.json()
        except ValueError as exc:
            raise ServiceUnavailable(f"{self._host} did not answer with JSON.") from exc

    def _sent(self, method: str, path: str, body: Any) -> httpx2.Response:
        try:
            for attempt in stamina.retry_context(
                on=_wait, attempts=_ATTEMPTS, timeout=_MOST_SECONDS
            ):
                with attempt:
                    response = self._client.request(method, path, json=body)
                    if response.status_code in _PASSING:
                        response.raise_for_status()
        except httpx2.HTTPStatusError as exc:
            return exc.response
        except httpx2.TransportError as exc:
            raise ServiceUnavailable(
                f"{self._host} cannot be reached ({type(exc).__name__})."
            ) from exc
        return response


def _wait(failure: Exception) -> bool | float:
    """Whether to try again, or in how many seconds."""
    if isinstance(failure, httpx2.HTTPStatusError):
        asked = failure.response.headers.get("retry-after", "")
        # A little more than asked, and not all clients at once.
        return float(asked) + random.random() / 4 if asked.isdigit() else True  # noqa: S311 — a pause, not a secret
    return isinstance(failure, httpx2.TransportError)
