"""The difference between two arms whose weeks or teams were drawn in blocks.

Weeks and teams were drawn, not incidents: incidents of one week are alike, and a test that
takes each for itself finds effects where there are none. Here the very draw is repeated: in
each block any one could have been held back, and the differences that all these draws would have
given show what chance does. The test holds for any distribution, any likeness within a week and
any trend, because it assumes nothing but the draw (Fisher, "The design of experiments", 1935;
Gail et al., "On design considerations and randomization-based inference for community
intervention trials", Statistics in Medicine 15, 1996; Ernst, "Permutation methods: a basis for
exact inference", Statistical Science 19, 2004).

The difference is that of the means within blocks, weighted by ``n1·n0/(n1+n0)`` of each
block: the coefficient of a regression on the arm with one constant a block. The interval holds
every constant effect that the test does not refuse (Rosenbaum, "Observational studies",
2nd ed. 2002, section 2.6).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

ALPHA = 0.05
POWER = 0.8
_SEED = 20_261_101
# Up to so many draws all are computed: 14 blocks of two. Beyond, as many are drawn, and p is
# known to ± 0.003 near 0.05.
_DRAWS = 20_000
# Of differences that are equal but for rounding.
_EQUAL = 1e-9
# Halvings of the bracket; the end is then known to a millionth of it.
_HALVINGS = 20
_WIDENINGS = 12

Floats = NDArray[np.float64]


class Measured(NamedTuple):
    """The value of one incident, and the week or team to which it belongs."""

    block: int
    cell: int
    value: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Shown minus held back.

    ``lo`` and ``hi`` are infinite where the draw cannot exclude any effect. ``p_value`` is
    two-sided, ``least_p`` the least that so few blocks can give. ``detectable`` is the effect
    that would be found with a probability of .8: ``(t(.975) + t(.8)) · standard_error`` with a
    degree of freedom for each block but one (Bloom, "Minimum detectable effects", Evaluation
    Review 19, 1995). ``blocks`` counts those with incidents in both arms.
    """

    value: float
    lo: float
    hi: float
    p_value: float
    least_p: float
    standard_error: float
    detectable: float
    blocks: int

    @property
    def is_measurable(self) -> bool:
        """Whether chance alone is an unlikely reason."""
        return self.p_value <= ALPHA


def difference(
    measured: Sequence[Measured], one_in: int, held_back: Callable[[int], int]
) -> Difference | None:
    """The difference between the arms; ``None`` where no block has incidents in both.

    ``held_back`` gives the cell of a block that was held back, of ``one_in``. Equal input
    gives equal output.
    """
    tables = _Tables.of(measured, one_in, held_back)
    if tables is None:
        return None
    draws = tables.draws()
    value = float(tables.seen()[0])
    refused = draws.p_value
    error = draws.standard_error(value)
    return Difference(
        value=value,
        lo=draws.end(value, -error),
        hi=draws.end(value, error),
        p_value=refused(0.0, value),
        least_p=draws.least_p,
        standard_error=error,
        detectable=detectable(error, len(tables.held)),
        blocks=len(tables.held),
    )


def detectable(standard_error: float, blocks: int) -> float:
    """The effect that is found with a probability of .8; infinite for a single block."""
    if blocks < 2:
        return math.inf
    return quantiles(blocks) * standard_error


def quantiles(blocks: int) -> float:
    """``t(1 − α/2) + t(power)`` with ``blocks − 1`` degrees of freedom."""
    found = student.ppf([1 - ALPHA / 2, POWER], blocks - 1).sum()
    return float(found)


class _Tables(NamedTuple):
    """For each block (row) and each cell that might have been held back (column).

    ``outcome`` is the weighted difference of the values, ``exposure`` that of having been shown
    suggestions in truth, ``weight`` the weight; ``held`` is the column that was drawn.
    """

    outcome: Floats
    exposure: Floats
    weight: Floats
    held: NDArray[np.intp]

    @classmethod
    def of(
        cls, measured: Sequence[Measured], one_in: int, held_back: Callable[[int], int]
    ) -> "_Tables | None":
        blocks = {block: row for row, block in enumerate(sorted({m.block for m in measured}))}
        held = np.array([held_back(block) for block in blocks], dtype=np.intp)
        sums, counts = (np.zeros((len(blocks), one_in)) for _ in range(2))
        for each in measured:
            sums[blocks[each.block], each.cell] += each.value
            counts[blocks[each.block], each.cell] += 1
        rows = np.arange(len(blocks))
        shown = counts.copy()
        shown[rows, held] = 0
        outcome, weight = _weighted(sums, counts)
        exposure, _ = _weighted(shown, counts)
        usable = weight[rows, held] > 0
        if not usable.any():
            return None
        return cls(outcome[usable], exposure[usable], weight[usable], held[usable])

    def seen(self) -> Floats:
        """The difference as it was drawn."""
        rows = np.arange(len(self.held))
        return np.array([self.outcome[rows, self.held].sum() / self.weight[rows, self.held].sum()])

    def draws(self) -> "_Draws":
        """What every draw, or very many, would have given."""
        blocks, one_in = self.weight.shape
        rows = np.arange(blocks)
        if one_in**blocks <= _DRAWS:
            chosen = np.array(list(product(range(one_in), repeat=blocks)), dtype=np.intp)
        else:
            chosen = np.random.default_rng(_SEED).integers(0, one_in, (_DRAWS - 1, blocks))
            chosen = np.vstack([self.held, chosen])
        weight = np.maximum(self.weight[rows, chosen].sum(axis=1), _EQUAL)
        outcome = self.outcome[rows, chosen].sum(axis=1) / weight
        exposure = self.exposure[rows, chosen].sum(axis=1) / weight
        # With two of a block, the draw and its opposite give the same difference but its sign.
        sides = 2 if one_in == 2 else 1
        return _Draws(outcome, exposure, min(1.0, sides / float(one_in) ** blocks), blocks)


class _Draws(NamedTuple):
    """The differences that the draws give; the one that was drawn is among them."""

    outcome: Floats
    exposure: Floats
    least_p: float
    blocks: int

    def p_value(self, effect: float, value: float) -> float:
        """How often chance gives at least what is left of ``value`` without an effect.

        The draw that was made counts, so it is never 0 (Phipson and Smyth, "Permutation
        p-values should never be zero", SAGMB 9, 2010).
        """
        left = np.abs(self.outcome - effect * self.exposure)
        return float(np.mean(left >= abs(value - effect) - _EQUAL))

    def standard_error(self, value: float) -> float:
        """The spread of the draws without the effect that was found."""
        left = self.outcome - value * self.exposure
        # The effect was fitted to the same blocks: one of them says nothing of the spread.
        shrunk = self.blocks / max(self.blocks - 1, 1)
        return float(np.sqrt(np.mean(left**2) * shrunk))

    def end(self, value: float, step: float) -> float:
        """The end of the interval on the side of ``step``."""
        if self.least_p > ALPHA:
            return math.copysign(math.inf, step)
        if step == 0:
            return value
        inside, outside = value, value + step
        for _ in range(_WIDENINGS):
            if self.p_value(outside, value) <= ALPHA:
                break
            inside, outside = outside, value + 2 * (outside - value)
        else:
            return math.copysign(math.inf, step)
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2
            if self.p_value(middle, value) > ALPHA:
                inside = middle
            else:
                outside = middle
        return outside


def _weighted(sums: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Weighted differences and weights, for each cell that might have been held back."""
    others = counts.sum(axis=1, keepdims=True) - counts
    both = (counts > 0) & (others > 0)
    held, rest = np.where(both, counts, 1.0), np.where(both, others, 1.0)
    weight = np.where(both, held * rest / (held + rest), 0.0)
    gap = (sums.sum(axis=1, keepdims=True) - sums) / rest - sums / held
    return weight * gap, weight
