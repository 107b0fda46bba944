"""How many weeks or teams a comparison needs: the power calculation.

From past incidents: the variance of log minutes within a week (or team) ``σw²``, and that
between weeks of one block ``σb²``, by moments: of two weeks with ``n1`` and ``n2`` incidents,

    E[(mean1 − mean2)²] = 2·σb² + σw²·(1/n1 + 1/n2)

The mean of a week of ``m`` incidents (the harmonic mean over weeks, as sizes differ) has the
variance ``(σb² + σw²)/m · (1 + (m − 1)·ICC)`` with ``ICC = σb²/(σb² + σw²)``; the last factor
is the design effect (Kish, "Survey sampling", 1965, section 5.4; Donner and Klar, "Design and
analysis of cluster randomization trials", 2000, chapter 5). With one of ``k`` held back, the
difference over ``B`` blocks has the variance ``k/(k − 1)/B`` times that. Weeks of one block are
compared with each other only, so trends and seasons longer than a block cost nothing.

``B`` is the least for which ``(t(.975) + t(.8)) · standard error`` is at most the effect, with
``B − 1`` degrees of freedom (Hayes and Moulton, "Cluster randomised trials", 2nd ed. 2017,
chapter 7), and for which the draw can give p ≤ .05 at all.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from assistant.domain.holdout import Unit
from evals.benefits.inference import ALPHA, POWER, Measured, detectable
from retrieval.errors import InvalidInput

# Two years of weeks, in the steps in which people decide.
_TOLD = (8, 12, 16, 26, 52, 104)
# A comparison of more than this is none.
_MOST_BLOCKS = 2_000


class Spread(NamedTuple):
    """Variances of log minutes within and between weeks or teams, and how large these are."""

    within: float
    between: float
    units: int
    incidents: int
    harmonic_size: float

    @classmethod
    def of(cls, measured: Iterable[Measured]) -> "Spread":
        """From incidents. Too few to tell raise ``InvalidInput``."""
        units: dict[tuple[int, int], list[float]] = defaultdict(list)
        for each in measured:
            units[each.block, each.cell].append(each.value)
        sizes = np.array([len(values) for values in units.values()])
        pairs = [(units[a], units[b]) for a, b in combinations(sorted(units), 2) if a[0] == b[0]]
        if not pairs or sizes.sum() <= len(sizes):
            raise InvalidInput(
                "There are too few past incidents with an opening and an end to plan by. "
                "Two weeks (or teams) that follow each other are the least; bring in more history."
            )
        squares = sum(float(np.var(values)) * len(values) for values in units.values())
        within = squares / float(sizes.sum() - len(sizes))
        gaps = [
            (np.mean(a) - np.mean(b)) ** 2 - within * (1 / len(a) + 1 / len(b)) for a, b in pairs
        ]
        between = max(0.0, float(np.mean(gaps)) / 2)
        harmonic = len(sizes) / float((1 / sizes).sum())
        return cls(within, between, len(sizes), int(sizes.sum()), harmonic)

    @property
    def icc(self) -> float:
        """The share of the variance that is between weeks or teams; 0 where there is none."""
        whole = self.within + self.between
        return self.between / whole if whole else 0.0

    @property
    def design_effect(self) -> float:
        """How many times as many incidents are needed because they come in weeks or teams."""
        return 1 + (self.harmonic_size - 1) * self.icc

    def standard_error(self, blocks: int, one_in: int) -> float:
        """Of the difference of log minutes over so many blocks."""
        of_unit = (self.within + self.between) / self.harmonic_size * self.design_effect
        return math.sqrt(of_unit * one_in / (one_in - 1) / blocks)


@dataclass(frozen=True, slots=True)
class Plan:
    """What it takes to see an effect (a part of the time saved, 0.2 for a fifth).

    ``units_needed`` is ``None`` where no comparison of reasonable length would show it.
    """

    unit: Unit
    one_in: int
    effect: float
    spread: Spread
    units_needed: int | None
    detectable: Mapping[int, float]
    left_out: Mapping[str, int]

    @property
    def incidents_per_unit(self) -> float:
        """Of the past."""
        return self.spread.incidents / self.spread.units

    @property
    def incidents_needed(self) -> int | None:
        """In both arms, if as many are opened as before."""
        if self.units_needed is None:
            return None
        return math.ceil(self.units_needed * self.incidents_per_unit)

    def told(self) -> str:
        """The answer in words."""
        units = f"{self.unit}s"
        if self.units_needed is None:
            return (
                f"No comparison of reasonable length would show an effect of {self.effect:.0%}: "
                f"incidents differ too much and are too few."
            )
        return (
            f"To see incidents end {self.effect:.0%} sooner with a probability of {POWER:.0%} "
            f"(at p ≤ {ALPHA}), {self.units_needed} {units} are needed, about "
            f"{self.incidents_needed:,} incidents, one {self.unit} in {self.one_in} held back."
        )

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "unit": str(self.unit),
            "one_in": self.one_in,
            "effect": self.effect,
            "power": POWER,
            "alpha": ALPHA,
            "units_needed": self.units_needed,
            "incidents_needed": self.incidents_needed,
            "past": {
                "incidents": self.spread.incidents,
                "units": self.spread.units,
                "incidents_per_unit": self.incidents_per_unit,
                "sd_log_minutes": math.sqrt(self.spread.within + self.spread.between),
                "icc": self.spread.icc,
                "design_effect": self.spread.design_effect,
            },
            "detectable": [
                {"units": units, "effect": effect} for units, effect in self.detectable.items()
            ],
            "left_out": dict(self.left_out),
            "verdict": self.told(),
        }


def plan(
    unit: Unit, one_in: int, effect: float, spread: Spread, left_out: Mapping[str, int]
) -> Plan:
    """How many weeks or teams show an effect, and which effect so many would show."""
    if not 0 < effect < 1:
        raise InvalidInput(f"An effect is a part of the time, between 0 and 1, not {effect}.")
    wanted = -math.log1p(-effect)

    def seen(blocks: int) -> float:
        return detectable(spread.standard_error(blocks, one_in), blocks)

    fewest = fewest_blocks(one_in)
    enough = (blocks for blocks in range(fewest, _MOST_BLOCKS) if seen(blocks) <= wanted)
    blocks = next(enough, None)
    return Plan(
        unit=unit,
        one_in=one_in,
        effect=effect,
        spread=spread,
        units_needed=None if blocks is None else blocks * one_in,
        detectable={
            units: -math.expm1(-seen(units // one_in))
            for units in _TOLD
            if units // one_in >= fewest
        },
        left_out=left_out,
    )


def fewest_blocks(one_in: int) -> int:
    """With fewer, no outcome whatever is unlikely enough to be more than chance."""
    sides = 2 if one_in == 2 else 1
    return math.ceil(math.log(sides / ALPHA) / math.log(one_in))
