"""Many comparisons at once: one of twenty is below .05 by chance alone."""

from collections.abc import Sequence

import numpy as np

ALPHA = 0.05
"""How often a difference may be claimed where there is none, over all that is compared."""


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p values by Holm's step-down procedure, in the order given; none for none.

    Claiming what is below alpha keeps the chance of any false claim below alpha, whatever the
    comparisons have to do with each other; it claims all that Bonferroni's does and more
    (Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
    Statistics 6, 1979). The i-th smallest of m is multiplied by m − i + 1, is never below the
    one before it and never above 1.
    """
    given = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(given, kind="stable")
    factors = np.arange(len(given), 0, -1)
    stepped = np.minimum(1.0, np.maximum.accumulate(given[order] * factors))
    adjusted = np.empty_like(stepped)
    adjusted[order] = stepped
    return tuple(adjusted.tolist())
