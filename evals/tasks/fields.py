"""Triage fields: does a text get the label that people gave it?"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.services.backtest.intervals import SEED, Interval
from assistant.services.fields.classifier import Guess
from assistant.services.fields.learning import Labelled
from evals.cases import LabelledCase, LabelledDataset
from evals.labellers import Embed, Labeller
from evals.metrics.fields import Answered, field_metrics
from evals.results import Latency
from evals.tasks.retrieval import Step

FOLDS = 5


@dataclass(frozen=True, slots=True)
class FieldCase:
    """The answer to one case, and what would have been right."""

    id: str
    right: tuple[str, ...]
    guess: Guess

    @property
    def is_right(self) -> bool:
        """Whether the likeliest label is one of the right ones."""
        return self.guess.label in self.right

    @property
    def scores(self) -> dict[str, float]:
        """``accuracy`` and ``coverage``; the other metrics are no means over the cases."""
        return {"accuracy": float(self.is_right), "coverage": float(self.guess.sure)}

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "id": self.id,
            "label": list(self.right) if len(self.right) > 1 else self.right[0],
            "predicted": self.guess.label,
            "probability": round(self.guess.probability, 4),
            "abstained": not self.guess.sure,
            "correct": self.is_right,
        }


class Measured(NamedTuple):
    """The task's part of a result."""

    metrics: dict[str, Interval]
    latency: Latency
    per_query: tuple[FieldCase, ...]


def measure(
    dataset: LabelledDataset,
    learn: Callable[[Labelled, Embed], Labeller],
    embed: Embed,
    step: Step | None = None,
) -> Measured:
    """Label every case, learned from ``train`` or, without it, from the other four fifths."""
    texts = [case.text for case in dataset.cases]
    vectors = embed(texts)
    found: dict[int, FieldCase] = {}
    milliseconds: dict[int, float] = {}
    for places, learned_from in _parts(dataset, vectors, embed):
        label = learn(learned_from, embed)
        for place in places:
            case = dataset.cases[place]
            begin = time.perf_counter()
            guess = label(case.text, vectors[place])
            milliseconds[place] = (time.perf_counter() - begin) * 1000
            found[place] = FieldCase(case.id, case.labels, guess)
            if step is not None:
                step(len(found), len(dataset.cases))
    answers = tuple(found[place] for place in range(len(dataset.cases)))
    return Measured(
        field_metrics(_answered(answers)),
        Latency.of([milliseconds[place] for place in range(len(answers))]),
        answers,
    )


def _parts(
    dataset: LabelledDataset, vectors: Any, embed: Embed
) -> Iterator[tuple[Sequence[int], Labelled]]:
    """Which cases are asked together, and the examples that may be learned from for them."""
    if dataset.train:
        yield range(len(dataset.cases)), _examples(dataset.train, embed)
        return
    everything = Labelled(
        [case.text for case in dataset.cases],
        vectors,
        [case.labels[0] for case in dataset.cases],
    )
    places = np.arange(len(dataset.cases))
    for held in _folds(len(places)):
        rest = np.setdiff1d(places, held)
        yield held.tolist(), everything.at(rest if len(rest) else places)


def _folds(count: int) -> list[NDArray[np.intp]]:
    """Parts by chance, always the same ones."""
    order = np.random.default_rng(SEED).permutation(count)
    return [fold for fold in np.array_split(order, FOLDS) if len(fold)]


def _examples(cases: Sequence[LabelledCase], embed: Embed) -> Labelled:
    texts = [case.text for case in cases]
    return Labelled(texts, embed(texts), [case.labels[0] for case in cases])


def _answered(answers: Sequence[FieldCase]) -> list[Answered]:
    """Where several labels are right, the one that was answered counts as the truth."""
    return [
        Answered(
            answer.guess.label if answer.is_right else answer.right[0],
            answer.guess.label,
            answer.guess.sure,
        )
        for answer in answers
    ]
