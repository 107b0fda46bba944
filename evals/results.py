"""What an evaluation says. One run is one JSON object that other programs rely on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from assistant.services.backtest.intervals import Interval

RANKING_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of one answer, warm, in this process."""

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


class CaseResult(Protocol):
    """What one query or case gave."""

    @property
    def id(self) -> str:
        """The id in the dataset."""
        ...

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalResult:
    """One system at one task on one dataset. ``settings`` are those of the task.

    Two runs on the same inputs are equal apart from ``latency``. ``confusion`` counts what was
    answered (columns) to what was so (rows), for tasks that classify. ``curves`` are the points
    that a report draws, by the name of the curve.
    """

    task: str
    dataset: str
    dataset_hash: str
    system: str
    metrics: Mapping[str, Interval]
    latency: Latency
    per_query: tuple[CaseResult, ...]
    settings: Mapping[str, Any]
    seed: int
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    confusion: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    curves: Mapping[str, Sequence[Mapping[str, float]]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "dataset": self.dataset,
            "dataset_hash": self.dataset_hash,
            "task": self.task,
            "system": self.system,
            "n": len(self.per_query),
            "metrics": {name: interval.as_json() for name, interval in self.metrics.items()},
            "latency_ms": self.latency.as_json(),
            **({"confusion": self.confusion} if self.confusion else {}),
            **({"curves": self.curves} if self.curves else {}),
            **self.settings,
            "seed": self.seed,
            "versions": dict(self.versions),
            "notes": list(self.notes),
            "per_query": [query.as_json() for query in self.per_query],
        }
