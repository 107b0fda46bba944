"""The catalogue of ways to label a text that can be compared on the same cases.

To add one: write a function that learns from labelled texts and gives back one that labels,
and add a line to ``LABELLERS``.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from assistant.services.fields.classifier import Guess
from assistant.services.fields.learning import Labelled, learn
from retrieval.analysis import analyse
from retrieval.errors import InvalidInput
from retrieval.ports import Vectors

_NEIGHBOURS = 10
# As the word index of the product has them.
_K1, _B = 1.2, 0.75

Embed: TypeAlias = Callable[[Sequence[str]], Vectors]
Labeller: TypeAlias = Callable[[str, Vectors], Guess]
"""(text, its vector) → a guess."""


def precedent(examples: Labelled, embed: Embed) -> Labeller:
    """What the product suggests once it was fitted."""
    labels = sorted(set(examples.labels))
    return learn(examples, dict(zip(labels, embed(labels), strict=True))).guess


def majority(examples: Labelled, _embed: Embed) -> Labeller:
    """Always the most frequent label, and always sure."""
    label, count = min(Counter(examples.labels).items(), key=lambda item: (-item[1], item[0]))
    share = count / len(examples)
    return lambda _text, _vector: Guess(label, share, sure=True)


def bm25_knn(examples: Labelled, embed: Embed) -> Labeller:
    """The label with most weight among the ten examples that share most words (BM25)."""
    documents = [analyse(text) for text in examples.texts]
    lengths = np.array([sum(terms.values()) for terms in documents], dtype=np.float64)
    usual = lengths.mean() or 1.0
    holding: dict[str, list[tuple[int, int]]] = {}
    for place, terms in enumerate(documents):
        for term, count in terms.items():
            holding.setdefault(term, []).append((place, count))
    fallback = majority(examples, embed)

    def label(text: str, vector: Vectors) -> Guess:
        scores = np.zeros(len(documents))
        for term in analyse(text):
            postings = holding.get(term, ())
            idf = np.log(1 + (len(documents) - len(postings) + 0.5) / (len(postings) + 0.5))
            for place, count in postings:
                norm = count + _K1 * (1 - _B + _B * lengths[place] / usual)
                scores[place] += idf * count * (_K1 + 1) / norm
        votes: Counter[str] = Counter()
        for place in np.argsort(-scores, kind="stable")[:_NEIGHBOURS]:
            if scores[place] > 0:
                votes[examples.labels[place]] += scores[place]
        if not votes:
            return fallback(text, vector)
        best, weight = min(votes.items(), key=lambda item: (-item[1], item[0]))
        return Guess(best, float(weight / votes.total()), sure=True)

    return label


LABELLERS: dict[str, Callable[[Labelled, Embed], Labeller]] = {
    "precedent": precedent,
    "majority": majority,
    "bm25-knn": bm25_knn,
}


def labeller(name: str) -> Callable[[Labelled, Embed], Labeller]:
    """The way to label of that name; raises ``InvalidInput`` for an unknown one."""
    if name not in LABELLERS:
        raise InvalidInput(f"There is no system {name!r}. Choose one of {', '.join(LABELLERS)}.")
    return LABELLERS[name]
