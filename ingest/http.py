"""JSON over HTTP with the systems of others: reads are tried again, writes never."""

import email.utils
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2
import stamina

from ingest.connections import (
    ApiKeyAuth,
    Auth,
    BasicAuth,
    BearerAuth,
    NoAuth,
    OAuthAuth,
    UrlAuth,
)
from retrieval.errors import Refused, ServiceUnavailable, Throttled, Unanswered

_ATTEMPTS = 5
# A longer wait is not slept through: the caller is told, and comes back then.
_MOST_WAIT_SECONDS = 30.0
# Answers that may be different the next time.
_PASSING = frozenset({408, 425, 500, 502, 503, 504})
_TOO_MANY = 429
_UNAUTHORISED = 401
# Renewed so long before it ends, so that no request is sent with a token that ends under way.
_TOKEN_MARGIN_SECONDS = 30.0
_DEFAULT_WAIT_SECONDS = 5.0
# An epoch of this size is a moment; a smaller number is a wait.
_EPOCH_FROM = 1_000_000_000
# Failures before a request was sent: whatever it asked for was certainly not done.
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: its status, its headers (lower case), its JSON or ``None``."""

    status: int
    headers: Mapping[str, str]
    body: Any


class VendorClient:
    """One identity at one vendor's server; keeps its connections open.

    No redirect is followed and no absolute address of another host is used: a credential goes
    to the server that was configured and no other. Messages name the server and what it said,
    never what was sent. Errors: ``Throttled`` when it asks to wait; ``Refused`` for every
    other 4xx; ``ServiceUnavailable`` when it could not be reached or stayed broken;
    ``Unanswered``, from ``send`` only, when a change may or may not have been made.
    """

    def __init__(self, base_url: str, auth: Auth, timeout: float = 20.0) -> None:
        self._base = base_url.rstrip("/") + "/"
        self._host = urlsplit(base_url).netloc
        self._auth = auth
        self._token: tuple[str, float] | None = None
        self.requests = 0
        self._client = httpx2.Client(timeout=timeout, follow_redirects=False)

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """Read; tried again when that may help, waiting as long as the server asks, if short."""
        try:
            for attempt in stamina.retry_context(
                on=_again, attempts=_ATTEMPTS, timeout=_MOST_WAIT_SECONDS * 2
            ):
                with attempt:
                    return self._answered("GET", path, params, None)
        except httpx2.TransportError as exc:
            raise self._unreachable(exc) from exc
        raise AssertionError("the last attempt either returns or raises")

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Change something, in one attempt that is never repeated."""
        try:
            return self._answered(method, path, params, body, headers)
        except _NOT_SENT as exc:
            raise self._unreachable(exc) from exc
        except (httpx2.TransportError, _Passing) as exc:
            raise Unanswered(
                f"{self._host} did not confirm the {method} ({_said(exc)}): it may have been made."
            ) from exc

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _answered(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: Any,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        response = self._request(method, path, params, body, headers)
        if response.status_code == _UNAUTHORISED and isinstance(self._auth, OAuthAuth):
            # Once: the token may have been withdrawn before its time. Nothing was done.
            self._token = None
            response = self._request(method, path, params, body, headers)
        if response.status_code == _TOO_MANY:
            wait = wait_seconds(response.headers)
            raise Throttled(f"{self._host} asks to wait {wait:.0f} seconds.", wait)
        if response.status_code in _PASSING:
            raise _Passing(f"{self._host} answered {response.status_code}")
        if not response.is_success:
            raise Refused(
                f"{self._host} answered {response.status_code}: {_excerpt(response)}",
                response.status_code,
            )
        return Answer(response.status_code, dict(response.headers), self._json(response))

    def _request(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: Any,
        headers: Mapping[str, str] | None,
    ) -> httpx2.Response:
        address = urljoin(self._base, path.lstrip("/"))
        if urlsplit(address).netloc != self._host:
            raise Refused(f"{self._host} named an address of another server; not followed.", 400)
        self.requests += 1
        return self._client.request(
            method,
            address,
            params=params,
            json=body,
            headers={"Accept": "application/json", **self._credential(), **(headers or {})},
            auth=self._basic(),
        )

    def _basic(self) -> tuple[str, str] | None:
        if isinstance(self._auth, BasicAuth):
            return self._auth.user, self._auth.password.get_secret_value()
        return None

    def _credential(self) -> dict[str, str]:
        match self._auth:
            case BearerAuth(token=token):
                return {"Authorization": f"Bearer {token.get_secret_value()}"}
            case ApiKeyAuth(header=header, key=key):
                return {header: key.get_secret_value()}
            case OAuthAuth():
                return {"Authorization": f"Bearer {self._oauth_token(self._auth)}"}
            case NoAuth() | BasicAuth() | UrlAuth():
                return {}

    def _oauth_token(self, auth: OAuthAuth) -> str:
        if self._token is not None and time.monotonic() < self._token[1]:
            return self._token[0]
        form = {
            "grant_type": "client_credentials",
            "client_id": auth.client_id,
            "client_secret": auth.client_secret.get_secret_value(),
        }
        if auth.scope:
            form["scope"] = auth.scope
        self.requests += 1
        try:
            response = self._client.post(
                urljoin(self._base, auth.token_path.lstrip("/")), data=form
            )
        except httpx2.TransportError as exc:
            raise self._unreachable(exc) from exc
        answer = self._json(response) if response.is_success else None
        if not isinstance(answer, dict) or "access_token" not in answer:
            raise Refused(
                f"{self._host} gave no access token (status {response.status_code}). "
                "Check the client id and its secret.",
                _UNAUTHORISED,
            )
        lasts = float(answer.get("expires_in", 600)) - _TOKEN_MARGIN_SECONDS
        self._token = (str(answer["access_token"]), time.monotonic() + max(lasts, 0.0))
        return self._token[0]

    def _json(self, response: httpx2.Response) -> Any:
        if not response.content:
            return None
        try:
            return response.json()
        except ValueError as exc:
            # After a change, this too leaves open whether it was made.
            raise _Passing(f"{self._host} answered {response.status_code} without JSON") from exc

    def _unreachable(self, failure: Exception) -> ServiceUnavailable:
        return ServiceUnavailable(f"{self._host} cannot be reached ({type(failure).__name__}).")


class _Passing(ServiceUnavailable):
    """An answer that may be different the next time."""


def wait_seconds(headers: Mapping[str, str], now: float | None = None) -> float:
    """How long a server asks to wait.

    The first that is there of ``Retry-After`` (seconds or a date), ``ratelimit-reset``
    (seconds) and ``X-RateLimit-Reset`` (ISO 8601 or a Unix time); else five seconds.
    """
    moment = time.time() if now is None else now
    for name in ("retry-after", "ratelimit-reset", "x-ratelimit-reset"):
        value = headers.get(name, "").strip()
        wait = _wait(value, moment) if value else None
        if wait is not None:
            return max(wait, 0.0)
    return _DEFAULT_WAIT_SECONDS


def _wait(value: str, now: float) -> float | None:
    try:
        number = float(value)
    except ValueError:
        number = None
    if number is not None:
        return number - now if number >= _EPOCH_FROM else number
    try:
        return datetime.fromisoformat(value).timestamp() - now
    except ValueError:
        pass
    try:
        return email.utils.parsedate_to_datetime(value).timestamp() - now
    except ValueError:
        return None


def _again(failure: Exception) -> bool | float:
    """Whether to try a read again, or in how many seconds."""
    if isinstance(failure, Throttled):
        if failure.wait_seconds > _MOST_WAIT_SECONDS:
            return False
        # A little more than asked, and not all clients at once.
        return failure.wait_seconds + random.random() / 4  # noqa: S311 — a pause, not a secret
    return isinstance(failure, httpx2.TransportError | _Passing)


def _excerpt(response: httpx2.Response) -> str:
    return " ".join(response.text[:200].split())


def _said(failure: Exception) -> str:
    return str(failure) if isinstance(failure, _Passing) else type(failure).__name__
