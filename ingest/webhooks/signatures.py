"""The catalogue of signature schemes: how a delivery is known to come from its sender.

To add one: a line of ``SCHEMES`` (a class of its own where it is neither a MAC nor a token), and
its sample to ``tests/unit/ingest/test_signatures.py``. Every scheme takes several secrets, so
that one can be replaced by the next without a gap, and compares in constant time. No message
holds a secret, a signature or anything of the body.

Senders, and where they say what they sign: PagerDuty v3 "Webhook signatures"; Jira Cloud
"Webhooks" (after WebSub); Grafana "Configure webhook notifications" (12 and newer); the
Standard Webhooks specification. ServiceNow signs nothing by itself: a business rule does it, in
the way of ``docs/webhooks.md``.
"""

import hashlib
import hmac
import itertools
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from retrieval.errors import InvalidInput, NotSignedIn

# What the Standard Webhooks specification and the vendors' own examples allow: more than any
# queue of a sender that is awake, and too little to keep a delivery for later.
TOLERANCE = timedelta(minutes=5)
# Shorter ones can be guessed; vendors make theirs of 32 and more.
LEAST_SECRET_CHARS = 16
_WHSEC = "whsec_"
_LATEST_SECONDS = 100_000_000_000


class Signed(NamedTuple):
    """What the sender signed beside the body, where it does: when, and its id of the delivery."""

    at: datetime | None = None
    id: str = ""


class Scheme(Protocol):
    """Knows the deliveries of senders that sign in one way. Header names are in lower case."""

    @property
    def name(self) -> str:
        """As settings and messages call it."""

    def verify(
        self, headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now: datetime
    ) -> Signed:
        """Pass when any of the secrets fits.

        ``NotSignedIn`` says what is missing or does not fit. A moment more than ``TOLERANCE``
        away is refused.
        """

    def flaw(self, secret: str) -> str:
        """Why a secret cannot be used; empty when it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mac:
    """HMAC-SHA256 over the raw body, or over ``id``, moment and body with ``joint`` between.

    The header holds one digest, or several with ``separator`` between; those that do not begin
    with ``prefix`` are of another version and pass by.
    """

    name: str
    header: str
    prefix: str = ""
    separator: str = ""
    base64: bool = False
    id_header: str = ""
    timestamp_header: str = ""
    joint: str = ""
    encoded_key: bool = False

    def verify(
        self, headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now: datetime
    ) -> Signed:
        """See ``Scheme.verify``."""
        given = self._digests(_needed(headers, self.header))
        told = _needed(headers, self.id_header) if self.id_header else ""
        moment = _needed(headers, self.timestamp_header) if self.timestamp_header else ""
        # Headers are read as Latin-1; so written, they are the bytes that were signed.
        parts = [part.encode("latin-1", "replace") for part in (told, moment) if part]
        signed = self.joint.encode().join([*parts, raw])
        expected = [self._digest(secret, signed) for secret in secrets]
        if not _any_equal(given, expected):
            raise NotSignedIn(f"No signature in {self.header} fits a secret of this connection.")
        return Signed(_recent(self.timestamp_header, moment, now) if moment else None, told)

    def flaw(self, secret: str) -> str:
        """See ``Scheme.flaw``."""
        if not self.encoded_key:
            return _too_short(secret)
        try:
            enough = len(_key(secret)) >= LEAST_SECRET_CHARS
        except NotBase64:
            enough = False
        return "" if enough else f"it must be {_WHSEC} and the Base64 of at least 16 random bytes"

    def _digests(self, value: str) -> list[str]:
        entries = value.split(self.separator) if self.separator else [value]
        named = [entry.strip() for entry in entries if entry.strip().startswith(self.prefix)]
        return [entry.removeprefix(self.prefix) for entry in named]

    def _digest(self, secret: str, signed: bytes) -> str:
        key = _key(secret) if self.encoded_key else secret.encode()
        digest = hmac.new(key, signed, hashlib.sha256)
        return b64encode(digest.digest()).decode() if self.base64 else digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A secret that is sent along, for senders that sign nothing: ``kind`` says how.

    In ``Authorization`` it stands behind the word ``Bearer`` or, as Base64 of
    ``user:password``, behind ``Basic``; in another header it stands alone. It does not depend on
    the body: it is only as safe as the way, so use it over TLS.
    """

    name: str
    kind: str
    header: str = "authorization"
    timestamp_header: str = ""

    def verify(
        self, headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now: datetime
    ) -> Signed:
        """See ``Scheme.verify``."""
        value = _needed(headers, self.header)
        kind, _, rest = value.partition(" ")
        if kind.lower() == self.kind:
            value = rest.strip()
        elif self.header == "authorization":
            raise NotSignedIn(f"{self.header} is not of the kind {self.kind.capitalize()}.")
        expected = [self._written(secret) for secret in secrets]
        if not _any_equal([value], expected):
            raise NotSignedIn(f"What {self.header} holds fits no secret of this connection.")
        return Signed()

    def flaw(self, secret: str) -> str:
        """See ``Scheme.flaw``."""
        if self.kind == "basic" and ":" not in secret:
            return "it must be the user, a colon and the password"
        return _too_short(secret)

    def _written(self, secret: str) -> str:
        return b64encode(secret.encode()).decode() if self.kind == "basic" else secret


SCHEMES: tuple[Mac | Token, ...] = (
    Mac(name="pagerduty", header="x-pagerduty-signature", prefix="v1=", separator=","),
    Mac(name="websub-sha256", header="x-hub-signature", prefix="sha256="),
    # With a timestamp header (it has to be named on both sides) the moment is signed, too.
    Mac(name="grafana", header="x-grafana-alerting-signature", joint=":"),
    Mac(
        name="standard-webhooks",
        header="webhook-signature",
        prefix="v1,",
        separator=" ",
        base64=True,
        id_header="webhook-id",
        timestamp_header="webhook-timestamp",
        joint=".",
        encoded_key=True,
    ),
    Mac(
        name="servicenow",
        header="x-precedent-signature",
        base64=True,
        timestamp_header="x-precedent-timestamp",
        joint=".",
    ),
    Token(name="bearer", kind="bearer"),
    Token(name="basic", kind="basic"),
)
_TIMESTAMP_CAN_BE_NAMED = frozenset({"grafana", "servicenow"})


def scheme(name: str, header: str = "", timestamp_header: str = "") -> Scheme:
    """The scheme of a name, with other headers where the sender uses others.

    ``InvalidInput`` for an unknown name, and for a timestamp header where none is signed.
    """
    known = next((each for each in SCHEMES if each.name == name), None)
    if known is None:
        names = ", ".join(each.name for each in SCHEMES)
        raise InvalidInput(f"There is no signature scheme {name!r}. Choose one of {names}.")
    if timestamp_header and name not in _TIMESTAMP_CAN_BE_NAMED:
        raise InvalidInput(f"The scheme {name} has no timestamp header to name; leave it out.")
    return replace(
        known,
        header=header.lower() or known.header,
        timestamp_header=timestamp_header.lower() or known.timestamp_header,
    )


def _needed(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "").strip()
    if not value:
        raise NotSignedIn(f"The header {name} is missing.")
    return value


def _any_equal(given: Sequence[str], expected: Sequence[str]) -> bool:
    """Compares every pair, so that the time tells nothing of which one fitted."""
    pairs = itertools.product(given, expected)
    return sum(hmac.compare_digest(one.encode(), other.encode()) for one, other in pairs) > 0


def _recent(header: str, written: str, now: datetime) -> datetime:
    try:
        number = float(written)
        seconds = number / 1000 if number > _LATEST_SECONDS else number
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as exc:
        raise NotSignedIn(f"{header} is not a Unix time.") from exc
    if abs(now - moment) > TOLERANCE:
        minutes = f"{TOLERANCE.total_seconds() / 60:.0f} minutes"
        raise NotSignedIn(f"{header} is more than {minutes} away from now. Check both clocks.")
    return moment


def _key(secret: str) -> bytes:
    """The key in a secret of Standard Webhooks; ``binascii.Error`` when there is none."""
    encoded = secret.removeprefix(_WHSEC)
    if encoded == secret:
        raise NotBase64(f"no {_WHSEC}")
    return b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)


def _too_short(secret: str) -> str:
    enough = len(secret) >= LEAST_SECRET_CHARS
    return "" if enough else f"it must have at least {LEAST_SECRET_CHARS} characters"
