"""What every system of the task of hypotheses answers."""

from collections.abc import Sequence
from typing import NamedTuple

from assistant.domain.triage import Hypothesis
from retrieval.searcher import Hit


class Named(NamedTuple):
    """What a system answers: hypotheses, best first, and whether it says "no precedent".

    ``closeness`` is that of the closest past record: how much speaks for a precedent.
    """

    hypotheses: tuple[Hypothesis, ...]
    abstained: bool
    closeness: float = 0.0


def closest(hits: Sequence[Hit]) -> float:
    """The closeness of the closest hit; 0 without one."""
    return max((hit.closeness for hit in hits), default=0.0)
