"""Who asks: Basic, an API key, or an OAuth token that this instance gave."""

import base64
import binascii
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

TOKEN_SECONDS = 1_799


@dataclass(slots=True)
class Identity:
    """An integration user with all its credentials; display dates are in its time zone."""

    name: str
    password: str
    api_key: str
    client_id: str
    client_secret: str
    label: str = ""
    roles: set[str] = field(default_factory=set)
    may_write: bool = True
    time_zone: str = "Europe/Berlin"


class Access:
    """The two identities of an integration, by every way to sign in.

    The reader's key is good for GET only, as a REST API access policy makes it. Neither may
    read the journal table before somebody gives it the role.
    """

    def __init__(self) -> None:
        names = {"reader": "Precedent (read)", "writer": "Precedent"}
        self.identities = {
            name: Identity(
                name=name,
                password=f"{name}-password",
                api_key=f"{name}-key",
                client_id=f"{name}-client",
                client_secret=f"{name}-secret",
                label=label,
                roles={"itil"},
                may_write=name == "writer",
            )
            for name, label in names.items()
        }
        self._tokens: dict[str, tuple[str, float]] = {}

    def identity(self, headers: Mapping[str, str]) -> Identity | None:
        """Who sent a request, or ``None``."""
        key = headers.get("x-sn-apikey")
        if key is not None:
            return next((who for who in self.identities.values() if who.api_key == key), None)
        scheme, _, credential = headers.get("authorization", "").partition(" ")
        match scheme.lower():
            case "basic":
                return self._by_password(credential)
            case "bearer":
                name, ends = self._tokens.get(credential, ("", 0.0))
                return self.identities.get(name) if time.time() < ends else None
        return None

    def token(self, form: Mapping[str, str]) -> dict[str, str | int] | None:
        """An access token for a client, or ``None`` when its credentials are wrong.

        Source: OAuth API request parameters; Client credentials grant workflow.
        """
        client = next(
            (
                who
                for who in self.identities.values()
                if who.client_id == form.get("client_id")
                and who.client_secret == form.get("client_secret")
            ),
            None,
        )
        if client is None:
            return None
        match form.get("grant_type"):
            case "client_credentials" | "refresh_token":
                return self._issue(client)
            case "password":
                who = self.identities.get(form.get("username", ""))
                if who is not None and who.password == form.get("password"):
                    return self._issue(who)
        return None

    def revoke_tokens(self) -> None:
        """Withdraw every token before its time."""
        self._tokens.clear()

    def _issue(self, who: Identity) -> dict[str, str | int]:
        token = secrets.token_urlsafe(32)
        self._tokens[token] = (who.name, time.time() + TOKEN_SECONDS)
        return {
            "access_token": token,
            "refresh_token": secrets.token_urlsafe(32),
            "scope": "useraccount",
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
        }

    def _by_password(self, credential: str) -> Identity | None:
        try:
            user, _, password = base64.b64decode(credential).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        who = self.identities.get(user)
        return who if who is not None and who.password == password else None
