"""Hypotheses: is the cause that was found afterwards among those that are named early?

``ac@1``, ``ac@3`` and ``avg@5`` are over the cases whose reference states a cause. ``top1`` and
``top3`` are AC@1 and AC@3 over all cases with a reference, under the names that programs know.
"""

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
from assistant.services.verification.folding import tidy
from evals.cases import CauseCase
from evals.metrics.causes import cause_scores
from evals.named_causes import Named
from evals.results import Latency
from evals.tasks.early import early_context, is_timed
from evals.tasks.retrieval import Step

TOP = 3
"""How many hypotheses a person reads before turning to something else."""

_FOLDS = 5


@dataclass(frozen=True, slots=True)
class CauseCaseResult:
    """The hypotheses of one case, best first, with how far each agrees with the reference.

    ``stated``: the reference states a cause, and is not only what else was written afterwards.
    ``closeness`` is that of the closest past record, between 0 and 1.
    """

    id: str
    reference: str
    abstained: bool
    hypotheses: tuple[Hypothesis, ...]
    agreement: tuple[float, ...]
    stated: bool = True
    closeness: float = 0.0

    def right(self, depth: int) -> bool:
        """Whether one of the first hypotheses names the cause of the reference."""
        return any(value >= SAME_CAUSE for value in self.agreement[:depth])

    @property
    def cause_scores(self) -> dict[str, float]:
        """AC@1, AC@3 and Avg@5; none where the reference states no cause."""
        right = [value >= SAME_CAUSE for value in self.agreement]
        return cause_scores(right) if self.stated else {}

    @property
    def scores(self) -> dict[str, float]:
        """Every metric that is a mean over the cases (see ``_metrics``)."""
        return {
            "top1": float(self.right(1)),
            "top3": float(self.right(TOP)),
            "agreement@3": max(self.agreement[:TOP], default=0.0),
            "coverage": float(not self.abstained),
            **self.cause_scores,
        }

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "id": self.id,
            "abstained": self.abstained,
            "top1": self.right(1),
            "top3": self.right(TOP),
            **{name: round(value, 4) for name, value in self.cause_scores.items()},
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
    name_causes: Callable[[Application, IncidentContext], Named],
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
    return CauseCaseResult(
        case.id,
        told,
        named.abstained,
        named.hypotheses,
        agreement,
        stated=case.stated,
        closeness=named.closeness,
    )


def _with_probabilities(results: Sequence[CauseCaseResult]) -> list[CauseCaseResult]:
    """Each fifth of the cases with probabilities fitted on the others, where that can be done.

    Those that the system itself gave stay as they are.
    """
    if any(one.probability is not None for result in results for one in result.hypotheses):
        return list(results)
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

    AC and Avg: ``evals.metrics.causes``; left out where no reference states a cause.
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
    names = dict.fromkeys(name for scores in scored for name in scores)
    metrics = {
        name: bootstrap_mean([scores[name] for scores in scored if name in scores])
        for name in names
    }
    if all(one.probability is not None for result in results for one in result.hypotheses):
        metrics["ece"] = bootstrap(len(results), ece)
    return metrics
