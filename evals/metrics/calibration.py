"""Metrics of probabilities: ECE, Brier score, and the area under the risk–coverage curve.

- ECE: ``assistant.services.backtest.measures.calibration_error``; 0 is best.
- Brier score: the mean of (said − true)², true being 1 or 0 (Brier, "Verification of forecasts
  expressed in terms of probability", Monthly Weather Review 78, 1950). Between 0 and 1, 0 is
  best; always saying the share of what is true gives share · (1 − share), which a probability
  that knows anything must stay below. No answer: 0.
- AURC: the mean risk over all coverages, where the surest answers are given first (Geifman and
  El-Yaniv, "Selective classification for deep neural networks", NeurIPS 2017). Between 0 and 1,
  0 is best; in no order at all it is the share of wrong answers. No answer: 0.
- ROC: of known and new cases, the shares that are let through at each threshold.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from assistant.services.backtest.measures import risk_coverage


def brier(said: Sequence[float], right: Sequence[bool]) -> float:
    """The Brier score."""
    if not said:
        return 0.0
    return float(((np.asarray(said) - np.asarray(right, dtype=np.float64)) ** 2).mean())


def brier_of_share(right: Sequence[bool]) -> float:
    """The Brier score of always saying the share of what is right."""
    share = float(np.mean(right)) if right else 0.0
    return share * (1 - share)


def aurc(said: Sequence[float], right: Sequence[bool]) -> float:
    """The area under the risk–coverage curve."""
    points = risk_coverage(said, right)
    return sum(point.risk for point in points) / len(points) if points else 0.0


class RocPoint(NamedTuple):
    """At a threshold: the share of new cases taken for known, and of known ones seen as such."""

    false_known: float
    true_known: float
    threshold: float


def roc(known: Sequence[float], new: Sequence[float]) -> tuple[RocPoint, ...]:
    """The points of the receiver operating characteristic, the highest threshold first.

    None where either kind of case is missing.
    """
    if not known or not new:
        return ()
    of_known, of_new = np.asarray(known), np.asarray(new)
    return tuple(
        RocPoint(
            float((of_new >= threshold).mean()), float((of_known >= threshold).mean()), threshold
        )
        for threshold in sorted({*known, *new}, reverse=True)
    )
