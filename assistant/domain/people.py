"""Who acts, and what they may do."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from retrieval.access import EVERYONE, Reader
from retrieval.errors import NotAllowed


class Role(StrEnum):
    """What a person may do beyond reading what their groups allow."""

    ANALYST = "analyst"
    AUTHOR = "author"
    APPROVER = "approver"
    ADMIN = "admin"


class Person(BaseModel):
    """Somebody (or some program) known by name to the ledger."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    display_name: str = ""
    roles: frozenset[Role] = frozenset({Role.ANALYST})
    groups: frozenset[str] = frozenset({EVERYONE})

    def reader(self) -> Reader:
        """On whose behalf records are read."""
        return Reader(name=self.name, groups=self.groups)

    def require(self, *roles: Role) -> None:
        """Raise ``NotAllowed`` unless the person has one of the roles."""
        if self.roles.isdisjoint(roles):
            wanted = " or ".join(roles)
            raise NotAllowed(f"{self.name} has no role that allows this; it needs {wanted}.")
