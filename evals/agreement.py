"""Do two judges agree more than by chance?"""

from collections import Counter
from collections.abc import Sequence

from numpy import intp
from numpy.typing import NDArray

from assistant.services.backtest.intervals import Interval, bootstrap

# Landis and Koch, "The measurement of observer agreement for categorical data", 1977, call it
# substantial from here on.
SUBSTANTIAL = 0.6


def cohen_kappa(pairs: Sequence[tuple[int, int]]) -> float:
    """Agreement of two judges beyond chance: (observed − expected) / (1 − expected).

    Cohen, "A coefficient of agreement for nominal scales", 1960. 1 for judges who agree on
    everything, also where both gave one grade throughout and chance explains it all; about 0 for
    chance. No pair raises ``ValueError``.
    """
    if not pairs:
        raise ValueError("there is nothing that both have judged")
    total = len(pairs)
    observed = sum(one == other for one, other in pairs) / total
    first, second = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    expected = sum(first[grade] * second[grade] for grade in first) / total**2
    return 1.0 if expected == 1.0 else (observed - expected) / (1 - expected)


def kappa_interval(pairs: Sequence[tuple[int, int]]) -> Interval:
    """The same with its 95 % bootstrap interval over the judged pairs."""

    def of_rows(rows: NDArray[intp]) -> float:
        return cohen_kappa([pairs[row] for row in rows])

    return bootstrap(len(pairs), of_rows)
