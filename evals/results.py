"""What an evaluation says. One run is one JSON object that other programs rely on.

``docs/evaluation-statistics.md`` documents its members; ``evals.runs`` reads it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import numpy as np

from assistant.services.backtest.intervals import Interval
from evals.footprint import Footprint
from evals.provenance import Commit, Machine, this_commit, this_machine

FORMAT = "precedent-eval-run/1"
VOLATILE = ("latency_ms", "timings", "machine", "finished_at", "footprint")
"""The members that differ between two runs on the same inputs. No other does."""

RANKING_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of one answer, warm, in this process. ``each``: in the order of the queries."""

    p50: float
    p95: float
    each: tuple[float, ...] = ()

    @classmethod
    def of(cls, milliseconds: Sequence[float]) -> "Latency":
        """Of the answers, in the order of the queries; none raises ``IndexError``."""
        p50, p95 = np.percentile(milliseconds, [50, 95])
        return cls(float(p50), float(p95), tuple(milliseconds))

    def as_json(self) -> dict[str, float]:
        """The documented object, to a hundredth of a millisecond."""
        return {"p50": round(self.p50, 2), "p95": round(self.p95, 2)}

    def timings(self) -> dict[str, list[float]]:
        """The documented object of the single answers."""
        return {"per_query_ms": [round(one, 2) for one in self.each]}


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

    @property
    def scores(self) -> Mapping[str, float]:
        """By the name of the metric, for every metric that is the mean of such scores.

        A metric that does not apply to this case is missing.
        """
        ...

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalResult:
    """One system at one task on one dataset. ``settings`` are those of the task.

    Two runs on the same inputs are equal apart from what ``VOLATILE`` names. ``versions`` are
    the packages and the parts of the product, ``models`` the models that answered by their
    role, ``prompts`` those that they were asked with (``name/version``), ``configuration`` the
    settings of the product that answers depend on. ``confusion`` counts what was answered
    (columns) to what was so (rows), for tasks that classify. ``curves`` are the points that a
    report draws, by the name of the curve.
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
    models: Mapping[str, str] = field(default_factory=dict)
    prompts: tuple[str, ...] = ()
    configuration: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    confusion: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    curves: Mapping[str, Sequence[Mapping[str, float]]] = field(default_factory=dict)
    footprint: Footprint = field(default_factory=Footprint)
    commit: Commit = field(default_factory=this_commit)
    machine: Machine = field(default_factory=this_machine)
    finished_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def as_json(self) -> dict[str, Any]:
        """The documented object. The settings of the task also stand at its top."""
        return {
            "format": FORMAT,
            "dataset": self.dataset,
            "dataset_hash": self.dataset_hash,
            "task": self.task,
            "system": self.system,
            "n": len(self.per_query),
            "metrics": {name: interval.as_json() for name, interval in self.metrics.items()},
            "latency_ms": self.latency.as_json(),
            "timings": self.latency.timings(),
            "footprint": self.footprint.as_json(),
            "machine": self.machine.as_json(),
            "finished_at": self.finished_at.isoformat(timespec="seconds"),
            **({"confusion": self.confusion} if self.confusion else {}),
            **({"curves": self.curves} if self.curves else {}),
            **self.settings,
            "settings": dict(self.settings),
            "configuration": dict(self.configuration),
            "seed": self.seed,
            "commit": self.commit.id,
            "dirty": self.commit.dirty,
            "versions": dict(self.versions),
            "models": dict(self.models),
            "prompts": list(self.prompts),
            "notes": list(self.notes),
            "scores": self._scores(),
            "per_query": [query.as_json() for query in self.per_query],
        }

    def _scores(self) -> dict[str, list[float | None]]:
        """By metric, in the order of the queries; ``None`` where a metric does not apply."""
        scored = [query.scores for query in self.per_query]
        names = dict.fromkeys(name for scores in scored for name in scores)
        return {name: [scores.get(name) for scores in scored] for name in names}
