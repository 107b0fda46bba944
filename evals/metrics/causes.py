"""AC@k and Avg@k: is the cause among the first k that are named?

Definition: AC@k of a case is 1 when one of the first k hypotheses names the cause that was
found, else 0; it is averaged over the cases. Avg@k is the mean of AC@1 … AC@k, so an earlier
place counts for more. Where a case has one right cause, as here, this is what the literature
defines; where it has several, their AC@k counts the share.
Parameters: k of 1 and 3 for AC, 5 for Avg; who names the same cause is decided by
``assistant.services.triage.same_cause``.
Source: Meng et al., "Localizing failure root causes in a microservice through causality
inference", IWQoS 2020; Pham et al., "RCAEval", 2024 (arXiv:2412.17015).
No hypothesis: 0. A case whose reference states no cause is not counted.
"""

from collections.abc import Sequence

AC_DEPTHS = (1, 3)
AVG_DEPTH = 5


def accuracy_at(k: int, right: Sequence[bool]) -> float:
    """AC@k of hypotheses in their order, each right or wrong."""
    return float(any(right[:k]))


def average_at(k: int, right: Sequence[bool]) -> float:
    """Avg@k of the same."""
    return sum(accuracy_at(depth, right) for depth in range(1, k + 1)) / k


def cause_scores(right: Sequence[bool]) -> dict[str, float]:
    """The metrics of one case by name."""
    return {f"ac@{k}": accuracy_at(k, right) for k in AC_DEPTHS} | {
        f"avg@{AVG_DEPTH}": average_at(AVG_DEPTH, right)
    }
