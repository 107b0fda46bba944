"""Use case: people sign in with the organisation's identity provider, programs send its tokens."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from assistant.auth_settings import OidcSettings
from assistant.domain.attempt import Attempt
from assistant.domain.people import Person
from assistant.tokens.checking import TokenCheck, refused
from assistant.tokens.claims import ClaimsReader
from assistant.tokens.keys import FetchedKeys, FixedKeys, SigningKeys
from assistant.tokens.provider import Provider


class SingleSignOn:
    """What one identity provider says of people. Nothing is asked of it before it is needed."""

    source = "oidc"
    """What sessions that it opens are marked with."""

    def __init__(self, chosen: OidcSettings, clock: Callable[[], datetime]) -> None:
        self.label = chosen.label
        self.issuer = chosen.issuer
        self._client_id = chosen.client_id
        self._scopes = " ".join(chosen.scopes)
        self._provider = Provider(
            chosen.issuer,
            chosen.client_id,
            chosen.client_secret.get_secret_value(),
            chosen.jwks_url,
        )
        fixed = chosen.jwks.get_secret_value()
        keys: SigningKeys = FixedKeys(fixed) if fixed else FetchedKeys(self._provider.key_set)
        self._bearer = TokenCheck(
            issuer=chosen.issuer,
            audiences=chosen.audience or (chosen.client_id,),
            algorithms=chosen.algorithms,
            find=keys.find,
            clock=clock,
            leeway_seconds=chosen.leeway_seconds,
        )
        self._id_token = replace(self._bearer, audiences=(chosen.client_id,), needs=("nonce",))
        self._reader = ClaimsReader(
            name=chosen.name_claim,
            display_name=chosen.display_name_claim,
            roles=chosen.roles_claim,
            role_map=chosen.roles,
            default_roles=chosen.default_roles,
            groups=chosen.groups_claim,
        )

    def person_of(self, token: str) -> Person:
        """Who sends a bearer token; ``NotSignedIn`` unless it is valid."""
        return self._reader.person(self._bearer.claims(token))

    def sign_in_url(self, attempt: Attempt, redirect_uri: str) -> str:
        """Where a browser goes to sign in."""
        return self._provider.sign_in_url(attempt, redirect_uri, self._scopes)

    def finished(self, attempt: Attempt, code: str, redirect_uri: str) -> Person:
        """Who came back with a code; ``NotSignedIn`` for one that was not got by this attempt."""
        claims = self._id_token.claims(self._provider.id_token(code, attempt, redirect_uri))
        if not secrets.compare_digest(str(claims["nonce"]).encode(), attempt.nonce.encode()):
            raise refused("its nonce is that of another attempt")
        if claims.get("azp", self._client_id) != self._client_id:
            raise refused("it was made for another client")
        return self._reader.person(claims)
