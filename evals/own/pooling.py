"""``precedent eval pool``: the first answers of several systems, for people to judge."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from assistant.bootstrap import Application
from assistant.domain.judgements import Candidate, Pool, PooledQuery
from assistant.domain.people import OPERATOR
from evals.datasets import CORPUS, QUERIES, EvalQuery, corpus_file, read_queries
from evals.installation import installed
from evals.systems import Ranker, system
from evals.tasks.retrieval import Step
from retrieval.corpus.store import SqlRecordStore
from retrieval.errors import InvalidInput
from retrieval.indexer import Progress

DEFAULT_SYSTEMS = ("precedent", "bm25", "dense", "rrf")


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRun:
    """What to pool. Without a ``name`` it is the folder's; ``most`` bounds the queries."""

    folder: Path
    name: str | None = None
    systems: tuple[str, ...] = DEFAULT_SYSTEMS
    depth: int = 5
    most: int = 200
    seed: int = 1
    again: bool = False
    cache_file: Path | None = None


class Pooled(NamedTuple):
    """A pool as it was made. ``unknown`` are answers that this installation does not have."""

    pool: Pool
    queries: tuple[PooledQuery, ...]
    unknown: int


def make_pool(
    app: Application, run: PoolRun, embedding: Progress | None = None, asking: Step | None = None
) -> Pooled:
    """Ask every system, and keep what they found in the database of ``app``.

    The systems are asked over the folder's own corpus, as in an evaluation; the texts that people
    judge are those of the installation. Raises ``InvalidInput`` for an unknown system, a name
    that no pool can have, and a folder whose records this installation does not know.
    """
    builders = [system(name) for name in run.systems]
    pool = _pool(app, run)
    queries = list(read_queries(run.folder / QUERIES).values())
    # The newest are most like what will be asked next; a person does not judge thousands.
    chosen = queries[-run.most :]
    pooled: list[PooledQuery] = []
    unknown = 0
    with installed(corpus_file(run.folder, CORPUS), run.cache_file, embedding) as made:
        rankers = [build(made.app) for build in builders]
        for number, query in enumerate(chosen, start=1):
            found = _shuffled(query, rankers, run)
            known = tuple(_known(found, app.store))
            unknown += len(found) - len(known)
            if known:
                pooled.append(_query(len(pooled) + 1, query, known, app.store))
            if asking is not None:
                asking(number, len(chosen))
    if not pooled:
        raise InvalidInput(
            f"None of the records that were found for the queries of {run.folder} is in this "
            "installation. Pool a folder that 'precedent eval import' wrote here."
        )
    app.judging.put(pool, pooled, again=run.again)
    return Pooled(pool, tuple(pooled), unknown)


def pool_name(folder: Path, name: str | None) -> str:
    """What the pool of a folder is called."""
    return name or folder.resolve().name


def _pool(app: Application, run: PoolRun) -> Pool:
    name = pool_name(run.folder, run.name)
    try:
        return Pool(
            name=name,
            systems=run.systems,
            depth=run.depth,
            seed=run.seed,
            created_by=OPERATOR,
            created_at=app.clock(),
        )
    except ValidationError as exc:
        raise InvalidInput(
            f"{name!r} cannot be the name of a pool. Give --name with letters, digits, '.', '_' "
            "and '-', at most 64."
        ) from exc


def _shuffled(query: EvalQuery, rankers: Sequence[Ranker], run: PoolRun) -> list[str]:
    """The first answers of all systems, in an order that depends on the seed alone."""
    found = sorted({record for rank in rankers for record in rank(query, run.depth)[: run.depth]})
    random.Random(f"{run.seed} {query.id}").shuffle(found)  # noqa: S311 — order, not a secret
    return found


def _known(found: Sequence[str], store: SqlRecordStore) -> Iterator[Candidate]:
    for record_id in found:
        record = store.get(record_id)
        if record is not None:
            yield Candidate(record_id=record.id, revision=record.revision)


def _query(
    number: int, query: EvalQuery, candidates: tuple[Candidate, ...], store: SqlRecordStore
) -> PooledQuery:
    itself = None if query.left_out is None else store.get(query.left_out)
    return PooledQuery(
        number=number,
        query_id=query.id,
        text=query.text,
        record_id=None if itself is None else itself.id,
        as_of=query.as_of,
        candidates=candidates,
    )
