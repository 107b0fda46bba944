"""From answers whose truth is known to probabilities that can be believed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from assistant.services.backtest.asking import Asked, Guess
from assistant.services.backtest.logistic import fit_logistic
from assistant.services.triage.confidence import (
    HIT_FEATURES,
    PRECEDENT_FEATURES,
    Calibration,
    LogisticModel,
)
from assistant.services.triage.hypotheses import FEATURES
from retrieval.errors import InvalidInput
from retrieval.records import sha256_of_json

# With fewer the probabilities would be chance.
MIN_QUESTIONS = 30
# The first part is only learned from; each later part is answered by what came before it.
_FIRST = 0.4
_PARTS = 4


class Models(NamedTuple):
    """The three fitted probabilities."""

    hypothesis: LogisticModel
    precedent: LogisticModel
    hit: LogisticModel


@dataclass(frozen=True, slots=True)
class Forecast:
    """One past incident with the probabilities that were fitted before it happened.

    ``hypotheses`` and ``hits`` are pairs of probability and truth, hypotheses by probability.
    ``without`` is the probability of a precedent once every one of them was taken away.
    """

    asked: Asked
    hypotheses: tuple[tuple[float, bool], ...]
    hits: tuple[tuple[float, bool], ...]
    precedent: float
    without: float | None


def forecasts(asked: Sequence[Asked]) -> tuple[Forecast, ...]:
    """Each later part of the history, answered with what was fitted on everything before it.

    Raises ``InvalidInput`` where there is too little history to fit on.
    """
    _refuse_few(asked)
    found: list[Forecast] = []
    for before, part in _parts(asked):
        models = fit_models(before)
        found += [_forecast(models, one) for one in part]
    return tuple(found)


def fit_models(asked: Sequence[Asked]) -> Models:
    """Raises ``InvalidInput`` where nothing was ever right, or nothing ever wrong."""
    try:
        return Models(
            _model([guess for one in asked for guess in one.hypotheses], FEATURES),
            _model([Guess(one.precedent, one.has_precedent) for one in asked], PRECEDENT_FEATURES),
            _model([guess for one in asked for guess in one.hits], HIT_FEATURES),
        )
    except ValueError as exc:
        raise InvalidInput(
            "The history has either no recurring cause or nothing else, so probabilities cannot "
            "be fitted. Scores stay uncalibrated."
        ) from exc


def calibration(
    asked: Sequence[Asked],
    *,
    threshold: float,
    wanted_precision: float,
    embedder: str,
    measures: dict[str, float],
    clock: Callable[[], datetime],
) -> Calibration:
    """What is used from now on: fitted on the whole history."""
    models = fit_models(asked)
    return Calibration(
        hypothesis=models.hypothesis,
        precedent=models.precedent,
        hit=models.hit,
        threshold=threshold,
        wanted_precision=wanted_precision,
        embedder=embedder,
        questions=len(asked),
        data_hash=data_hash(asked),
        fitted_at=clock().astimezone(UTC),
        measures=measures,
    )


def data_hash(asked: Sequence[Asked]) -> str:
    """SHA-256 over the questions and what was right about their answers."""
    digest: str = sha256_of_json(
        [
            [one.id, one.at.isoformat(), [g.right for g in one.hypotheses], one.has_precedent]
            for one in asked
        ]
    )
    return digest


def _refuse_few(asked: Sequence[Asked]) -> None:
    if len(asked) < MIN_QUESTIONS:
        raise InvalidInput(
            f"{len(asked)} past incidents have a date and a recorded cause; a backtest needs "
            f"{MIN_QUESTIONS}. Scores stay uncalibrated."
        )


def _parts(asked: Sequence[Asked]) -> Iterator[tuple[Sequence[Asked], Sequence[Asked]]]:
    first = int(len(asked) * _FIRST)
    size = (len(asked) - first) / _PARTS
    for number in range(_PARTS):
        begin, end = first + round(number * size), first + round((number + 1) * size)
        yield asked[:begin], asked[begin:end]


def _model(guesses: Sequence[Guess], names: Sequence[str]) -> LogisticModel:
    return fit_logistic(
        [guess.features for guess in guesses], [guess.right for guess in guesses], names
    )


def _forecast(models: Models, one: Asked) -> Forecast:
    said = [(models.hypothesis.probability(g.features), g.right) for g in one.hypotheses]
    return Forecast(
        asked=one,
        hypotheses=tuple(sorted(said, key=lambda pair: -pair[0])),
        hits=tuple((models.hit.probability(g.features), g.right) for g in one.hits),
        precedent=models.precedent.probability(one.precedent),
        without=None if one.without is None else models.precedent.probability(one.without),
    )
