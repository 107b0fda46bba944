"""Tokens that must not be believed, each forged in another way."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey, RSAKey

from tests.fakes.oidc import FakeProvider, signed


def _with_payload(token: str, **claims: Any) -> str:
    header, payload, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(payload + "==")) | claims
    changed = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    return f"{header}.{changed}.{signature}"


def base64_of(part: bytes) -> str:
    """As tokens write bytes."""
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _by_hand(
    fake: FakeProvider, algorithm: str, sign: Callable[[bytes], bytes], **more: Any
) -> str:
    """What the library refuses to make."""
    header = {"alg": algorithm, "kid": "rsa-1", "typ": "JWT", **more}
    text = ".".join(base64_of(json.dumps(part).encode()) for part in (header, fake.claims()))
    return f"{text}.{base64_of(sign(text.encode()))}"


def _public_as_secret(fake: FakeProvider) -> str:
    secret = fake.rsa.as_pem(private=False)
    return _by_hand(fake, "HS256", lambda text: hmac.digest(secret, text, "sha256"))


def _critical(fake: FakeProvider) -> str:
    key = fake.rsa.private_key
    assert key is not None

    def sign(text: bytes) -> bytes:
        return key.sign(text, PKCS1v15(), SHA256())

    return _by_hand(fake, "RS256", sign, crit=["urn:unknown"], **{"urn:unknown": True})


STRANGER = RSAKey.generate_key(2048, parameters={"kid": "rsa-1"})
STRANGE_CURVE = ECKey.generate_key("P-256", parameters={"kid": "rsa-1"})
PUBLIC = STRANGE_CURVE.as_dict(private=False)

Forge = Callable[[FakeProvider], str]
FORGERIES: dict[str, Forge] = {
    "no signature": lambda fake: _by_hand(fake, "none", lambda _: b""),
    "the public key as a shared secret": _public_as_secret,
    "for somebody else": lambda fake: fake.token(aud="payroll"),
    "for nobody": lambda fake: fake.token(aud=None),
    "by another issuer": lambda fake: fake.token(iss="https://login.evil.example"),
    "by no issuer": lambda fake: fake.token(iss=None),
    "of nobody": lambda fake: fake.token(sub=None),
    "too old": lambda fake: fake.token(exp=int(time.time()) - 60),
    "without an end": lambda fake: fake.token(exp=None),
    "an end that is no number": lambda fake: fake.token(exp="2099"),
    "not yet valid": lambda fake: fake.token(nbf=int(time.time()) + 600),
    "made in the future": lambda fake: fake.token(iat=int(time.time()) + 600),
    "another key of the same id": lambda fake: signed(STRANGER, "RS256", fake.claims()),
    "another kind of key of the same id": lambda f: signed(STRANGE_CURVE, "ES256", f.claims()),
    "an unknown key id": lambda fake: signed(STRANGER, "RS256", fake.claims(), kid="x"),
    "no key id": lambda fake: signed(fake.rsa, "RS256", fake.claims(), kid=None),
    "an algorithm that is not allowed": lambda fake: signed(fake.rsa, "RS512", fake.claims()),
    "a critical header": _critical,
    "a changed payload": lambda fake: _with_payload(fake.token(), roles=["rca-approvers"]),
    "its own key": lambda fake: signed(STRANGE_CURVE, "ES256", fake.claims(), jwk=PUBLIC),
    "an address of keys": lambda fake: signed(
        STRANGER, "RS256", fake.claims(), jku=f"{fake.issuer}/theirs"
    ),
    "an address of certificates": lambda fake: signed(
        fake.rsa, "RS256", fake.claims(), x5u=f"{fake.issuer}/theirs"
    ),
    "a path as key id": lambda f: signed(STRANGER, "RS256", f.claims(), kid="../../dev/null"),
    "a cut signature": lambda fake: fake.token()[:-20],
    "an encrypted token": lambda fake: "e30.e30.e30.e30.e30",
    "words": lambda fake: "let me in",
    "a key of ours that is none": lambda fake: "pk_" + "A" * 43,
    "a session of ours that is none": lambda fake: "ps_" + "A" * 43,
}
