"""What a dataset can show: a difference smaller than this would mostly be missed.

For a paired two-sided test at level alpha with ``power``, from the standard deviation
``spread`` of the differences of the single queries and ``queries`` of them:

    detectable = (t(1 − alpha / 2) + t(power)) · spread / √queries

with quantiles of Student's t of ``queries`` − 1 degrees of freedom (Snedecor and Cochran,
"Statistical methods", 1967, section 4.13, who take normal ones; t is the more careful for few
queries; for retrieval Sakai, "Statistical power analysis for IR", SIGIR 2016). The randomisation
test needs about as many queries as the t test that the formula is for.
"""

import math

from scipy.special import stdtrit

from evals.statistics.corrections import ALPHA

POWER = 0.8
"""How often a difference of that size is found; by convention (Cohen 1988)."""

_LEAST, _MOST = 2, 10_000_000


def detectable(spread: float, queries: int, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """The least true difference that is found with ``power``; infinite for one query.

    0 where nothing differs: then the queries say nothing about what could be seen.
    """
    if spread == 0:
        return 0.0
    if queries < _LEAST:
        return math.inf
    quantiles = stdtrit(queries - 1, 1 - alpha / 2) + stdtrit(queries - 1, power)
    return float(quantiles * spread / math.sqrt(queries))


def queries_needed(
    difference: float, spread: float, *, alpha: float = ALPHA, power: float = POWER
) -> int:
    """The least number of queries with which that true difference is found with ``power``.

    At least 2. A difference of 0, or one that ten million queries would not show, raises
    ``ValueError``.
    """
    wanted = abs(difference)
    if wanted == 0 or detectable(spread, _MOST, alpha=alpha, power=power) > wanted:
        raise ValueError(f"no number of queries shows a difference of {difference}")
    # What is detectable falls with every query, so that the least number can be bracketed.
    short, enough = _LEAST - 1, _MOST
    while enough - short > 1:
        middle = (short + enough) // 2
        if detectable(spread, middle, alpha=alpha, power=power) > wanted:
            short = middle
        else:
            enough = middle
    return enough
