"""Runs the backtest, keeps the calibration with its two pictures, and says what it found."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.services.backtest.asking import Backtest, Step
from assistant.services.backtest.fitting import Forecast, calibration, forecasts
from assistant.services.backtest.intervals import Interval, bootstrap
from assistant.services.backtest.measures import (
    Point,
    auroc,
    calibration_error,
    reliability,
    risk_coverage,
)
from assistant.services.backtest.plots import (
    reliability_diagram,
    risk_coverage_curve,
    write_svg,
)
from assistant.services.fields.learning import threshold_for
from assistant.services.triage.confidence import Calibration, CalibrationFile, is_answered
from assistant.services.triage.service import Triage
from retrieval.corpus.store import SqlRecordStore
from retrieval.ports import Embedder

RELIABILITY, RISK = "reliability.svg", "risk-coverage.svg"
_TOP = 3
# Where the wanted precision is out of reach, "more likely than not" is what is left.
_EVEN = 0.5
_SHOWN_POINTS = (0.1, 0.25, 0.5, 0.75, 1.0)


class BacktestReport(NamedTuple):
    """What came of the questions that were forecast with what was known before them.

    ``measures`` are described in :func:`measured`; ``points`` are some of the risk–coverage
    curve; ``answered`` is the share of forecasts above the threshold, ``precision`` the share
    of these with a real precedent. ``files`` are the two pictures.
    """

    questions: int
    forecast: int
    with_precedent: int
    measures: dict[str, Interval]
    points: tuple[Point, ...]
    answered: float
    precision: float
    calibration: Calibration
    files: tuple[Path, ...]


class Calibrating:
    """Use case: learn from the organisation's own history how far answers can be believed."""

    def __init__(
        self,
        triage: Triage,
        store: SqlRecordStore,
        embedder: Embedder,
        file: CalibrationFile,
        clock: Callable[[], datetime],
    ) -> None:
        self._backtest = Backtest(triage, embedder)
        self._store = store
        self._embedder = embedder
        self._file = file
        self._clock = clock

    def run(self, wanted_precision: float, step: Step | None = None) -> BacktestReport:
        """Ask, forecast, measure, fit on everything, and keep the result.

        Raises ``InvalidInput`` where the history is too short or too uniform; what was fitted
        before then stays in use.
        """
        asked = self._backtest.ask(self._store.iter_current(), step)
        found = forecasts(asked)
        measures = measured(found)
        threshold = _threshold(found, wanted_precision)
        kept = [one for one in found if is_answered(one.precedent, one.asked.precedent, threshold)]
        fitted = calibration(
            asked,
            threshold=threshold,
            wanted_precision=wanted_precision,
            embedder=self._embedder.model_id,
            measures={name: round(interval.mean, 4) for name, interval in measures.items()},
            clock=self._clock,
        )
        points = risk_coverage(*_leading(found))
        self._file.write(fitted)
        self._draw(found, measures, points, len(kept) / len(found))
        right = [one.asked.has_precedent for one in kept]
        return BacktestReport(
            questions=len(asked),
            forecast=len(found),
            with_precedent=sum(one.asked.has_precedent for one in found),
            measures=measures,
            points=tuple(_at(points, share) for share in _SHOWN_POINTS if points),
            answered=len(kept) / len(found),
            precision=float(np.mean(right)) if right else 0.0,
            calibration=fitted,
            files=tuple(self._file.folder / name for name in (RELIABILITY, RISK)),
        )

    def _draw(
        self,
        found: Sequence[Forecast],
        measures: dict[str, Interval],
        points: Sequence[Point],
        answered: float,
    ) -> None:
        error = measures["ece"]
        bins = reliability(*_said(found))
        note = f"{error.mean:.3f} ({error.lo:.3f} to {error.hi:.3f})"
        write_svg(self._file.folder / RELIABILITY, reliability_diagram(bins, note))
        write_svg(self._file.folder / RISK, risk_coverage_curve(points, answered))


def measured(found: Sequence[Forecast]) -> dict[str, Interval]:
    """Each measure with its 95 % interval over the questions.

    - top1, top3: the recorded cause is the first, is among the first three hypotheses
    - copied: the first cause of the most similar record with one is the recorded cause
    - ece, ece_precedent: expected calibration error of the hypotheses, of "is there a precedent"
    - novelty_auroc: how often a question scores above itself after every precedent was removed,
      over all pairs of questions that had one; .5 is chance
    """
    statistics: dict[str, Callable[[Sequence[Forecast]], float]] = {
        "top1": lambda part: _hit_rate(part, 1),
        "top3": lambda part: _hit_rate(part, _TOP),
        "copied": lambda part: float(np.mean([one.asked.copied for one in part])),
        "ece": lambda part: calibration_error(*_said(part)),
        "ece_precedent": lambda part: calibration_error(
            [one.precedent for one in part], [one.asked.has_precedent for one in part]
        ),
        "novelty_auroc": _novelty,
    }

    def over(statistic: Callable[[Sequence[Forecast]], float]) -> Interval:
        def of_rows(rows: NDArray[np.intp]) -> float:
            return statistic([found[row] for row in rows])

        return bootstrap(len(found), of_rows)

    return {name: over(statistic) for name, statistic in statistics.items()}


def _hit_rate(part: Sequence[Forecast], depth: int) -> float:
    return float(np.mean([any(right for _, right in one.hypotheses[:depth]) for one in part]))


def _novelty(part: Sequence[Forecast]) -> float:
    pairs = [(one.precedent, one.without) for one in part if one.without is not None]
    return auroc([known for known, _ in pairs], [new for _, new in pairs])


class _Said(NamedTuple):
    said: list[float]
    right: list[bool]


def _said(part: Sequence[Forecast]) -> _Said:
    """Every hypothesis: how likely it was said to be, and whether it was right."""
    pairs = [pair for one in part for pair in one.hypotheses]
    return _Said([chance for chance, _ in pairs], [right for _, right in pairs])


def _leading(part: Sequence[Forecast]) -> _Said:
    """The first hypothesis of each question that has one."""
    first = [one.hypotheses[0] for one in part if one.hypotheses]
    return _Said([chance for chance, _ in first], [right for _, right in first])


def _threshold(found: Sequence[Forecast], wanted: float) -> float:
    """The lowest probability of a precedent above which the wanted share had a real one."""
    chances = np.array([one.precedent for one in found])
    right = np.array([one.asked.has_precedent for one in found])
    threshold = threshold_for(chances, right, wanted)
    return round(threshold, 4) if threshold <= 1.0 else _EVEN


def _at(points: Sequence[Point], share: float) -> Point:
    return min(points, key=lambda point: abs(point.coverage - share))
