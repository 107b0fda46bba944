"""Whether two sentences name the same cause: how causes are grouped, and answers judged."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.analysis import analyse
from retrieval.ports import Embedder

# Of thirty pairs judged by hand, seven of the eight above it name the same cause, and three of
# the twenty-two below it (docs/decisions/0013).
SAME_CAUSE = 0.40


def agreements(
    embedder: Embedder, ones: Sequence[str], others: Sequence[str]
) -> NDArray[np.float64]:
    """How far each sentence agrees with each other one, of shape (ones, others).

    The mean of the cosine of two sentences and the Dice coefficient of their terms,
    2 · shared / (terms of one + terms of the other): meaning alone takes every two restarts
    for the same, words alone miss what is said otherwise. Between −0.5 and 1.
    """
    if not ones or not others:
        return np.zeros((len(ones), len(others)))
    vectors = embedder.passages([*dict.fromkeys((*ones, *others))])
    row = {text: place for place, text in enumerate(dict.fromkeys((*ones, *others)))}
    cosines = vectors[[row[text] for text in ones]] @ vectors[[row[text] for text in others]].T
    terms = {text: frozenset(analyse(text)) for text in row}
    shared = np.array([[_dice(terms[one], terms[other]) for other in others] for one in ones])
    found: NDArray[np.float64] = (cosines + shared) / 2
    return found


def names_same_cause(
    embedder: Embedder, statements: Sequence[str], recorded: Sequence[str]
) -> NDArray[np.bool_]:
    """Which statements agree with one of the recorded causes; none where nothing is recorded."""
    if not statements or not recorded:
        return np.zeros(len(statements), dtype=bool)
    same: NDArray[np.bool_] = agreements(embedder, statements, recorded).max(axis=1) >= SAME_CAUSE
    return same


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    both = len(one) + len(other)
    return 2 * len(one & other) / both if both else 0.0
