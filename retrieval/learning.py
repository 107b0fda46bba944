"""Learning the ranking's weights from queries whose answers are known."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.ranking import SHIPPED, Matrix, WeightedSum, Weights

# How close to the weights of departure the learned ones stay: with 80 queries a set, less
# restraint fitted the sets at hand better and the one left out worse (docs/decisions/0009).
RESTRAINT = 1.0
# The candidates that a relevant one is compared with: those that it could lose its place to.
_RIVALS = 30
# How sharply a difference in score decides a pair; scores differ by tenths.
_SHARPNESS = 10.0
_ROUNDS = 2
_STEPS = 500
_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """The candidates of one query and the grade of each; 0 is not relevant.

    ``unseen`` are the grades of relevant records that no leg proposed.
    """

    features: Matrix
    grades: NDArray[np.float64]
    unseen: tuple[float, ...] = ()


def fit(
    sets: Sequence[Sequence[Judged]],
    start: Weights = SHIPPED,
    restraint: float = RESTRAINT,
) -> Weights:
    """The non-negative weights under which relevant candidates win most of their duels.

    Minimises the mean over sets of the pairwise logistic loss (Burges et al., "Learning to
    rank using gradient descent", ICML 2005), each relevant candidate against the rivals that
    rank highest, plus ``restraint`` times the squared distance from ``start``. Every set
    counts the same, whatever its size; sets without a duel are passed over. Deterministic.
    """
    weights = start
    for _ in range(_ROUNDS):
        duels = [found for each in sets if len((found := _duels(each, weights)).weight)]
        weights = _descended(duels, start, restraint)
    return weights


def ndcg(judged: Sequence[Judged], weights: Weights) -> list[float]:
    """nDCG@10 of each query under the weights, relevant records that were not found included."""
    found = []
    for query in judged:
        order = np.argsort(-WeightedSum(weights).scores(query.features), kind="stable")
        gained = _gain(query.grades[order].tolist())
        ideal = _gain(sorted([*query.grades.tolist(), *query.unseen], reverse=True))
        found.append(gained / ideal if ideal else 0.0)
    return found


def _gain(grades: Sequence[float]) -> float:
    return sum(grade / math.log2(place + 2) for place, grade in enumerate(grades[:_DEPTH]))


@dataclass(frozen=True, slots=True)
class _Duels:
    """Relevant minus rival, feature by feature, and how much each duel counts."""

    difference: Matrix
    weight: NDArray[np.float64]


def _duels(judged: Sequence[Judged], weights: Weights) -> _Duels:
    differences: list[Matrix] = [np.empty((0, len(weights.vector())))]
    counts: list[NDArray[np.float64]] = [np.empty(0)]
    for query in judged:
        scores = WeightedSum(weights).scores(query.features)
        order = np.argsort(-scores, kind="stable")
        rivals = query.features[order[query.grades[order] == 0][:_RIVALS]]
        winners = query.features[query.grades > 0]
        if not len(rivals) or not len(winners):
            continue
        pairs = (winners[:, None, :] - rivals[None, :, :]).reshape(-1, query.features.shape[1])
        differences.append(pairs)
        counts.append(np.full(len(pairs), 1.0 / len(pairs)))
    weight = np.concatenate(counts)
    return _Duels(np.concatenate(differences), weight / max(weight.sum(), 1e-12))


def _descended(duels: Sequence[_Duels], start: Weights, restraint: float) -> Weights:
    """Projected gradient descent on a convex function; the step is from its curvature."""
    origin = start.vector()
    if not duels:
        return start
    curvature = max(
        float(np.linalg.eigvalsh((each.difference.T * each.weight) @ each.difference)[-1])
        for each in duels
    )
    step = 1.0 / (curvature * _SHARPNESS**2 / 4 + 2 * restraint)
    vector = origin.copy()
    for _ in range(_STEPS):
        slope = 2 * restraint * (vector - origin)
        for each in duels:
            lost = 1.0 / (1.0 + np.exp(_SHARPNESS * (each.difference @ vector)))
            slope -= _SHARPNESS * (each.weight * lost) @ each.difference / len(duels)
        vector = np.maximum(vector - step * slope, 0.0)
    return Weights.of(vector)
