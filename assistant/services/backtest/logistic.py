"""A logistic regression without negative weights, for a handful of features."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.services.triage.confidence import LogisticModel

# Half the squared weights on features of unit spread, per example: with a hundred examples a
# feature must earn its weight, with thousands it hardly notices.
_PENALTY = 1.0
# A feature that hardly varies tells nothing; dividing by its spread would blow it up.
_LEAST_SPREAD = 1e-3


def fit_logistic(
    rows: Sequence[Mapping[str, float]], right: Sequence[bool], names: Sequence[str]
) -> LogisticModel:
    """The model that makes the answers likeliest, held back by a penalty on its weights.

    More of a feature never makes a thing less likely: an answer that can be explained needs
    that, and it keeps a model of few examples from learning accidents. Deterministic; raises
    ``ValueError`` without a right and a wrong example.
    """
    from scipy.optimize import minimize

    if not any(right) or all(right):
        raise ValueError("there must be right and wrong examples")
    matrix = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    truth = np.array(right, dtype=np.float64)
    spread = np.maximum(matrix.std(axis=0), _LEAST_SPREAD)
    scaled = (matrix - matrix.mean(axis=0)) / spread

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score = scaled @ point[1:] + point[0]
        chance = 1.0 / (1.0 + np.exp(-np.clip(score, -30, 30)))
        value = float(np.logaddexp(0, score).sum() - truth @ score)
        slope = np.concatenate([[(chance - truth).sum()], scaled.T @ (chance - truth)])
        slope[1:] += _PENALTY * point[1:]
        return value + _PENALTY * float(point[1:] @ point[1:]) / 2, slope

    bounds = [(None, None), *[(0.0, None)] * len(names)]
    found = minimize(loss, np.zeros(len(names) + 1), jac=True, bounds=bounds, method="L-BFGS-B").x
    weights = found[1:] / spread
    return LogisticModel(
        weights={name: round(float(w), 4) for name, w in zip(names, weights, strict=True)},
        bias=round(float(found[0] - weights @ matrix.mean(axis=0)), 4),
    )
