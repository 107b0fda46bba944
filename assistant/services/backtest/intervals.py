"""Intervals: how far off could the mean be with other queries of the same kind?"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
SEED = 20_261_101
# Of a statistic that is not a mean: each resample costs a computation of its own.
_STATISTIC_RESAMPLES = 2_000
_CONFIDENCE = 0.95
# Of the standard normal distribution at 1 − (1 − 0.95) / 2.
_NORMAL_QUANTILE = 1.959964
# Bounds the memory: 500 resamples of 10,000 queries are 40 MB.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the two ends of its 95 % interval."""

    mean: float
    lo: float
    hi: float

    def as_json(self) -> dict[str, float]:
        """The documented object."""
        return {"mean": self.mean, "lo": self.lo, "hi": self.hi}


def bootstrap_mean(values: Sequence[float], seed: int = SEED) -> Interval:
    """The mean over queries and its 95 % percentile bootstrap interval.

    10,000 resamples of the queries with replacement (Efron and Tibshirani, "An
    introduction to the bootstrap", 1993, chapter 13). The same values and seed always give
    the same interval; one value gives an interval of width 0. Below some 20 queries the
    interval is too narrow rather than too wide. No value raises ``ValueError``.
    """
    if not values:
        raise ValueError("there is no value to take the mean of")
    sample = np.asarray(values, dtype=np.float64)
    chance = np.random.default_rng(seed)
    means = np.concatenate(
        [
            sample[chance.integers(0, len(sample), (_AT_ONCE, len(sample)))].mean(axis=1)
            for _ in range(RESAMPLES // _AT_ONCE)
        ]
    )
    return _interval(float(sample.mean()), means)


def wilson(successes: int, count: int) -> Interval:
    """A share with its 95 % score interval.

    For shares near 0 or 1, where resampling gives an interval of width 0 (Wilson, "Probable
    inference, the law of succession, and statistical inference", JASA 22, 1927). No case
    raises ``ValueError``.
    """
    if count < 1:
        raise ValueError("there is no case to take the share of")
    share, square = successes / count, _NORMAL_QUANTILE**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    spread = share * (1 - share) / count + square / (4 * count**2)
    half = _NORMAL_QUANTILE * math.sqrt(spread) / (1 + square / count)
    return Interval(share, max(0.0, middle - half), max(share, min(1.0, middle + half)))


def bootstrap(
    count: int, statistic: Callable[[NDArray[np.intp]], float], seed: int = SEED
) -> Interval:
    """Any statistic of ``count`` cases, given as a function of the places of a sample.

    As :func:`bootstrap_mean`, with 2,000 resamples.
    """
    if count < 1:
        raise ValueError("there is no case to compute from")
    chance = np.random.default_rng(seed)
    found = [statistic(chance.integers(0, count, count)) for _ in range(_STATISTIC_RESAMPLES)]
    return _interval(statistic(np.arange(count)), np.array(found))


def _interval(value: float, resampled: NDArray[np.float64]) -> Interval:
    tail = (1 - _CONFIDENCE) / 2
    lo, hi = np.quantile(resampled, [tail, 1 - tail])
    return Interval(value, float(lo), float(hi))
