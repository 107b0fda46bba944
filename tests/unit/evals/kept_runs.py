"""Small runs as they are kept, for tests."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.services.backtest.intervals import bootstrap_mean
from evals.provenance import Commit
from evals.results import EvalResult, Latency, QueryScores
from evals.runs import RunRecord, load_run

Scores = Mapping[str, Sequence[float]]


def result(scores: Scores, **changes: Any) -> EvalResult:
    """A run of ``q0``, ``q1``, … with the scores of each metric in that order."""
    count = len(next(iter(scores.values())))
    queries = tuple(
        QueryScores(f"q{n}", {name: values[n] for name, values in scores.items()}, ("a", "b"))
        for n in range(count)
    )
    made: dict[str, Any] = {
        "task": "retrieval",
        "dataset": "tiny",
        "dataset_hash": "0" * 64,
        "system": "precedent",
        "metrics": {name: bootstrap_mean(values) for name, values in scores.items()},
        "latency": Latency.of([1.0] * count),
        "per_query": queries,
        "settings": {"query_field": "text"},
        "seed": 1,
        "commit": Commit("c0ffee", False),
        "finished_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    }
    return EvalResult(**(made | changes))


def kept(file: Path, scores: Scores, **changes: Any) -> RunRecord:
    """The same, written and read again."""
    file.write_text(json.dumps(result(scores, **changes).as_json()), encoding="utf-8")
    return load_run(file)
