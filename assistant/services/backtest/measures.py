"""How far probabilities can be believed: calibration, risk and coverage, novelty."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Equal numbers in each bin, so that no bin is a coin toss of its own.
_LEAST_IN_BIN = 30
_MOST_BINS = 10


class Bin(NamedTuple):
    """Answers of about the same probability: what was said, and what came true."""

    said: float
    true: float
    size: int


def reliability(said: Sequence[float], right: Sequence[bool]) -> tuple[Bin, ...]:
    """Bins of equal size, by probability: at most ten, of at least thirty answers each."""
    if not said:
        return ()
    order = np.argsort(np.asarray(said), kind="stable")
    bins = min(_MOST_BINS, max(1, len(said) // _LEAST_IN_BIN))
    chance = np.asarray(said)[order]
    # Answers that were said alike share their truth: which bin each falls into is chance.
    _, group, size = np.unique(chance, return_inverse=True, return_counts=True)
    shared = np.bincount(group, weights=np.asarray(right, dtype=np.float64)[order]) / size
    truth = shared[group]
    return tuple(
        Bin(float(part.mean()), float(true.mean()), len(part))
        for part, true in zip(
            np.array_split(chance, bins), np.array_split(truth, bins), strict=True
        )
    )


def calibration_error(said: Sequence[float], right: Sequence[bool]) -> float:
    """The expected calibration error: mean |said − true| over the bins, by their size.

    Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian
    binning", AAAI 2015, with bins of equal size. 0 for no answer. Few answers make it larger
    than it is: a bin of thirty strays by 0.07 by chance alone.
    """
    bins = reliability(said, right)
    total = sum(each.size for each in bins)
    return sum(abs(each.said - each.true) * each.size for each in bins) / total if total else 0.0


class Point(NamedTuple):
    """When the surest share ``coverage`` is answered, the share ``risk`` of it is wrong."""

    coverage: float
    risk: float
    threshold: float


def risk_coverage(said: Sequence[float], right: Sequence[bool]) -> tuple[Point, ...]:
    """One point for each number of answers, the surest first; none for no answer."""
    order = np.argsort(-np.asarray(said, dtype=np.float64), kind="stable")
    wrong = 1.0 - np.asarray(right, dtype=np.float64)[order]
    counts = np.arange(1, len(order) + 1)
    risks = np.cumsum(wrong) / counts
    return tuple(
        Point(float(count / len(order)), float(risk), float(said[place]))
        for count, risk, place in zip(counts, risks, order, strict=True)
    )


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """How often something known scores above something new; ties count half; .5 for none.

    The area under the receiver operating characteristic, as a Mann–Whitney statistic.
    """
    if not positive or not negative:
        return 0.5
    above: NDArray[np.float64] = np.asarray(positive)[:, None] - np.asarray(negative)[None, :]
    return float((above > 0).mean() + (above == 0).mean() / 2)
