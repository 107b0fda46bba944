"""Use case: a page inside another system's page exchanges what that system says for a session."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OctKey

from assistant.auth_settings import HostSettings, host_source
from assistant.db import credentials as rows
from assistant.domain.credentials import SecretKind, digest_of
from assistant.domain.people import Person, require_free_name
from assistant.services.identity.sessions import Opened, Sessions
from assistant.services.identity.single_sign_on import SingleSignOn
from assistant.tokens.checking import Claims, TokenCheck, claimed_issuer, refused
from assistant.tokens.claims import texts_of
from retrieval.access import EVERYONE
from retrieval.corpus.database import Database
from retrieval.errors import InvalidSettings

# A host makes a token when its page opens; it is exchanged at once.
_MOST_SECONDS = 300
_LEEWAY_SECONDS = 30
_LONGEST_TEXT = 255


class Exchanged(NamedTuple):
    """A new session and, where a host said so, the ticket beside whose page it is."""

    opened: Opened
    ticket: str = ""


class TokenExchange:
    """Takes the tokens of the identity provider, and those of hosts, each of these once.

    Raises ``NotSignedIn``, always with the same message, for what it does not accept.
    """

    def __init__(
        self,
        database: Database,
        sessions: Sessions,
        single_sign_on: SingleSignOn | None,
        hosts: Mapping[str, HostSettings],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._single_sign_on = single_sign_on
        self._hosts = {name: _Host.of(name, chosen, clock) for name, chosen in hosts.items()}

    def exchange(self, token: str, kind: SecretKind = SecretKind.BEARER) -> Exchanged:
        """A session for whom the token is about."""
        issuer = claimed_issuer(token)
        provider = self._single_sign_on
        if provider is not None and issuer == provider.issuer:
            person = provider.person_of(token)
            return Exchanged(self._sessions.open(person, provider.source, kind))
        host = self._hosts.get(issuer)
        if host is None:
            raise refused("nobody known here made it")
        claims = host.check.claims(token)
        person = host.person(claims)
        used = digest_of(f"{host.name}:{_text(claims, 'jti')}")
        ends = datetime.fromtimestamp(claims["exp"] + _LEEWAY_SECONDS + 1, UTC)
        with self._database.write() as connection:
            if not rows.use_token(connection, used, ends):
                raise refused("it was used before")
            opened = self._sessions.open_within(connection, person, host_source(host.name), kind)
        return Exchanged(opened, _text(claims, "ticket") if "ticket" in claims else "")


@dataclass(frozen=True, slots=True)
class _Host:
    """One host: how its tokens are checked, and who comes by them."""

    name: str
    chosen: HostSettings
    check: TokenCheck

    @classmethod
    def of(cls, name: str, chosen: HostSettings, clock: Callable[[], datetime]) -> "_Host":
        key = _key_of(name, chosen)
        check = TokenCheck(
            issuer=name,
            audiences=(chosen.audience,),
            algorithms=(chosen.algorithm,),
            find=lambda _: key,
            clock=clock,
            leeway_seconds=_LEEWAY_SECONDS,
            longest_seconds=_MOST_SECONDS,
            needs=("jti",),
            needs_kid=False,
        )
        return cls(name, chosen, check)

    def person(self, claims: Claims) -> Person:
        """Whom a checked token is about, with what the settings let them have."""
        subject = _text(claims, "sub")
        name = subject if self.chosen.same_people else f"{host_source(self.name)}:{subject}"
        shown = claims.get("name")
        groups = self.chosen.groups | set(texts_of(claims, self.chosen.groups_claim))
        try:
            if self.chosen.same_people:
                require_free_name(subject)
            return Person(
                name=name,
                display_name=shown if isinstance(shown, str) else subject,
                roles=self.chosen.roles,
                groups=groups | {EVERYONE},
            )
        except ValueError as exc:
            raise refused(exc) from exc


def _key_of(name: str, chosen: HostSettings) -> Key:
    secret = chosen.key.get_secret_value()
    try:
        if chosen.algorithm == "HS256":
            return OctKey.import_key(secret)
        return ECKey.import_key(secret)
    except (JoseError, ValueError) as exc:
        raise InvalidSettings(
            f"PRECEDENT_AUTH__HOSTS: the key of {name} cannot be used for {chosen.algorithm}."
        ) from exc


def _text(claims: Claims, name: str) -> str:
    value = claims[name]
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT:
        raise refused(f"its claim {name!r} is empty, too long or no text")
    return value
