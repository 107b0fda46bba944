"""A second opinion on claims: the rules first, then a model for natural language inference.

It can only take trust away. What the rules refuse stays refused, and words taken over
unchanged need no model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.domain.drafts import Verdict
from assistant.llm.entailment import Judgement
from assistant.services.drafting.gate import ClaimCheck
from assistant.services.verification import Verification
from assistant.services.verification.folding import folded


class Entailment(Protocol):
    """A model that reads two texts together."""

    def judge(self, claim: str, evidence: str) -> Judgement:
        """How likely the evidence entails the claim and contradicts it.

        Raises ``ModelUnavailable`` when the model cannot be loaded and ``InvalidSettings``
        when it is of another kind.
        """


@dataclass(frozen=True, slots=True)
class Limits:
    """From which probability on a claim is contradicted, and below which it does not follow.

    The defaults are even odds: more likely than everything else together.
    """

    contradiction: float = 0.5
    entailment: float = 0.5


class SecondOpinion:
    """The rules' verdict, lowered where a model finds that the claim does not follow."""

    def __init__(self, rules: ClaimCheck, model: Entailment, limits: Limits) -> None:
        self._rules = rules
        self._model = model
        self._limits = limits

    def check(self, claim: str, evidence: Sequence[str]) -> Verification:
        """See ``ClaimCheck.check``."""
        found = self._rules.check(claim, evidence)
        if found.verdict is Verdict.UNSUPPORTED or folded(claim) in map(folded, evidence):
            return found
        judged = self._model.judge(claim, " ".join(evidence))
        if judged.contradiction >= self._limits.contradiction:
            reason = f"the evidence contradicts it (by a model, {judged.contradiction:.0%})"
            return Verification(Verdict.UNSUPPORTED, 0.0, (*found.reasons, reason))
        if judged.entailment < self._limits.entailment:
            reason = f"it may not follow from the evidence (by a model, {judged.entailment:.0%})"
            score = min(found.score, judged.entailment)
            return Verification(Verdict.PARTLY, score, (*found.reasons, reason))
        return found
