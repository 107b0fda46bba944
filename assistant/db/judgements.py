"""Rows of pools, of their queries, and of what people judged."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from assistant.db.tables import judgement_pools, judgements, pooled_queries
from assistant.domain.judgements import Judgement, Pool, PooledQuery


def find_pool(connection: Connection, name: str) -> Pool | None:
    """The pool of that name."""
    query = select(judgement_pools).where(judgement_pools.c.name == name)
    row = connection.execute(query).first()
    return None if row is None else _pool(row)


def all_pools(connection: Connection) -> list[Pool]:
    """Every pool, by name."""
    query = select(judgement_pools).order_by(judgement_pools.c.name)
    return [_pool(row) for row in connection.execute(query)]


def put_pool(connection: Connection, pool: Pool, queries: Iterable[PooledQuery]) -> None:
    """A pool with its queries, in place of one of the same name; its judgements stay."""
    values = pool.model_dump()
    if find_pool(connection, pool.name) is None:
        connection.execute(insert(judgement_pools).values(**values))
    else:
        named = judgement_pools.c.name == pool.name
        connection.execute(update(judgement_pools).where(named).values(**values))
    connection.execute(delete(pooled_queries).where(pooled_queries.c.pool == pool.name))
    rows = [
        {
            "pool": pool.name,
            **query.model_dump(exclude={"candidates"}),
            "candidates": [[one.record_id, one.revision] for one in query.candidates],
        }
        for query in queries
    ]
    if rows:
        connection.execute(insert(pooled_queries), rows)


def queries_of(connection: Connection, pool: str) -> list[PooledQuery]:
    """The queries of a pool, in order."""
    query = select(pooled_queries).where(pooled_queries.c.pool == pool)
    rows = connection.execute(query.order_by(pooled_queries.c.number))
    return [_query(row) for row in rows]


def judgements_of(connection: Connection, pool: str, person: str | None = None) -> list[Judgement]:
    """What was judged in a pool, by everybody or by one person."""
    query = select(judgements).where(judgements.c.pool == pool)
    if person is not None:
        query = query.where(judgements.c.person == person)
    order = (judgements.c.query_id, judgements.c.record_id, judgements.c.person)
    return [
        Judgement.model_validate({k: v for k, v in row._mapping.items() if k != "pool"})
        for row in connection.execute(query.order_by(*order))
    ]


def put_judgements(connection: Connection, pool: str, given: Iterable[Judgement]) -> None:
    """Grades, each in place of what the same person gave before."""
    for each in given:
        connection.execute(
            delete(judgements).where(
                judgements.c.pool == pool,
                judgements.c.query_id == each.query_id,
                judgements.c.record_id == each.record_id,
                judgements.c.person == each.person,
            )
        )
        values = {**each.model_dump(), "grade": int(each.grade)}
        connection.execute(insert(judgements).values(pool=pool, **values))


def _pool(row: Row[Any]) -> Pool:
    return Pool.model_validate(dict(row._mapping))


def _query(row: Row[Any]) -> PooledQuery:
    values = {name: value for name, value in row._mapping.items() if name != "pool"}
    named = [{"record_id": name, "revision": revision} for name, revision in row.candidates]
    return PooledQuery.model_validate({**values, "candidates": named})
