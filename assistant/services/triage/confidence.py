"""How likely an answer is right: fitted on the organisation's own history, or not said at all."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.domain.triage import Hypothesis, Origin, Standing
from retrieval.errors import InvalidSettings
from retrieval.explain import ReasonKind
from retrieval.ranking import FEATURES, SHIPPED
from retrieval.searcher import Hit, SearchResult

PRECEDENT_FEATURES = ("score", "lead", "closeness", "corroborated", "agreeing")
"""What tells whether a search found a precedent at all.

- score: of the first hit, by the weights that ship
- lead: how far that is above the mean of the next three
- closeness: of the first hit
- corroborated: 1 when it shares the service and an identifier
- agreeing: mean closeness of the first three
"""
HIT_FEATURES = ("score", "closeness", "recency", "service", "place")
"""What tells whether one hit is a precedent; ``place`` is 1 / its place in the answer."""

# History holds incidents only, so it cannot teach what is none: below this closeness even a
# likely answer is "no precedent". Over four public sets it refuses 0 to 3 % of their own queries
# and 83 to 97 % of everyday sentences (docs/decisions/0006).
_CLOSEST_AT_LEAST = 0.35
# Less likely than this, a hypothesis is folded away: one in ten is worth a look, not a headline.
_WEAK = 0.10


class LogisticModel(BaseModel):
    """p = 1 / (1 + exp(−(bias + Σ weight · feature))); no weight is negative."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: dict[str, float]
    bias: float

    def probability(self, features: Mapping[str, float]) -> float:
        """Between 0 and 1; a feature that is missing counts as 0."""
        total = self.bias + sum(w * features.get(name, 0.0) for name, w in self.weights.items())
        return 1.0 / (1.0 + math.exp(-min(max(total, -30.0), 30.0)))


class Calibration(BaseModel):
    """Fitted probabilities with what they were fitted on; a file of the data directory.

    ``threshold``: below this probability of a precedent the answer is "no precedent".
    ``measures`` are what the backtest found on incidents that it had not learned from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    hypothesis: LogisticModel
    precedent: LogisticModel
    hit: LogisticModel
    threshold: float
    wanted_precision: float
    embedder: str
    questions: int
    data_hash: str
    fitted_at: datetime
    measures: dict[str, float]


class CalibrationFile:
    """Where the calibration is kept. A newly fitted one is noticed without a restart."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "calibration.json"
        self._seen: tuple[int, Calibration] | None = None

    @property
    def folder(self) -> Path:
        """Where the plots lie beside it."""
        return self._path.parent

    def current(self) -> Calibration | None:
        """The calibration, or ``None`` where nothing was fitted yet."""
        try:
            changed = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return None
        if self._seen is None or self._seen[0] != changed:
            try:
                found = Calibration.model_validate_json(self._path.read_text(encoding="utf-8"))
            except (ValidationError, ValueError) as exc:
                raise InvalidSettings(
                    f"{self._path} is not a calibration. "
                    "Delete it, or run 'precedent fit --backtest'."
                ) from exc
            self._seen = (changed, found)
        return self._seen[1]

    def write(self, calibration: Calibration) -> None:
        """Keep a calibration, replacing the file in one step."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        aside = self._path.with_suffix(".new")
        aside.write_text(calibration.model_dump_json(indent=1), encoding="utf-8")
        aside.replace(self._path)


class Judged(NamedTuple):
    """An answer with its probabilities. ``probability`` of a precedent is ``None`` unfitted."""

    hits: tuple[Hit, ...]
    hypotheses: tuple[Hypothesis, ...]
    abstained: bool
    probability: float | None


def judged(
    found: SearchResult, hypotheses: Sequence[Hypothesis], calibration: Calibration | None
) -> Judged:
    """The answer as it is shown: with a calibration, by probability, else by weight.

    Without a precedent every hypothesis from the past is weak, whatever its own figures.
    """
    if calibration is None:
        return Judged(found.hits, _folded(hypotheses, found.abstained), found.abstained, None)
    features = precedent_features(found.hits)
    probability = calibration.precedent.probability(features)
    abstained = not is_answered(probability, features, calibration.threshold)
    likely = [
        replace(one, probability=round(calibration.hypothesis.probability(one.features), 4))
        for one in hypotheses
    ]
    weighed = [
        replace(one, standing=Standing.WEAK) if (one.probability or 0.0) < _WEAK else one
        for one in sorted(likely, key=lambda one: -(one.probability or 0.0))
    ]
    hits = tuple(
        replace(hit, probability=round(calibration.hit.probability(hit_features(hit, place)), 4))
        for place, hit in enumerate(found.hits, start=1)
    )
    return Judged(hits, _folded(weighed, abstained), abstained, round(probability, 4))


def is_answered(probability: float, features: Mapping[str, float], threshold: float) -> bool:
    """Whether an answer of this probability is given; the others are "no precedent"."""
    return probability >= threshold and features["closeness"] >= _CLOSEST_AT_LEAST


def precedent_features(hits: Sequence[Hit]) -> dict[str, float]:
    """See ``PRECEDENT_FEATURES``; zeros where nothing was found."""
    if not hits:
        return dict.fromkeys(PRECEDENT_FEATURES, 0.0)
    scores = [shipped_score(hit) for hit in hits[:4]]
    kinds = {reason.kind for reason in hits[0].why}
    return {
        "score": scores[0],
        "lead": max(scores[0] - float(np.mean(scores[1:])), 0.0) if scores[1:] else scores[0],
        "closeness": hits[0].closeness,
        "corroborated": float(kinds >= {ReasonKind.SERVICE, ReasonKind.IDENTIFIER}),
        "agreeing": float(np.mean([hit.closeness for hit in hits[:3]])),
    }


def hit_features(hit: Hit, place: int) -> dict[str, float]:
    """See ``HIT_FEATURES``."""
    return {
        "score": shipped_score(hit),
        "closeness": hit.closeness,
        "recency": hit.features["recency"],
        "service": hit.features["service"],
        "place": 1.0 / place,
    }


def shipped_score(hit: Hit) -> float:
    """A hit's score by the weights that ship: learned ones would move the calibrated scale."""
    return float(SHIPPED.vector() @ np.array([hit.features[name] for name in FEATURES]))


def _folded(hypotheses: Sequence[Hypothesis], abstained: bool) -> tuple[Hypothesis, ...]:
    """Open ones first; from the past none is open where there is no precedent."""
    shown = [
        replace(one, standing=Standing.WEAK)
        if abstained and one.origin is Origin.PRECEDENT
        else one
        for one in hypotheses
    ]
    return tuple(sorted(shown, key=lambda one: one.standing is not Standing.OPEN))
