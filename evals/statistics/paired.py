"""Two systems over the same queries: how far apart are they, and could it be chance?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.services.backtest.intervals import RESAMPLES, SEED, Interval, bootstrap_mean

# So many queries that differ have 65,536 ways to flip them: all of them are counted.
_EXACT = 16
# Bounds the memory: 500 flips of 10,000 queries are 40 MB.
_AT_ONCE = 500
# Two orders of adding the same numbers differ by less: such means count as equal.
_EQUAL = 1e-12


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """``other`` − ``reference`` over the same queries, with 95 % intervals and the p value.

    ``spread`` is the standard deviation of the differences (n − 1), 0 for one query.
    """

    queries: int
    reference: Interval
    other: Interval
    difference: Interval
    p: float
    spread: float


def compare_paired(
    reference: Sequence[float],
    other: Sequence[float],
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> PairedDifference:
    """Compare the scores of two systems, given in the same order of queries.

    The interval is the percentile bootstrap of the mean difference: queries are resampled in
    pairs (Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 13). The p
    value is that of :func:`sign_flip`. The same values and seed give the same answer. No
    query or lists of different length raise ``ValueError``.
    """
    if len(reference) != len(other):
        raise ValueError(f"{len(reference)} scores cannot be paired with {len(other)}")
    differences = np.asarray(other, dtype=np.float64) - np.asarray(reference, dtype=np.float64)
    return PairedDifference(
        queries=len(differences),
        reference=bootstrap_mean(reference, seed),
        other=bootstrap_mean(other, seed),
        difference=bootstrap_mean(differences.tolist(), seed),
        p=sign_flip(differences, seed=seed, resamples=resamples),
        spread=float(differences.std(ddof=1)) if len(differences) > 1 else 0.0,
    )


def sign_flip(
    differences: Sequence[float] | NDArray[np.float64],
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> float:
    """The two-sided p value of a mean difference by the paired randomisation test.

    If the systems were the same, each difference could as well have the other sign. p is the
    share of sign flips whose mean is at least as far from 0 (Fisher, "The design of
    experiments", 1935, chapter 3; for rankings Smucker, Allan and Carterette, "A comparison of
    statistical significance tests for information retrieval evaluation", CIKM 2007). Up to 16
    queries that differ, every flip is counted and p is exact. Else flips are drawn and p is
    (count + 1) / (resamples + 1), which is never 0 and never too small on average (Phipson and
    Smyth, "Permutation p-values should never be zero", 2010). 1 where no query differs.
    """
    values = np.asarray(differences, dtype=np.float64)
    # A flip of no difference changes nothing.
    values = values[values != 0]
    if not len(values):
        return 1.0
    least = abs(values.sum()) - _EQUAL * len(values)
    if len(values) <= _EXACT:
        return float((np.abs(_all_flips(len(values)) @ values) >= least).mean())
    chance = np.random.default_rng(seed)
    count = 0
    for start in range(0, resamples, _AT_ONCE):
        size = min(_AT_ONCE, resamples - start)
        signs = chance.integers(0, 2, (size, len(values)), dtype=np.int8) * 2.0 - 1.0
        count += int((np.abs(signs @ values) >= least).sum())
    return (count + 1) / (resamples + 1)


def _all_flips(count: int) -> NDArray[np.float64]:
    """Every row of signs of that length."""
    numbers = np.arange(2**count)[:, None]
    return np.where((numbers >> np.arange(count)) & 1, 1.0, -1.0)
