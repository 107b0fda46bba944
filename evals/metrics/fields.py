"""Metrics of labels: accuracy, macro-F1, coverage, and accuracy where the answer was sure.

Accuracy is the share of cases whose likeliest label is right, whether or not it was sure
enough to be shown. Macro-F1 is the plain mean of the F1 of every label that occurs as truth
or as an answer; a label that is never right has 0. Coverage is the share of cases whose
answer was sure; ``accuracy_when_sure`` the share of those that are right, 0 when there is none.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.services.backtest.intervals import Interval, bootstrap


class Answered(NamedTuple):
    """What was answered to a case whose right label is ``truth``."""

    truth: str
    label: str
    sure: bool


def field_metrics(answers: Sequence[Answered]) -> dict[str, Interval]:
    """The four metrics with their 95 % intervals; no answer raises ``ValueError``."""
    names = sorted({name for answer in answers for name in (answer.truth, answer.label)})
    number = {name: place for place, name in enumerate(names)}
    truth = np.array([number[answer.truth] for answer in answers])
    label = np.array([number[answer.label] for answer in answers])
    sure = np.array([answer.sure for answer in answers])
    right = truth == label
    count = len(answers)
    return {
        "accuracy": bootstrap(count, lambda rows: float(right[rows].mean())),
        "macro_f1": bootstrap(count, lambda rows: macro_f1(truth[rows], label[rows])),
        "coverage": bootstrap(count, lambda rows: float(sure[rows].mean())),
        "accuracy_when_sure": bootstrap(
            count, lambda rows: float(right[rows][sure[rows]].mean()) if sure[rows].any() else 0.0
        ),
    }


def macro_f1(truth: NDArray[np.intp], label: NDArray[np.intp]) -> float:
    """The mean F1 over the labels present, 2·tp / (2·tp + fp + fn)."""
    size = int(max(truth.max(), label.max())) + 1
    hits = np.bincount(truth[truth == label], minlength=size)
    named = np.bincount(truth, minlength=size) + np.bincount(label, minlength=size)
    present = named > 0
    return float((2 * hits[present] / named[present]).mean())
