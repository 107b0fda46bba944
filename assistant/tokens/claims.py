"""Reads who somebody is from the checked claims of a token."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.domain.people import Person, Role, require_free_name
from assistant.tokens.checking import Claims, refused
from retrieval.access import EVERYONE
from retrieval.errors import NotAllowed

_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class ClaimsReader:
    """Which claims tell what; see ``OidcSettings``."""

    name: str
    display_name: str
    roles: str
    role_map: Mapping[str, Collection[Role]]
    default_roles: Collection[Role]
    groups: str

    def person(self, claims: Claims) -> Person:
        """Who a token is about.

        Raises ``NotAllowed`` for somebody whom no role was given, and ``NotSignedIn`` for a
        token whose name or roles nobody can have.
        """
        name = value_of(claims, self.name)
        if not isinstance(name, str) or not name.strip() or len(name) > _LONGEST_NAME:
            raise refused(f"its claim {self.name!r} is no name")
        told = texts_of(claims, self.roles)
        roles = {role for value in told for role in self.role_map.get(value, ())}
        roles = roles or set(self.default_roles)
        if not roles:
            raise NotAllowed(
                "You are signed in, but no role was given to you here. "
                "Ask whoever runs Precedent to map one of your groups to a role."
            )
        shown = value_of(claims, self.display_name)
        try:
            require_free_name(name)
            return Person(
                name=name,
                display_name=shown if isinstance(shown, str) else "",
                roles=frozenset(roles),
                groups=frozenset(texts_of(claims, self.groups)) | {EVERYONE},
            )
        except ValueError as exc:
            raise refused(exc) from exc


def value_of(claims: Claims, name: str) -> Any:
    """The claim of that name, or that lies at the dotted path; ``None`` when there is none."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found


def texts_of(claims: Claims, name: str) -> tuple[str, ...]:
    """The texts of a claim: one, or a list of them."""
    found = value_of(claims, name) if name else None
    if isinstance(found, str):
        return (found,)
    if isinstance(found, list):
        return tuple(value for value in found if isinstance(value, str) and value)
    return ()
