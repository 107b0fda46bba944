"""What an evaluation says. One run is one JSON object that other programs rely on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

RANKING_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the two ends of its 95 % interval."""

    mean: float
    lo: float
    hi: float

    def as_json(self) -> dict[str, float]:
        """The documented object."""
        return {"mean": self.mean, "lo": self.lo, "hi": self.hi}


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of one answer of ten hits, warm, in this process."""

    p50: float
    p95: float

    def as_json(self) -> dict[str, float]:
        """The documented object, to a hundredth of a millisecond."""
        return {"p50": round(self.p50, 2), "p95": round(self.p95, 2)}


@dataclass(frozen=True, slots=True)
class QueryScores:
    """The metrics and the ranking (record ids, best first) of one query."""

    id: str
    scores: Mapping[str, float]
    ranking: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The documented object, with the first ten of the ranking."""
        return {"id": self.id, **self.scores, "ranking": list(self.ranking[:RANKING_SHOWN])}


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalResult:
    """One system on one dataset.

    Two runs on the same inputs are equal apart from ``latency``.
    """

    dataset: str
    dataset_hash: str
    system: str
    metrics: Mapping[str, Interval]
    latency: Latency
    per_query: tuple[QueryScores, ...]
    corpus: str
    query_field: str
    seed: int
    depth: int
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "dataset": self.dataset,
            "dataset_hash": self.dataset_hash,
            "task": "retrieval",
            "system": self.system,
            "n": len(self.per_query),
            "metrics": {name: interval.as_json() for name, interval in self.metrics.items()},
            "latency_ms": self.latency.as_json(),
            "corpus": self.corpus,
            "query_field": self.query_field,
            "seed": self.seed,
            "depth": self.depth,
            "versions": dict(self.versions),
            "notes": list(self.notes),
            "per_query": [query.as_json() for query in self.per_query],
        }
