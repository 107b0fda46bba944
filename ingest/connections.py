"""What is known of an outside system: where it is, who we are there, what we may do."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from ingest.webhooks.hooks import hook_named
from ingest.webhooks.signatures import Scheme, Signed, scheme
from retrieval.access import EVERYONE
from retrieval.errors import InvalidInput

_FILE = "file:"


def _secret(value: object) -> object:
    """The secret itself, or for ``file:PATH`` what the file holds, without a last line end."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str) or not text.startswith(_FILE):
        return value
    path = Path(text.removeprefix(_FILE))
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise ValueError(f"the secret cannot be read from {path}: {exc}") from exc


Secret = Annotated[SecretStr, BeforeValidator(_secret)]
"""A secret as it is, or ``file:PATH``. It comes from the settings, never from the database."""


class _Value(BaseModel):
    # What is wrong with a secret is told without the secret.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class NoAuth(_Value):
    """No credential."""

    kind: Literal["none"] = "none"


class BasicAuth(_Value):
    """User and password, or user and API token."""

    kind: Literal["basic"] = "basic"
    user: str
    password: Secret


class BearerAuth(_Value):
    """A token in ``Authorization: Bearer``."""

    kind: Literal["bearer"] = "bearer"
    token: Secret


class ApiKeyAuth(_Value):
    """A key in a header of its own, such as ``x-sn-apikey``."""

    kind: Literal["api-key"] = "api-key"
    header: str
    key: Secret


class OAuthAuth(_Value):
    """OAuth 2.0 client credentials; ``token_path`` is relative to the base address."""

    kind: Literal["oauth"] = "oauth"
    token_path: str
    client_id: str
    client_secret: Secret
    scope: str = ""


class UrlAuth(_Value):
    """The address itself is the secret, as of an incoming webhook: whoever knows it may write."""

    kind: Literal["url"] = "url"
    url: Secret


Auth = Annotated[
    NoAuth | BasicAuth | BearerAuth | ApiKeyAuth | OAuthAuth | UrlAuth,
    Field(discriminator="kind"),
]


class WebhookSettings(_Value):
    """How events from a system are known to be its own.

    ``scheme`` names a signature scheme of ``ingest.webhooks.signatures``; ``header`` and
    ``timestamp_header`` say where the sender puts its signature and its time, if elsewhere than
    usual. ``secrets`` may be several while one is replaced by the next; without one, or with
    one that could be guessed, the settings are refused. ``format`` names a sender of
    ``ingest.webhooks.hooks``; where empty, it is recognised by the payload.
    """

    scheme: str = "bearer"
    secrets: tuple[Secret, ...] = ()
    header: str = ""
    timestamp_header: str = ""
    format: str = ""

    @model_validator(mode="after")
    def _closed(self) -> "WebhookSettings":
        try:
            chosen = self.signature()
            if self.format:
                hook_named(self.format)
        except InvalidInput as exc:
            raise ValueError(str(exc)) from exc
        if not self.secrets:
            raise ValueError("anybody could send what is not signed: give at least one of secrets")
        for number, secret in enumerate(self.secrets, start=1):
            flaw = chosen.flaw(secret.get_secret_value())
            if flaw:
                raise ValueError(f"secret {number} cannot be used with {self.scheme}: {flaw}")
        return self

    def signature(self) -> Scheme:
        """The scheme with the headers of this sender."""
        return scheme(self.scheme, self.header, self.timestamp_header)

    def verify(self, headers: Mapping[str, str], raw: bytes, now: datetime) -> Signed:
        """See ``Scheme.verify``, with the secrets of this connection."""
        secrets = [secret.get_secret_value() for secret in self.secrets]
        return self.signature().verify(headers, raw, secrets, now)


class Connection(_Value):
    """One outside system, by the name that the settings give it.

    ``read`` is the identity that reads; ``write``, best another one, writes what was approved:
    without it nothing can be written there. ``groups`` may read records whose source does not
    say who may. ``fields`` overrides the field map of a stream: ``incident.root_cause:
    u_root_cause``. ``dry_run`` only tells what would be sent. ``budget_requests`` is how many
    requests one run of a stream may send, ``pause_seconds`` the least time between two writes,
    ``every_minutes`` how often the scheduler asks for changes (0: only when told to).
    """

    name: str = ""
    kind: str
    base_url: str = ""
    read: Auth = NoAuth()
    write: Auth | None = None
    streams: tuple[str, ...] = ()
    groups: frozenset[str] = frozenset({EVERYONE})
    fields: dict[str, str] = Field(default_factory=dict)
    options: dict[str, str] = Field(default_factory=dict)
    enabled: bool = True
    dry_run: bool = False
    timeout_seconds: float = Field(default=20.0, gt=0)
    pause_seconds: float = Field(default=2.0, ge=0)
    budget_requests: int = Field(default=2_000, gt=0)
    every_minutes: int = Field(default=0, ge=0)
    webhook: WebhookSettings | None = None
