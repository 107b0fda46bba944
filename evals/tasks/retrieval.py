"""Retrieval: are the judged records found, and how far up?"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from assistant.services.backtest.intervals import Interval, bootstrap_mean
from evals.datasets import EvalQuery, RetrievalDataset
from evals.metrics import RETRIEVAL, score
from evals.results import Latency, QueryScores
from evals.systems import HITS_OF_AN_ANSWER, Ranker
from evals.trec_files import Judgements, Rankings, write_qrels, write_run

DEPTH = 100
"""How many records a ranking has: the reciprocal rank of a later one is below 0.01."""

Step = Callable[[int, int], None]
"""Called with (queries done, queries in all)."""


class Measured(NamedTuple):
    """The task's part of a result."""

    metrics: dict[str, Interval]
    latency: Latency
    per_query: tuple[QueryScores, ...]


def measure(dataset: RetrievalDataset, rank: Ranker, step: Step | None = None) -> Measured:
    """Ask every query of the dataset; deterministic apart from the latency."""
    # The first query loads the model and the index; that is not what an answer costs.
    rank(EvalQuery("", "warm up"), HITS_OF_AN_ANSWER)
    rankings: dict[str, tuple[str, ...]] = {}
    milliseconds: list[float] = []
    for number, query in enumerate(dataset.queries, start=1):
        begin = time.perf_counter()
        rank(query, HITS_OF_AN_ANSWER)
        milliseconds.append((time.perf_counter() - begin) * 1000)
        rankings[query.id] = rank(query, DEPTH)
        if step is not None:
            step(number, len(dataset.queries))
    judged = {query.id: dataset.qrels[query.id] for query in dataset.queries}
    scores = scored(judged, rankings)
    return Measured(scores.metrics, Latency.of(milliseconds), scores.per_query)


class Scored(NamedTuple):
    """Metrics over the judged queries, and of each of them in the order of the judgements."""

    metrics: dict[str, Interval]
    per_query: tuple[QueryScores, ...]


def scored(qrels: Judgements, rankings: Rankings) -> Scored:
    """Every metric of rankings; a judged query without one scores 0."""
    scores = score(qrels, rankings)
    return Scored(
        metrics={
            metric.name: bootstrap_mean([scores[query][metric.name] for query in qrels])
            for metric in RETRIEVAL
        },
        per_query=tuple(
            QueryScores(query, scores[query], tuple(rankings.get(query, ()))) for query in qrels
        ),
    )


def write_trec(
    run: Path | None,
    qrels: Path | None,
    dataset: RetrievalDataset,
    measured: Measured,
    system: str,
) -> None:
    """Write rankings and judgements as TREC files, where files are named for them."""
    if run is not None:
        write_run(run, {each.id: each.ranking for each in measured.per_query}, system)
    if qrels is not None:
        write_qrels(qrels, dataset.qrels)
