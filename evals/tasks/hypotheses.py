"""Hypotheses: is the cause that was found afterwards among those that are named early?"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.bootstrap import Application
from assistant.domain.incident import IncidentContext
from assistant.domain.triage import Hypothesis
from assistant.services.backtest.intervals import SEED, Interval, bootstrap, bootstrap_mean
from assistant.services.backtest.logistic import fit_logistic
from assistant.services.backtest.measures import calibration_error
from assistant.services.sentences import sentences
from assistant.services.triage.hypotheses import FEATURES
from assistant.services.triage.same_cause import SAME_CAUSE, agreements
from assistant.services.triage.stated_causes import recorded_causes
from assistant.services.verification.folding import tidy
from evals.cases import CauseCase
from evals.results import Latency
from evals.tasks.early import early_context, is_timed
from evals.tasks.retrieval import Step
from retrieval.access import Reader
from retrieval.errors import InvalidInput

TOP = 3
"""How many hypotheses a person reads before turning to something else."""

_FOLDS = 5


@dataclass(frozen=True, slots=True)
class CauseCaseResult:
    """The hypotheses of one case, best first, with how far each agrees with the reference."""

    id: str
    reference: str
    abstained: bool
    hypotheses: tuple[Hypothesis, ...]
    agreement: tuple[float, ...]

    def right(self, depth: int) -> bool:
        """Whether one of the first hypotheses names the cause of the reference."""
        return any(value >= SAME_CAUSE for value in self.agreement[:depth])

    @property
    def scores(self) -> dict[str, float]:
        """Every metric that is a mean over the cases (see ``_metrics``)."""
        return {
            "top1": float(self.right(1)),
            "top3": float(self.right(TOP)),
            "agreement@3": max(self.agreement[:TOP], default=0.0),
            "coverage": float(not self.abstained),
        }

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "id": self.id,
            "abstained": self.abstained,
            "top1": self.right(1),
            "top3": self.right(TOP),
            "hypotheses": [
                {
                    "statement": one.statement,
                    "probability": one.probability,
                    "origin": one.origin,
                    "agreement": round(value, 4),
                    "record_ids": list(dict.fromkeys(c.record_id for c in one.support)),
                }
                for one, value in zip(self.hypotheses, self.agreement, strict=True)
            ],
        }


class Measured(NamedTuple):
    """The task's part of a result. ``timed``: only what was known at the opening was used."""

    metrics: dict[str, Interval]
    latency: Latency
    per_query: tuple[CauseCaseResult, ...]
    timed: bool


def as_corpus(cases: Sequence[CauseCase], file: Path) -> Path:
    """Write cases with their causes as past incidents, for sets that have no corpus."""
    with file.open("w", encoding="utf-8") as stream:
        for case in cases:
            opened = None if case.opened_at is None else case.opened_at.isoformat()
            entry = {
                "id": case.id,
                "kind": "rca",
                "title": case.title,
                "text": f"{case.text}\n\n## Root cause\n\n{case.reference}",
                "fields": {} if opened is None else {"opened_at": opened},
            }
            stream.write(json.dumps(entry) + "\n")
    return file


def measure(
    cases: Sequence[CauseCase],
    app: Application,
    name_causes: Callable[[Application, IncidentContext], "Named"],
    step: Step | None = None,
) -> Measured:
    """Ask every case as an open incident; deterministic apart from the latency.

    A record of the same id never answers for itself. Where every past incident is dated, what
    became known after a case was opened is not used.
    """
    timed = is_timed(app)
    results: list[CauseCaseResult] = []
    milliseconds: list[float] = []
    for number, case in enumerate(cases, start=1):
        context = early_context(app, case, timed=timed)
        begin = time.perf_counter()
        named = name_causes(app, context)
        milliseconds.append((time.perf_counter() - begin) * 1000)
        results.append(_result(app, case, named))
        if step is not None:
            step(number, len(cases))
    said = _with_probabilities(results)
    chance = _by_chance(app, results)
    return Measured(_metrics(said) | chance, Latency.of(milliseconds), tuple(said), timed)


class Named(NamedTuple):
    """What a system answers: hypotheses, best first, and whether it says "no precedent"."""

    hypotheses: tuple[Hypothesis, ...]
    abstained: bool


def precedent(app: Application, context: IncidentContext) -> Named:
    """The product's card."""
    card = app.triage.card(context, Reader.operator())
    return Named(card.hypotheses, card.abstained)


def copy_nearest(app: Application, context: IncidentContext) -> Named:
    """The baseline: the plainest cause of the most similar record that tells one."""
    found = app.triage.evidence(context, Reader.operator()).precedents
    for hit in found.hits:
        if causes := recorded_causes(hit.record):
            copied = Hypothesis(causes[0].text, hit.closeness, (causes[0].citation,))
            return Named((copied,), found.abstained)
    return Named((), True)


NAMERS: dict[str, Callable[[Application, IncidentContext], Named]] = {
    "precedent": precedent,
    "copy-nearest": copy_nearest,
}


def namer(name: str) -> Callable[[Application, IncidentContext], Named]:
    """The system of that name; raises ``InvalidInput`` for an unknown one."""
    if name not in NAMERS:
        raise InvalidInput(f"There is no system {name!r}. Choose one of {', '.join(NAMERS)}.")
    return NAMERS[name]


def _by_chance(app: Application, results: Sequence[CauseCaseResult]) -> dict[str, Interval]:
    """The same answers held against the reference of another case: what the rule gives away."""
    strangers = [results[(place + 1) % len(results)] for place in range(len(results))]
    held = [
        _agreement(app, result.hypotheses, stranger.reference)
        for result, stranger in zip(results, strangers, strict=True)
    ]
    if len(results) < 2:
        return {}
    return {
        f"top{depth}_by_chance": bootstrap_mean(
            [float(any(value >= SAME_CAUSE for value in each[:depth])) for each in held]
        )
        for depth in (1, TOP)
    }


def _agreement(app: Application, named: Sequence[Hypothesis], reference: str) -> tuple[float, ...]:
    """How far each hypothesis agrees with the sentence of a reference that is closest to it."""
    recorded = [tidy(reference[s.start : s.end]) for s in sentences(reference)] or [reference]
    if not named:
        return ()
    agreed = agreements(app.embedder, [one.statement for one in named], recorded)
    return tuple(agreed.max(axis=1).tolist())


def _result(app: Application, case: CauseCase, named: Named) -> CauseCaseResult:
    told = app.redactor.redact(case.reference).text
    agreement = _agreement(app, named.hypotheses, told)
    return CauseCaseResult(case.id, told, named.abstained, named.hypotheses, agreement)


def _with_probabilities(results: Sequence[CauseCaseResult]) -> list[CauseCaseResult]:
    """Each fifth of the cases with probabilities fitted on the others, where that can be done."""
    order = np.random.default_rng(SEED).permutation(len(results))
    found = list(results)
    for held in np.array_split(order, min(_FOLDS, len(results))):
        rest = [results[place] for place in range(len(results)) if place not in set(held)]
        pairs = [
            (one.features, value >= SAME_CAUSE)
            for result in rest
            for one, value in zip(result.hypotheses, result.agreement, strict=True)
        ]
        try:
            model = fit_logistic([f for f, _ in pairs], [right for _, right in pairs], FEATURES)
        except ValueError:
            return list(results)
        for place in held:
            likely = tuple(
                replace(one, probability=round(model.probability(one.features), 4))
                for one in results[place].hypotheses
            )
            found[place] = replace(results[place], hypotheses=likely)
    return found


def _metrics(results: Sequence[CauseCaseResult]) -> dict[str, Interval]:
    """Accuracy of the first and the first three, their agreement, and how far they are believed.

    ``agreement@3`` is the mean agreement of the best of the first three with the reference
    (``assistant.services.triage.same_cause``), 0 for no hypothesis; ``coverage`` the share of
    cases without "no precedent"; ``ece`` the calibration error of held-out probabilities.
    """

    def ece(rows: NDArray[np.intp]) -> float:
        pairs = [
            (one.probability or 0.0, value >= SAME_CAUSE)
            for row in rows
            for one, value in zip(results[row].hypotheses, results[row].agreement, strict=True)
        ]
        return calibration_error([said for said, _ in pairs], [right for _, right in pairs])

    scored = [one.scores for one in results]
    metrics = {name: bootstrap_mean([scores[name] for scores in scored]) for name in scored[0]}
    if all(one.probability is not None for result in results for one in result.hypotheses):
        metrics["ece"] = bootstrap(len(results), ece)
    return metrics
