"""What to look at next, from runbooks and from how it was handled before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.domain.triage import CitedText
from assistant.services.drafting.reading import Unit
from assistant.services.triage.steps import checks
from retrieval.analysis import analyse
from retrieval.ports import Embedder, Vectors
from retrieval.records import GUIDANCE_KINDS, Citation
from retrieval.searcher import Hit

# Embedding one short sentence takes 5 ms, which is what a card has for each step.
_MAX_STEPS = 8
# Below it a step is about something else, as with CLOSE_IN_MEANING.
_RELATED = 0.45
# A step that fits this cause and no other tells the two apart; fitting at all comes first.
_SEPARATION = 0.5
# A runbook tells what to look at, and was found for this incident; a past ticket tells what
# somebody saw when he looked.
_INSTRUCTION = 0.15


@dataclass(frozen=True, slots=True)
class NextChecks:
    """Steps that change nothing, each with its vector."""

    steps: tuple[Unit, ...]
    vectors: Vectors
    title: str
    embedder: Embedder

    @classmethod
    def of(
        cls,
        title: str,
        causes: Sequence[str],
        hits: Sequence[Hit],
        guidance: Sequence[Hit],
        embedder: Embedder,
    ) -> "NextChecks":
        """The steps that share most words with the incident and its possible causes."""
        wanted = analyse("\n".join((title, *causes)))
        found = [step for hit in (*guidance, *hits) for step in checks(hit.record)]
        best = sorted(found, key=lambda step: -_overlap(wanted, step))[:_MAX_STEPS]
        vectors = embedder.passages([step.text for step in best])
        return cls(tuple(best), vectors, title, embedder)

    def separating(
        self, statements: Sequence[str], sources: Sequence[Citation]
    ) -> tuple[CitedText | None, ...]:
        """For each possible cause the check that best tells it from its rivals, if any fits.

        A step's fit is its cosine with the incident and that cause together; from it half of
        the fit with the closest rival is taken. A sentence is never the check of itself.
        """
        if not self.steps or not statements:
            return (None,) * len(statements)
        incident, *causes = self.embedder.passages([self.title or statements[0], *statements])
        asked = np.stack([_together(incident, cause) for cause in causes])
        fits = self.vectors @ asked.T
        return tuple(self._best(fits, place, source) for place, source in enumerate(sources))

    def _best(self, fits: NDArray[np.float32], place: int, source: Citation) -> CitedText | None:
        own = fits[:, place]
        rivals = np.delete(fits, place, axis=1)
        rival = rivals.max(axis=1) if rivals.shape[1] else np.zeros(len(own))
        related = own + self._instruction()
        for row in np.argsort(-(related - _SEPARATION * rival), kind="stable"):
            step = self.steps[int(row)]
            if related[row] >= _RELATED and step.cite() != source:
                return CitedText(step.text, step.cite())
        return None

    def _instruction(self) -> NDArray[np.float64]:
        told = [step.record.kind in GUIDANCE_KINDS for step in self.steps]
        return _INSTRUCTION * np.array(told, dtype=np.float64)

    def closest(self, text: str, count: int) -> tuple[CitedText, ...]:
        """The steps closest to the incident itself: what to look at when no cause is known."""
        if not self.steps:
            return ()
        fits = self.vectors @ self.embedder.query(text) + self._instruction()
        order = np.argsort(-fits, kind="stable")[:count]
        return tuple(
            CitedText(self.steps[row].text, self.steps[row].cite())
            for row in order.tolist()
            if fits[row] >= _RELATED
        )


def _together(one: Vectors, other: Vectors) -> Vectors:
    """The direction between two: close to what is close to both."""
    both = one + other
    length = float(np.linalg.norm(both))
    middle: Vectors = both / length if length else one
    return middle


def _overlap(wanted: Mapping[str, int], step: Unit) -> float:
    """Shared terms over the square root of the step's length: long steps win nothing by length."""
    terms = analyse(step.text)
    shared = sum(1 for term in terms if term in wanted)
    return shared / (len(terms) ** 0.5) if terms else 0.0
