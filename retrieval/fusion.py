"""Reciprocal rank fusion."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# The constant of the original paper; flat enough that one leg's first place does not
# outvote agreement between legs.
RRF_K = 60


@dataclass(frozen=True, slots=True)
class Fused:
    """One fused candidate: its score and its rank (from 1) in each leg that found it."""

    row: int
    score: float
    ranks: Mapping[str, int]


def reciprocal_rank(legs: Mapping[str, Sequence[int]]) -> list[Fused]:
    """Fuse rankings of rows, best first; equal scores keep the order of the rows.

    score(d) = Σ over legs of 1 / (60 + rank of d)   — Cormack, Clarke and Büttcher,
    "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods",
    SIGIR 2009. A leg that did not find d adds nothing.
    """
    ranks: dict[int, dict[str, int]] = defaultdict(dict)
    for leg, rows in legs.items():
        for rank, row in enumerate(rows, start=1):
            ranks[row].setdefault(leg, rank)
    fused = [
        Fused(row, sum(1.0 / (RRF_K + rank) for rank in found.values()), found)
        for row, found in ranks.items()
    ]
    return sorted(fused, key=lambda candidate: (-candidate.score, candidate.row))
