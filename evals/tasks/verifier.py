"""The verifier: which planted errors does it catch, and which true claims does it keep?

A false claim is caught when the verdict is *unsupported*: the gate takes it out of a draft.
A true one is kept when the verdict is *supported* or *partly*.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from assistant.domain.drafts import Verdict
from assistant.services.backtest.intervals import Interval, wilson
from assistant.services.verification import Verification, Verifier
from evals.planted import KINDS, PlantedCase
from evals.planted.cases import TRUE
from evals.results import Latency
from evals.tasks.retrieval import Step

VERDICTS = (Verdict.SUPPORTED, Verdict.PARTLY, Verdict.UNSUPPORTED)


@dataclass(frozen=True, slots=True)
class VerifiedCase:
    """A case with its verdict."""

    case: PlantedCase
    found: Verification

    @property
    def id(self) -> str:
        """The id in the suite."""
        return self.case.id

    @property
    def is_right(self) -> bool:
        """A true claim is kept, a false one caught."""
        kept = self.found.verdict is not Verdict.UNSUPPORTED
        return kept == (self.case.kind == TRUE)

    @property
    def scores(self) -> dict[str, float]:
        """``true_kept`` of a true claim; ``false_recall`` of a false one, also by its kind."""
        right = float(self.is_right)
        if self.case.kind == TRUE:
            return {"true_kept": right}
        return {"false_recall": right, f"recall:{self.case.kind}": right}

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "id": self.id,
            "kind": self.case.kind,
            "origin": self.case.origin,
            "verdict": self.found.verdict,
            "score": round(self.found.score, 4),
            "correct": self.is_right,
            "reasons": list(self.found.reasons),
        }


class Measured(NamedTuple):
    """The task's part of a result; ``confusion`` counts verdicts by kind."""

    metrics: dict[str, Interval]
    latency: Latency
    per_query: tuple[VerifiedCase, ...]
    confusion: dict[str, dict[str, int]]


def measure(cases: Sequence[PlantedCase], step: Step | None = None) -> Measured:
    """Check every claim against its evidence; no case raises ``ValueError``."""
    verifier = Verifier()
    checked: list[VerifiedCase] = []
    milliseconds: list[float] = []
    for number, case in enumerate(cases, start=1):
        begin = time.perf_counter()
        found = verifier.check(case.claim, case.evidence)
        milliseconds.append((time.perf_counter() - begin) * 1000)
        checked.append(VerifiedCase(case, found))
        if step is not None:
            step(number, len(cases))
    return Measured(
        _metrics(checked), Latency.of(milliseconds), tuple(checked), _confusion(checked)
    )


def _metrics(checked: Sequence[VerifiedCase]) -> dict[str, Interval]:
    """Shares with Wilson intervals; a kind without a case is left out.

    ``false_recall``: caught among all false claims. ``true_kept``: kept among true ones.
    ``recall:KIND``: caught among the false claims of a kind.
    """
    groups: Mapping[str, list[VerifiedCase]] = {
        "false_recall": [one for one in checked if one.case.kind != TRUE],
        "true_kept": [one for one in checked if one.case.kind == TRUE],
    } | {f"recall:{kind}": [one for one in checked if one.case.kind == kind] for kind in KINDS}
    return {
        name: wilson(sum(one.is_right for one in group), len(group))
        for name, group in groups.items()
        if group
    }


def _confusion(checked: Sequence[VerifiedCase]) -> dict[str, dict[str, int]]:
    rows = {
        kind: [one.found.verdict for one in checked if one.case.kind == kind]
        for kind in (TRUE, *KINDS)
    }
    return {
        kind: {verdict.value: verdicts.count(verdict) for verdict in VERDICTS}
        for kind, verdicts in rows.items()
        if verdicts
    }
