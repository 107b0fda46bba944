"""Retrieval: are the judged records found, and how far up?"""

import time
from collections.abc import Callable
from typing import NamedTuple

from assistant.services.backtest.intervals import Interval, bootstrap_mean
from evals.datasets import EvalQuery, RetrievalDataset
from evals.metrics import RETRIEVAL, score
from evals.results import Latency, QueryScores
from evals.systems import Ranker

DEPTH = 100
"""How many records a ranking has: the reciprocal rank of a later one is below 0.01."""

# What an analyst sees. A ranking of 100 costs several times as much, for explaining hits
# that nobody reads, so its time says nothing about an answer.
_HITS_OF_AN_ANSWER = 10

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
    rank(EvalQuery("", "warm up"), _HITS_OF_AN_ANSWER)
    rankings: dict[str, tuple[str, ...]] = {}
    milliseconds: list[float] = []
    for number, query in enumerate(dataset.queries, start=1):
        begin = time.perf_counter()
        rank(query, _HITS_OF_AN_ANSWER)
        milliseconds.append((time.perf_counter() - begin) * 1000)
        rankings[query.id] = rank(query, DEPTH)
        if step is not None:
            step(number, len(dataset.queries))
    scores = score(dataset.qrels, rankings)
    return Measured(
        metrics={
            metric.name: bootstrap_mean([scores[q.id][metric.name] for q in dataset.queries])
            for metric in RETRIEVAL
        },
        latency=Latency.of(milliseconds),
        per_query=tuple(QueryScores(q.id, scores[q.id], rankings[q.id]) for q in dataset.queries),
    )
