"""What a signed token (JWT, RFC 7519) must fulfil before anything in it is believed."""

import base64
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, Key
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

from retrieval.errors import NotSignedIn

log = structlog.get_logger()

Claims: TypeAlias = dict[str, Any]

REFUSED = "This token or key is not valid here. Sign in again, or ask for a new one."
"""The one answer to all of them: what exactly was wrong is for the log, not for the sender."""

# By these a token would bring its own key, or change what is signed (RFC 7515, section 4).
_REFUSED_HEADERS = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64"})


@dataclass(frozen=True, slots=True)
class TokenCheck:
    """Checks tokens of one issuer. ``find`` gives the key of a key id.

    Signature by an allowed algorithm and a key that is ours to know, ``iss``, ``aud``, ``sub``,
    ``exp`` and ``iat`` there and right, ``nbf`` right where it is there; times with
    ``leeway_seconds``. ``longest_seconds`` bounds how far off ``exp`` may be; ``needs`` names
    claims that must be there besides. Whatever fails raises ``NotSignedIn`` with the same
    message; the log has the reason, never the token.
    """

    issuer: str
    audiences: Collection[str]
    algorithms: Collection[str]
    find: Callable[[str], Key | None]
    clock: Callable[[], datetime]
    leeway_seconds: int = 30
    longest_seconds: int | None = None
    needs: Collection[str] = ()
    needs_kid: bool = True

    def claims(self, token: str) -> Claims:
        """What a token says, once all of it was checked."""
        try:
            registry = JWSRegistry(algorithms=self.algorithms, strict_check_header=False)
            checked = jwt.decode(token, self._key, list(self.algorithms), registry)
            self._check(checked.claims)
        except (JoseError, ValueError, TypeError) as exc:
            raise refused(exc) from exc
        return checked.claims

    def _key(self, signed: GuestProtocol) -> Key:
        """The key of ours that the header names; never one that the token brings along."""
        header = signed.headers()
        brought = _REFUSED_HEADERS & set(header)
        if brought:
            raise ValueError(f"the header has {', '.join(sorted(brought))}")
        kid = header.get("kid", "")
        if not isinstance(kid, str) or (self.needs_kid and not kid):
            raise ValueError("the header names no key")
        key = self.find(kid)
        if key is None:
            raise ValueError("the key is not known")
        return key

    def _check(self, claims: Claims) -> None:
        now = int(self.clock().timestamp())
        needed = {name: {"essential": True} for name in ("sub", "exp", "iat", *self.needs)}
        JWTClaimsRegistry(
            now=now,
            leeway=self.leeway_seconds,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "values": list(self.audiences)},
            **needed,  # type: ignore[arg-type]  # a dict of options, which its type cannot say
        ).validate(claims)
        longest = self.longest_seconds
        if longest is not None and claims["exp"] > now + longest + self.leeway_seconds:
            raise ValueError(f"it is valid for more than {longest} seconds")


def refused(reason: Exception | str) -> NotSignedIn:
    """The answer to a credential that is not accepted, with its reason in the log."""
    named = isinstance(reason, JoseError)
    told = type(reason).__name__ if named and not str(reason) else str(reason)
    log.warning("credential.refused", reason=told)
    return NotSignedIn(REFUSED)


def claimed_issuer(token: str) -> str:
    """Who a token says made it, unchecked: only good for choosing by whose rules to check it."""
    try:
        payload = token.split(".")[1]
        told = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        issuer = told["iss"]
    except (IndexError, KeyError, TypeError, ValueError, RecursionError) as exc:
        raise refused("it is no token") from exc
    if not isinstance(issuer, str):
        raise refused("it names no issuer")
    return issuer
