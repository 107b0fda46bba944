"""Does a text entail a sentence? Any cross-encoder of sentence-transformers with three labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from retrieval.errors import InvalidSettings
from retrieval.rerankers.cross_encoder import load_cross_encoder

_ENTAILMENT, _CONTRADICTION = "entailment", "contradiction"


@dataclass(frozen=True, slots=True)
class Judgement:
    """How likely the evidence entails the claim, and how likely it contradicts it.

    Probabilities; what is missing to one is "neither".
    """

    entailment: float
    contradiction: float


class CrossEncoderEntailment:
    """A model for natural language inference, loaded at the first call, from disk only.

    Its labels must be called entailment, contradiction and neutral, in any order. Pairs
    longer than the model's window are cut off by it.
    """

    def __init__(self, model: str) -> None:
        self._name = model

    def judge(self, claim: str, evidence: str) -> Judgement:
        """See ``Entailment.judge``."""
        (scores,) = self._model.predict(
            [(evidence, claim)], apply_softmax=True, show_progress_bar=False
        )
        entailment, contradiction = (float(scores[place]) for place in self._places)
        return Judgement(entailment, contradiction)

    @cached_property
    def _places(self) -> Sequence[int]:
        labels = self._model.model.config.label2id
        found = {str(name).casefold(): int(place) for name, place in labels.items()}
        if len(found) != 3 or not {_ENTAILMENT, _CONTRADICTION} <= found.keys():
            raise InvalidSettings(
                f"The model {self._name!r} has the labels {', '.join(found)}. "
                "PRECEDENT_VERIFIER__MODEL needs entailment, contradiction and neutral."
            )
        return found[_ENTAILMENT], found[_CONTRADICTION]

    @cached_property
    def _model(self) -> Any:
        return load_cross_encoder(self._name, "PRECEDENT_VERIFIER__MODEL")
