"""Settings of signing in: who people are, and by which ways they show it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from assistant.domain.people import HOST, Person, Role, require_free_name
from ingest.connections import Secret

# What whoever holds the public key cannot make up: a shared secret is no algorithm for many.
Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"
]
# RFC 7518, section 3.2: a key for HS256 must have at least 256 bits.
_LEAST_SECRET_BYTES = 32


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OidcSettings(_Section):
    """The identity provider of the organisation, by OpenID Connect.

    ``issuer`` is its address, as its tokens name it; where to sign in and which keys it signs
    with it tells itself (discovery). ``jwks_url``, or ``jwks`` (the key set as JSON, or
    ``file:PATH``), takes the place of the keys that it tells. ``audience`` is for whom bearer
    tokens must be made; by default ``client_id``.

    Of a token's claims, ``name_claim`` tells people apart: it must never change and never be
    given to somebody else, because an author and an approver are told apart by it; ``sub`` is
    made for that. ``roles`` says which roles the values of ``roles_claim`` stand for. Who has
    none of them has ``default_roles``, and without any is not let in. The values of
    ``groups_claim`` are the groups by which records are read. A claim may lie inside others:
    ``realm_access.roles``.
    """

    issuer: str
    client_id: str
    client_secret: Secret = SecretStr("")
    audience: tuple[str, ...] = ()
    jwks_url: str = ""
    jwks: Secret = SecretStr("")
    algorithms: tuple[Algorithm, ...] = ("RS256", "PS256", "ES256")
    leeway_seconds: int = Field(default=30, ge=0, le=120)
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    name_claim: str = "sub"
    display_name_claim: str = "name"
    roles_claim: str = "roles"
    roles: dict[str, frozenset[Role]] = Field(default_factory=dict)
    default_roles: frozenset[Role] = frozenset()
    groups_claim: str = "groups"
    label: str = "single sign-on"

    @field_validator("algorithms")
    @classmethod
    def _some(cls, given: tuple[Algorithm, ...]) -> tuple[Algorithm, ...]:
        if not given:
            raise ValueError("name at least one algorithm")
        return given

    @property
    def audiences(self) -> tuple[str, ...]:
        """For whom a bearer token must be made."""
        return self.audience or (self.client_id,)


class HostSettings(_Section):
    """A system whose pages show ours, and that says who looks at them.

    It makes a short-lived token signed with ``key``: for HS256 a secret of at least 32 bytes,
    for ES256 its public key (PEM). Its ``iss`` is the name that the settings give the host, its
    ``aud`` is ``audience``. People who come this way have ``roles`` and, besides everyone's, the
    ``groups`` and those that ``groups_claim`` names.

    They are called ``host:NAME:sub``, and so are other people than when they sign in themselves.
    Only where the host's ``sub`` is the very name that they sign in with, ``same_people`` says
    so; without it they may not write or approve, because one person would be two.
    """

    algorithm: Literal["HS256", "ES256"] = "HS256"
    key: Secret
    audience: str = "precedent"
    same_people: bool = False
    roles: frozenset[Role] = frozenset({Role.ANALYST})
    groups: frozenset[str] = frozenset()
    groups_claim: str = ""

    @model_validator(mode="after")
    def _strong(self) -> "HostSettings":
        key = self.key.get_secret_value()
        if self.algorithm == "HS256" and len(key.encode()) < _LEAST_SECRET_BYTES:
            raise ValueError(f"the key for HS256 needs at least {_LEAST_SECRET_BYTES} bytes")
        if self.algorithm == "ES256" and "PUBLIC KEY" not in key:
            raise ValueError("the key for ES256 is a public key in PEM")
        if not self.same_people and not self.roles <= {Role.ANALYST, Role.EVALUATOR}:
            raise ValueError(
                "only people who are known by the same name here may have more roles than "
                "analyst and evaluator; see same_people"
            )
        return self


def _demo_people() -> tuple[Person, ...]:
    return (
        Person(name="ana", display_name="Ana (analyst)", roles=frozenset({Role.ANALYST})),
        Person(
            name="ruth",
            display_name="Ruth (RCA author)",
            roles=frozenset({Role.ANALYST, Role.AUTHOR}),
        ),
        Person(
            name="paul",
            display_name="Paul (approver)",
            roles=frozenset({Role.ANALYST, Role.AUTHOR, Role.APPROVER}),
        ),
        Person(
            name="eva",
            display_name="Eva (evaluator)",
            roles=frozenset({Role.ANALYST, Role.EVALUATOR}),
        ),
    )


def _people_of(settings: dict[str, Any]) -> tuple[Person, ...]:
    """The demo people are for trying out; where people sign in there are none of them."""
    return _demo_people() if settings.get("mode", "local") == "local" else ()


class AuthSettings(_Section):
    """Identity.

    ``local``: people are taken at their word, for one trusted machine only. ``oidc``: people
    sign in with the organisation's identity provider, and programs send its tokens. In both,
    programs may have keys (``precedent keys``), and ``hosts`` are systems whose pages show ours,
    by the name of their connection.

    A session ends after ``session_hours``, and earlier when it is not used for
    ``idle_minutes``.
    """

    mode: Literal["local", "oidc"] = "local"
    people: tuple[Person, ...] = Field(default_factory=_people_of)
    # Local mode beyond loopback would let anybody be anybody.
    allow_remote: bool = False
    oidc: OidcSettings | None = None
    hosts: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")], HostSettings] = (
        Field(default_factory=dict)
    )
    # A shift, and a long lunch.
    session_hours: float = Field(default=12.0, gt=0)
    idle_minutes: float = Field(default=120.0, gt=1)

    @field_validator("people")
    @classmethod
    def _no_reserved_names(cls, given: tuple[Person, ...]) -> tuple[Person, ...]:
        for person in given:
            require_free_name(person.name)
        return given

    @model_validator(mode="after")
    def _has_a_provider(self) -> "AuthSettings":
        if self.mode == "oidc" and self.oidc is None:
            raise ValueError("the mode oidc needs oidc.issuer and oidc.client_id")
        return self

    @property
    def sources(self) -> frozenset[str]:
        """The ways of signing in that count."""
        return frozenset({self.mode, *(host_source(name) for name in self.hosts)})


def host_source(name: str) -> str:
    """What sessions of people who come by a host's token name as their source."""
    return f"{HOST}{name}"
