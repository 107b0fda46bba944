"""From what is known of each candidate to the order that people see."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

FEATURES = ("similarity", "breadth", "words", "recency", "precedent", "service")
"""What is known of a candidate; each between 0 and 1 (cosines from −1), more is better.

- similarity: cosine of the query and the closest passage
- breadth: mean cosine over all passages: a long page gets no more tries than a short one
- words: BM25 score as a share of the score of a record that had every word of the query
- recency: exp(−days / 30) between the openings of the two; 0 where either is unknown
- precedent: 1 for what happened (incident, problem, RCA, change, alert), 0 for guidance, which
  answers "what do I do" and not "have we seen this"
- service: 1 when both name the same service
"""

Matrix: TypeAlias = NDArray[np.float64]

# The constant of the original paper; flat enough that one leg's first place does not
# outvote agreement between legs.
_RRF_K = 60


class Ranker(Protocol):
    """Scores candidates by their features."""

    def scores(self, features: Matrix) -> NDArray[np.float64]:
        """A score for each row of a (candidates, features) matrix; higher is better.

        −∞ for a candidate that is none.
        """


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each feature; none is negative, so more of anything never hurts."""

    similarity: float = 0.5
    breadth: float = 0.5
    words: float = 1.0
    recency: float = 0.25
    precedent: float = 0.2
    service: float = 0.02

    def __post_init__(self) -> None:
        if min(self.vector()) < 0:
            raise ValueError(f"a weight is negative: {self}")

    def vector(self) -> NDArray[np.float64]:
        """The weights in the order of ``FEATURES``."""
        return np.array([getattr(self, name) for name in FEATURES])

    @classmethod
    def of(cls, vector: NDArray[np.float64]) -> "Weights":
        """From a vector in the order of ``FEATURES``."""
        return cls(**dict(zip(FEATURES, map(float, vector), strict=True)))


SHIPPED = Weights()
"""The weights before anything was learned from an organisation's own history."""


class WeightedSum:
    """The sum of the weighted features.

    Absolute similarity and absolute share of words, not ranks: where nothing shares words
    with the query, meaning decides by itself, and the other way round. So the mixture
    follows the query, which no fusion of ranks can (docs/decisions/0009).
    """

    def __init__(self, weights: Weights = SHIPPED) -> None:
        self._weights = weights.vector()

    def scores(self, features: Matrix) -> NDArray[np.float64]:
        """See ``Ranker.scores``."""
        found: NDArray[np.float64] = features @ self._weights
        return found


class ByWords:
    """BM25 alone, for records that share a word: a baseline."""

    def scores(self, features: Matrix) -> NDArray[np.float64]:
        """See ``Ranker.scores``."""
        words = features[:, FEATURES.index("words")]
        return np.where(words > 0, words, -np.inf)


class ByMeaning:
    """The closest passage alone: a baseline."""

    def scores(self, features: Matrix) -> NDArray[np.float64]:
        """See ``Ranker.scores``."""
        return features[:, FEATURES.index("similarity")]


class ReciprocalRank:
    """Reciprocal rank fusion of words and meaning: a baseline.

    score(d) = Σ over legs of 1 / (60 + rank of d)   — Cormack, Clarke and Büttcher,
    "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods",
    SIGIR 2009.
    """

    _LEGS = ("words", "similarity")

    def scores(self, features: Matrix) -> NDArray[np.float64]:
        """See ``Ranker.scores``; a candidate without a shared word has no rank by words."""
        total = np.zeros(len(features))
        for leg in self._LEGS:
            column = features[:, FEATURES.index(leg)]
            ranks = np.empty(len(column))
            ranks[np.argsort(-column, kind="stable")] = np.arange(1, len(column) + 1)
            total += np.where(column > 0, 1.0 / (_RRF_K + ranks), 0.0)
        return total
