"""What choosing the best variant is worth on queries that it was not chosen by."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from assistant.services.backtest.intervals import SEED
from evals.statistics.paired import PairedDifference, compare_paired

_FOLDS = 5


class Selection(NamedTuple):
    """Held out: the reference, and whatever was best on the other queries.

    ``chosen`` counts by name what that was, a time for each of the parts. The interval of the
    difference takes the queries as independent, which the choices, sharing queries, are not
    quite: it is a little too narrow.
    """

    paired: PairedDifference
    chosen: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "reference": self.paired.reference.as_json(),
            "mean": self.paired.other.as_json(),
            "difference": self.paired.difference.as_json(),
            "chosen": dict(self.chosen),
        }


def held_out(
    scores: Mapping[str, Sequence[float]], reference: str, *, more: bool
) -> Selection | None:
    """Choose on four fifths of the queries, score on the fifth that is left, five times.

    ``scores`` are by variant, of the same queries in the same order; ``more``: more is better.
    The reference stays where nothing is better. ``None`` for fewer than five queries. Nothing
    that is chosen so can gain from chance, as the best of many does on the queries that it was
    chosen by (Cawley and Talbot, "On over-fitting in model selection", Journal of Machine
    Learning Research 11, 2010). The same scores give the same parts.
    """
    names = [reference, *(name for name in scores if name != reference)]
    table = np.array([scores[name] for name in names], dtype=np.float64)
    count = table.shape[1]
    if count < _FOLDS:
        return None
    worth = table if more else -table
    places = np.random.default_rng(SEED).permutation(count)
    found = np.empty(count)
    chosen: dict[str, int] = {}
    for held in np.array_split(places, _FOLDS):
        rest = np.setdiff1d(places, held)
        # The first of equals: the reference stands first.
        best = int(worth[:, rest].mean(axis=1).round(9).argmax())
        found[held] = table[best, held]
        chosen[names[best]] = chosen.get(names[best], 0) + 1
    return Selection(compare_paired(table[0].tolist(), found.tolist()), chosen)
