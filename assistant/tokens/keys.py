"""The public keys of an identity provider, kept for a while and fetched again when they change."""

import json
import math
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey

from retrieval.errors import InvalidSettings, ServiceUnavailable

log = structlog.get_logger()

# A key that was taken back is used no longer than this.
_FRESH_SECONDS = 600.0
# While the provider is down people stay able to work; but a stolen key must end some day.
_USED_SECONDS = 86_400.0
# Whoever sends made-up key ids must not make us ask the provider each time.
_PAUSE_SECONDS = 30.0
_LEAST_RSA_BITS = 2048


class SigningKeys(Protocol):
    """Finds the key that a token says it was signed with."""

    def find(self, kid: str) -> Key | None:
        """The public key of that id; ``None`` for an unknown one."""


class FixedKeys:
    """A key set that was configured; another one needs a restart."""

    def __init__(self, text: str) -> None:
        try:
            told = json.loads(text)
        except ValueError as exc:
            raise InvalidSettings(f"PRECEDENT_AUTH__OIDC__JWKS is not JSON: {exc}.") from exc
        self._keys = keys_of(told if isinstance(told, dict) else {})
        if not self._keys:
            raise InvalidSettings(
                "PRECEDENT_AUTH__OIDC__JWKS holds no public key for signatures with a key id."
            )

    def find(self, kid: str) -> Key | None:
        """See ``SigningKeys.find``."""
        return self._keys.get(kid)


class FetchedKeys:
    """The keys that ``fetch`` gives; asked again when they are old or a key id is new.

    Where the provider cannot be reached, the keys that are known are used on for a day; without
    any ``find`` raises ``ServiceUnavailable``. Asked at most once in half a minute.
    """

    def __init__(
        self,
        fetch: Callable[[], Mapping[str, Any]],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._now = monotonic
        self._lock = threading.Lock()
        self._keys: Mapping[str, Key] = {}
        self._fetched: float | None = None
        self._tried: float | None = None

    def find(self, kid: str) -> Key | None:
        """See ``SigningKeys.find``."""
        if self._age() < _FRESH_SECONDS and kid in self._keys:
            return self._keys[kid]
        # Others wait for the answer rather than ask for it, too.
        with self._lock:
            if self._age() >= _FRESH_SECONDS or kid not in self._keys:
                self._ask()
            if self._age() >= _USED_SECONDS:
                raise ServiceUnavailable("The keys of the identity provider cannot be had.")
            return self._keys.get(kid)

    def _age(self) -> float:
        return math.inf if self._fetched is None else self._now() - self._fetched

    def _ask(self) -> None:
        if self._tried is not None and self._now() - self._tried < _PAUSE_SECONDS:
            return
        self._tried = self._now()
        try:
            self._keys = keys_of(self._fetch())
        except ServiceUnavailable as exc:
            log.warning("keys.not_fetched", reason=str(exc), used_on=len(self._keys))
            return
        self._fetched = self._now()


def keys_of(key_set: Mapping[str, Any]) -> dict[str, Key]:
    """The public keys of a key set that signatures can be checked with, by their id.

    Left out are keys for encryption, shared secrets, keys without an id, kinds that are not
    known, and RSA keys below 2,048 bits.
    """
    found: dict[str, Key] = {}
    for described in key_set.get("keys", ()):
        kid = described.get("kid") if isinstance(described, dict) else None
        if not isinstance(kid, str) or described.get("use", "sig") != "sig":
            continue
        try:
            key = JWKRegistry.import_key(described)
        except (JoseError, ValueError, TypeError) as exc:
            log.warning("key.left_out", reason=type(exc).__name__)
            continue
        if _is_usable(key):
            found[kid] = key
    return found


def _is_usable(key: Key) -> bool:
    if isinstance(key, RSAKey):
        return key.raw_value.key_size >= _LEAST_RSA_BITS
    return isinstance(key, ECKey | OKPKey)
