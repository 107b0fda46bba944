"""Talks with an identity provider: what it tells of itself, its keys, and a sign-in's outcome.

OpenID Connect Discovery 1.0; the authorization code flow of OpenID Connect Core 1.0 with PKCE
(RFC 7636).
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import structlog

from assistant.domain.attempt import Attempt
from assistant.tokens.checking import refused
from retrieval.errors import ServiceUnavailable

log = structlog.get_logger()

_WELL_KNOWN = "/.well-known/openid-configuration"
_TIMEOUT_SECONDS = 10.0
# What a provider tells of itself changes when it is moved; a restart is not asked for then.
_FRESH_SECONDS = 3_600.0
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Provider:
    """One identity provider, at its issuer's address.

    Only https is spoken, but for a provider on this machine. No redirect is followed. Raises
    ``ServiceUnavailable`` when it cannot be reached, or tells what cannot be used; the log says
    which.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str = "",
        jwks_url: str = "",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._jwks_url = jwks_url
        self._now = monotonic
        self._lock = threading.Lock()
        self._told: tuple[float, Mapping[str, Any]] | None = None

    def key_set(self) -> Mapping[str, Any]:
        """The keys that it signs with, as JSON."""
        return self._asked("GET", self._jwks_url or self._endpoint("jwks_uri"))

    def sign_in_url(self, attempt: Attempt, redirect_uri: str, scopes: str) -> str:
        """Where somebody signs in for this attempt."""
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": scopes,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        address = self._endpoint("authorization_endpoint")
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}"

    def id_token(self, code: str, attempt: Attempt, redirect_uri: str) -> str:
        """The token for the code that a sign-in came back with; not checked yet."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": attempt.verifier,
        }
        auth = None
        methods = self._discovered().get("token_endpoint_auth_methods_supported", ())
        if self._client_secret and (not methods or "client_secret_basic" in methods):
            auth = (self._client_id, self._client_secret)
        else:
            form["client_id"] = self._client_id
            if self._client_secret:
                form["client_secret"] = self._client_secret
        answer = self._asked("POST", self._endpoint("token_endpoint"), data=form, auth=auth)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise refused("the provider gave no id_token for the code")
        return token

    def _endpoint(self, name: str) -> str:
        address = self._discovered().get(name)
        if not isinstance(address, str):
            raise _unusable(f"it names no {name}")
        return address

    def _discovered(self) -> Mapping[str, Any]:
        with self._lock:
            if self._told is not None and self._now() - self._told[0] < _FRESH_SECONDS:
                return self._told[1]
            told = self._asked("GET", self._issuer.rstrip("/") + _WELL_KNOWN)
            # Else the tokens of one provider could be taken to another.
            if told.get("issuer") != self._issuer:
                raise _unusable("it calls itself by another issuer")
            self._told = (self._now(), told)
            return told

    def _asked(self, method: str, address: str, **sent: Any) -> Mapping[str, Any]:
        place = urlsplit(address)
        if place.scheme != "https" and place.hostname not in _LOOPBACK:
            raise _unusable(f"{place.hostname} is not asked by https")
        headers = {"Accept": "application/json"}
        try:
            with httpx2.Client(timeout=_TIMEOUT_SECONDS, follow_redirects=False) as client:
                response = client.request(method, address, headers=headers, **sent)
        except (httpx2.TransportError, httpx2.InvalidURL) as exc:
            raise _unusable(f"{place.hostname} does not answer ({type(exc).__name__})") from exc
        if response.is_client_error and method == "POST":
            # It does not accept the code: used before, too old, or made up.
            raise refused(f"the provider answered {response.status_code} to the code")
        try:
            told = response.json() if response.is_success else None
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise _unusable(f"{place.hostname} answered {response.status_code} without JSON")
        return told


def _unusable(reason: str) -> ServiceUnavailable:
    log.warning("provider.unusable", reason=reason)
    return ServiceUnavailable(
        "The identity provider cannot be used at the moment; the log says why. Try again later."
    )
