"""What people judge: a pool of answers that several systems gave, and the grades they get."""

from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

POOL_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
"""What a pool may be called: it stands in addresses and file names."""


class Grade(IntEnum):
    """How much a record helps with an incident."""

    NOT_RELEVANT = 0
    RELATED = 1
    SAME_PROBLEM = 2


class Candidate(BaseModel):
    """A record that some system found, as the revision that is judged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    record_id: str
    revision: int


class PooledQuery(BaseModel):
    """One query of a pool, numbered from 1, with its candidates in an order that tells nothing.

    ``record_id`` is the incident that it is, where it is one: who may not read that does not
    see the query. ``as_of`` is the moment it was asked as of.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    query_id: str
    text: str
    record_id: str | None = None
    as_of: datetime | None = None
    candidates: tuple[Candidate, ...]


class Pool(BaseModel):
    """Queries to judge, made from the first ``depth`` answers of several systems.

    Which of them found a record is not kept, so that no page can tell a judge.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=POOL_NAME)]
    systems: tuple[str, ...]
    depth: int
    seed: int
    created_by: str
    created_at: datetime


class Judgement(BaseModel):
    """One person's grade for one candidate of one query."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    query_id: str
    record_id: str
    person: str
    grade: Grade
    at: datetime


Grades = Mapping[str, Grade]
"""Grades by the ids of candidates."""
