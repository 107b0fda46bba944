"""Which way a metric points: more is better unless it is named here.

To add a metric that is better when it is less, or that is neither good nor bad by itself, add
its name. A name before a colon stands for all that follow it (``recall:KIND``).
"""

from enum import StrEnum


class Direction(StrEnum):
    """What more of a metric means."""

    MORE = "more is better"
    LESS = "less is better"
    NEITHER = "neither"


_LESS = frozenset({"unsupported", "ece", "brier", "fell_back"})
# Sizes of answers, how often something is answered at all, and controls.
_NEITHER = frozenset({"claims", "claims_of_precedents", "words", "coverage"})
_BY_CHANCE = "_by_chance"


def direction(metric: str) -> Direction:
    """Which way a metric points."""
    name = metric.partition(":")[0]
    if name in _NEITHER or name.endswith(_BY_CHANCE):
        return Direction.NEITHER
    return Direction.LESS if name in _LESS else Direction.MORE
