"""Who acts, and what they may do.

Everybody who is signed in reads and asks about what their groups allow, gives feedback and
comments; no role reads more. Beyond that:

=========  =====================================================================
analyst    says which change belongs to an incident
author     writes, edits and submits drafts; takes back what they submitted
approver   decides on what others wrote, tries failed deliveries again
evaluator  reads what the evaluation measured, judges pooled answers
admin      stops and starts targets, tries failed deliveries again, gives keys
service    nothing by itself: it marks a program, and a program never approves
=========  =====================================================================
"""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from retrieval.access import EVERYONE, Reader
from retrieval.errors import NotAllowed

OPERATOR = "operator"
"""Who acts at the command line of the installation; nobody else may be called so."""
PROGRAM = "service:"
"""What the name of every program begins with, and of no person."""
HOST = "host:"
"""What the name of everybody begins with whom only another system's page knows."""


class Role(StrEnum):
    """What a person may do beyond reading what their groups allow."""

    ANALYST = "analyst"
    AUTHOR = "author"
    APPROVER = "approver"
    EVALUATOR = "evaluator"
    ADMIN = "admin"
    SERVICE = "service"


class Person(BaseModel):
    """Somebody (or some program) known by name to the ledger.

    The name is what tells people apart: who wrote a draft and who may approve it. It must be
    the same whichever way somebody comes in, and nobody else's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=255)]
    display_name: str = ""
    roles: frozenset[Role] = frozenset({Role.ANALYST})
    groups: frozenset[str] = frozenset({EVERYONE})

    @model_validator(mode="after")
    def _no_program_approves(self) -> "Person":
        if self.roles >= {Role.SERVICE, Role.APPROVER}:
            raise ValueError("a service cannot be an approver: an approval is a person's")
        return self

    def reader(self) -> Reader:
        """On whose behalf records are read."""
        return Reader(name=self.name, groups=self.groups)

    def require(self, *roles: Role) -> None:
        """Raise ``NotAllowed`` unless the person has one of the roles."""
        if self.roles.isdisjoint(roles):
            wanted = " or ".join(roles)
            raise NotAllowed(f"{self.name} has no role that allows this; it needs {wanted}.")


def require_free_name(name: str) -> None:
    """Raise ``ValueError`` for a name that would make somebody look like somebody else."""
    if name == OPERATOR or name.startswith((PROGRAM, HOST)):
        raise ValueError(
            f"nobody may be called {name!r}: {OPERATOR}, {PROGRAM}… and {HOST}… "
            "have a meaning of their own"
        )
