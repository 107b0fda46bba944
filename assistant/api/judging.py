"""Pooled answers to judge: list pools, list their queries, read one, judge it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from assistant.api.errors import PROBLEMS
from assistant.api.identity import App, CurrentPerson
from assistant.domain.judgements import POOL_NAME, Grade
from assistant.schemas import LARGEST, Shape
from assistant.services.judging import ToJudge

router = APIRouter(tags=["judging"], responses=PROBLEMS, prefix="/pools")

PoolName = Annotated[str, Path(pattern=POOL_NAME)]
Number = Annotated[int, Path(ge=1, le=LARGEST)]


class PoolOut(Shape):
    """A pool, with how many queries the person may read, and has judged."""

    name: str
    created_at: datetime
    queries: int
    judged: int


class PoolList(Shape):
    """Pools, by name."""

    items: list[PoolOut]


class PooledQueryOut(Shape):
    """A query of a pool, and how many of its candidates the person has judged."""

    number: int
    query_id: str
    text: str
    judged: int


class PooledQueryList(Shape):
    """The queries of a pool that the person may read, in order."""

    items: list[PooledQueryOut]


class CandidateOut(Shape):
    """A record that some system found: which one is not told. ``grade`` is the person's own."""

    record_id: str
    revision: int
    kind: str
    title: str
    text: str
    grade: Grade | None


class ToJudgeOut(Shape):
    """A query with its candidates. ``following`` is the next one that was not judged."""

    number: int
    query_id: str
    record_id: str | None
    as_of: datetime | None
    text: str
    candidates: list[CandidateOut]
    following: int | None

    @classmethod
    def of(cls, asked: ToJudge) -> "ToJudgeOut":
        """From the service's value."""
        candidates = [
            CandidateOut(
                record_id=record.id,
                revision=record.revision,
                kind=record.kind,
                title=record.title,
                text=record.text,
                grade=asked.grades.get(record.id),
            )
            for record in asked.records
        ]
        query = asked.query.model_dump(exclude={"candidates"})
        return cls(**query, candidates=candidates, following=asked.following)


class JudgementsIn(Shape):
    """Grades by the ids of candidates: 0 not relevant, 1 related, 2 the same problem."""

    grades: Annotated[dict[str, Grade], Field(min_length=1, max_length=1_000)]


@router.get("", operation_id="list_pools")
def list_pools(app: App, person: CurrentPerson) -> PoolList:
    """The pools that an evaluator can judge."""
    return PoolList(
        items=[
            PoolOut(
                name=each.pool.name,
                created_at=each.pool.created_at,
                queries=each.queries,
                judged=each.judged,
            )
            for each in app.judging.pools(person)
        ]
    )


@router.get("/{pool}/queries", operation_id="list_pooled_queries")
def list_queries(pool: PoolName, app: App, person: CurrentPerson) -> PooledQueryList:
    """The queries of a pool."""
    return PooledQueryList(
        items=[
            PooledQueryOut(
                number=each.query.number,
                query_id=each.query.query_id,
                text=each.query.text,
                judged=each.judged,
            )
            for each in app.judging.queries(person, pool)
        ]
    )


@router.get("/{pool}/queries/{number}", operation_id="get_pooled_query")
def get_query(pool: PoolName, number: Number, app: App, person: CurrentPerson) -> ToJudgeOut:
    """One query with the candidates that the person may read."""
    return ToJudgeOut.of(app.judging.query(person, pool, number))


@router.put("/{pool}/queries/{number}/judgements", operation_id="judge_query")
def judge_query(
    pool: PoolName, number: Number, given: JudgementsIn, app: App, person: CurrentPerson
) -> ToJudgeOut:
    """Keep grades in place of those that the person gave before."""
    return ToJudgeOut.of(app.judging.judge(person, pool, number, given.grades))
