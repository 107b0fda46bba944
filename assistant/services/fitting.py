"""Use case: learn from the organisation's own links how its candidates are best ranked."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from retrieval.access import Reader, RecordFilter
from retrieval.corpus.store import SqlRecordStore
from retrieval.errors import InvalidInput, InvalidSettings
from retrieval.learning import Judged, fit, ndcg
from retrieval.links import linked_records
from retrieval.ranking import FEATURES, SHIPPED, WeightedSum, Weights
from retrieval.records import sha256_of_json
from retrieval.searcher import Query, Searcher

# With fewer the difference between two rankings is chance.
MIN_QUERIES = 20
# More say the same and take longer.
_MAX_QUERIES = 600
_FOLDS = 5

Step = Callable[[int, int], None]
"""Called with (done, total)."""


class FittedRanking(BaseModel):
    """Learned weights with what they were learned from; a file of the data directory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: dict[str, float]
    queries: int
    data_hash: str
    ndcg_before: float
    ndcg_after: float
    fitted_at: datetime

    @property
    def kept(self) -> bool:
        """Whether the learned weights did better on queries that they were not learned from."""
        return self.ndcg_after > self.ndcg_before


class FittedFile:
    """Where learned weights are kept; ``unlearned`` rank where there are none that help."""

    def __init__(self, folder: Path, unlearned: Weights = SHIPPED) -> None:
        self._path = folder / "ranking.json"
        self.unlearned = unlearned

    def ranker(self) -> WeightedSum:
        """The learned ranking if there is one that helps, else the configured one."""
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return WeightedSum(self.unlearned)
        try:
            fitted = FittedRanking.model_validate_json(text)
            return WeightedSum(Weights(**fitted.weights) if fitted.kept else self.unlearned)
        except (ValidationError, TypeError, ValueError) as exc:
            raise InvalidSettings(
                f"{self._path} is not a file of learned weights. Delete it, or run 'precedent fit'."
            ) from exc

    def write(self, fitted: FittedRanking) -> None:
        """Keep learned weights, replacing the file in one step."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        aside = self._path.with_suffix(".new")
        aside.write_text(fitted.model_dump_json(indent=1), encoding="utf-8")
        aside.replace(self._path)


class Fitting:
    """Learns from records that the organisation has linked with each other."""

    def __init__(
        self,
        searcher: Searcher,
        store: SqlRecordStore,
        file: FittedFile,
        clock: Callable[[], datetime],
    ) -> None:
        self._searcher = searcher
        self._store = store
        self._file = file
        self._clock = clock

    def fit(self, step: Step | None = None) -> FittedRanking:
        """Learn, judge by five-fold cross-validation, and keep the result.

        Each linked record is asked as a ticket of its own; what it is linked with is the
        answer. Raises ``InvalidInput`` where there are too few links to tell chance from skill.
        """
        links = linked_records(self._store.iter_current())
        if len(links) < MIN_QUERIES:
            raise InvalidInput(
                f"{len(links)} records are linked with others (same problem, duplicate, parent); "
                f"learning needs {MIN_QUERIES}. The configured ranking stays in use."
            )
        chosen = dict(sorted(links.items(), key=lambda link: _spread(link[0]))[:_MAX_QUERIES])
        judged = []
        for number, (record_id, others) in enumerate(chosen.items(), start=1):
            judged.append(self._judged(record_id, others))
            if step is not None:
                step(number, len(chosen))
        unlearned = self._file.unlearned
        weights = fit([judged], unlearned)
        vector = dict(zip(FEATURES, weights.vector().tolist(), strict=True))
        fitted = FittedRanking(
            weights={name: round(value, 4) for name, value in vector.items()},
            queries=len(judged),
            data_hash=_hash(chosen),
            ndcg_before=round(float(np.mean(ndcg(judged, unlearned))), 4),
            ndcg_after=round(float(np.mean(_held_out(judged, unlearned))), 4),
            fitted_at=self._clock().astimezone(UTC),
        )
        self._file.write(fitted)
        return fitted

    def _judged(self, record_id: str, others: frozenset[str]) -> Judged:
        record = self._store.resolve(record_id, Reader.operator())
        described = self._searcher.described(
            Query(
                f"{record.title}\n{record.text}",
                RecordFilter(Reader.operator(), exclude=frozenset({record.id})),
                services=frozenset(record.services),
                at=record.opened_at,
            )
        )
        relevant = set(self._store.keys(others))
        grades = np.array([float(key in relevant) for key in described.keys])
        missed = len(relevant) - int(grades.sum())
        return Judged(described.features, grades, unseen=(1.0,) * missed)


def _held_out(judged: Sequence[Judged], start: Weights) -> list[float]:
    """nDCG of each query under weights that were learned without it."""
    found: list[float] = []
    for fold in range(_FOLDS):
        learned = fit([[query for n, query in enumerate(judged) if n % _FOLDS != fold]], start)
        found += ndcg(judged[fold::_FOLDS], learned)
    return found


def _spread(record_id: str) -> str:
    """An order that has nothing to do with age or name, and is always the same."""
    return hashlib.sha256(record_id.encode("utf-8", "surrogatepass")).hexdigest()


def _hash(links: Mapping[str, frozenset[str]]) -> str:
    digest: str = sha256_of_json({record: sorted(others) for record, others in links.items()})
    return digest
