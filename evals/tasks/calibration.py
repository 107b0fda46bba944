"""Calibration: how far can probabilities be believed, and is what is new seen as new?

Made from the answers of the task of hypotheses, whose probabilities are fitted on four fifths
of the cases and said of the last. Probabilities are of every hypothesis; risk and coverage are
of the first hypothesis of each case that has one.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.services.backtest.intervals import Interval, bootstrap
from assistant.services.backtest.measures import (
    auroc,
    calibration_error,
    reliability,
    risk_coverage,
)
from assistant.services.triage.same_cause import SAME_CAUSE
from evals.metrics.calibration import aurc, brier, brier_of_share, roc
from evals.tasks.hypotheses import CauseCaseResult
from retrieval.errors import InvalidInput


class KnownCase(NamedTuple):
    """A case with its hypotheses, and whether a record with its cause could have been found."""

    answered: CauseCaseResult
    has_precedent: bool

    @property
    def id(self) -> str:
        """The id in the dataset."""
        return self.answered.id

    @property
    def scores(self) -> dict[str, float]:
        """None: no measure of calibration is a mean over the cases."""
        return {}

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "id": self.id,
            "has_precedent": self.has_precedent,
            "closeness": round(self.answered.closeness, 4),
            "abstained": self.answered.abstained,
            "hypotheses": [
                {"probability": said, "correct": right} for said, right in _pairs(self.answered)
            ],
        }


class _Said(NamedTuple):
    said: list[float]
    right: list[bool]


def measure(cases: Sequence[KnownCase]) -> dict[str, Interval]:
    """Each measure with its 95 % interval over the cases.

    - ece, brier, aurc: see ``evals.metrics.calibration``; ``brier_of_share`` is what a
      probability that knows nothing would get
    - novelty_auroc: how often a case with a precedent has a closer record than one without;
      .5 is chance. Missing where all cases have one, or none has
    - novelty_accuracy: the share of cases with a precedent that get an answer, and without one
      that get "no precedent"

    Raises ``InvalidInput`` where hypotheses have no probability.
    """
    if any(one.probability is None for case in cases for one in case.answered.hypotheses):
        raise InvalidInput(
            "The hypotheses have no probability: they are either all right, all wrong or too few "
            "to fit one on. Calibration needs cases of both kinds."
        )
    statistics: dict[str, Callable[[Sequence[KnownCase]], float]] = {
        "ece": lambda part: calibration_error(*_every(part)),
        "brier": lambda part: brier(*_every(part)),
        "brier_of_share": lambda part: brier_of_share(_every(part).right),
        "aurc": lambda part: aurc(*_leading(part)),
        "novelty_accuracy": lambda part: float(
            np.mean([one.answered.abstained != one.has_precedent for one in part])
        ),
    }
    if len({case.has_precedent for case in cases}) > 1:
        statistics["novelty_auroc"] = lambda part: auroc(*_closeness(part))
    return {name: _over(cases, statistic) for name, statistic in statistics.items()}


def curves(cases: Sequence[KnownCase]) -> dict[str, list[dict[str, float]]]:
    """The points that a report draws, by the name of the curve.

    - reliability: ``said`` and ``true`` of a bin, and its ``size``
    - risk_coverage: ``coverage``, ``risk`` and the ``threshold`` that gives it
    - novelty_roc: ``false_known``, ``true_known``, ``threshold``
    """
    return {
        "reliability": [each._asdict() for each in reliability(*_every(cases))],
        "risk_coverage": [each._asdict() for each in risk_coverage(*_leading(cases))],
        "novelty_roc": [each._asdict() for each in roc(*_closeness(cases))],
    }


def _over(
    cases: Sequence[KnownCase], statistic: Callable[[Sequence[KnownCase]], float]
) -> Interval:
    def of_rows(rows: NDArray[np.intp]) -> float:
        return statistic([cases[row] for row in rows])

    return bootstrap(len(cases), of_rows)


def _pairs(answered: CauseCaseResult) -> list[tuple[float, bool]]:
    return [
        (one.probability or 0.0, value >= SAME_CAUSE)
        for one, value in zip(answered.hypotheses, answered.agreement, strict=True)
    ]


def _every(cases: Sequence[KnownCase]) -> _Said:
    pairs = [pair for case in cases for pair in _pairs(case.answered)]
    return _Said([said for said, _ in pairs], [right for _, right in pairs])


def _leading(cases: Sequence[KnownCase]) -> _Said:
    """The likeliest hypothesis of each case that has one."""
    first = [
        max(pairs, key=lambda pair: pair[0]) for case in cases if (pairs := _pairs(case.answered))
    ]
    return _Said([said for said, _ in first], [right for _, right in first])


class _Closeness(NamedTuple):
    known: list[float]
    new: list[float]


def _closeness(cases: Sequence[KnownCase]) -> _Closeness:
    return _Closeness(
        *(
            [case.answered.closeness for case in cases if case.has_precedent is wanted]
            for wanted in (True, False)
        )
    )
