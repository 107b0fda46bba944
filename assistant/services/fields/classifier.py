"""A label for a text: which service, category or group is it? Asking needs only numpy.

A multinomial logistic regression over the words of a text and its meaning. Words alone miss
what is said otherwise, meaning alone misses names; over nine labelled fields of public and
demo data the two together were better than either and than the nearest neighbours
(docs/decisions/0012). ``learning.py`` learns one.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.analysis import analyse
from retrieval.errors import InvalidSettings
from retrieval.ports import Vectors

Matrix = NDArray[np.float64]

_MAX_REASONS = 5


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest label.

    ``sure``: likely enough to be suggested. ``words``: the words of the text that speak most
    for this label rather than the next, as they were analysed; none where meaning decided.
    """

    label: str
    probability: float
    sure: bool
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Classifier:
    """Learned weights. Equal texts always give equal answers."""

    labels: tuple[str, ...]
    idf: Mapping[str, tuple[int, float]]
    """Column and inverse document frequency of each known word."""
    weights: Matrix
    """(labels, words + dimension)"""
    bias: Matrix
    temperature: float = 1.0
    threshold: float = 0.5

    def probabilities(self, text: str, vector: Vectors) -> Matrix:
        """The probability of each label; sums to 1."""
        columns, values = weighed_words(analyse(text), self.idf)
        score = self.bias + self.weights[:, len(self.idf) :] @ vector
        if len(columns):
            score = score + self.weights[:, columns] @ values
        shares: Matrix = softmax(score[None, :] / self.temperature)[0]
        return shares

    def guess(self, text: str, vector: Vectors) -> Guess:
        """The likeliest label, and whether to say it."""
        found = self.probabilities(text, vector)
        order = np.argsort(-found, kind="stable")
        best = int(order[0])
        probability = float(found[best])
        words = self._reasons(text, best, int(order[1])) if len(order) > 1 else ()
        return Guess(self.labels[best], probability, probability >= self.threshold, words)

    def _reasons(self, text: str, best: int, rival: int) -> tuple[str, ...]:
        found = analyse(text)
        columns, values = weighed_words(found, self.idf)
        speaks = (self.weights[best, columns] - self.weights[rival, columns]) * values
        known = [word for word in found if word in self.idf]
        order = np.argsort(-speaks, kind="stable")[:_MAX_REASONS]
        return tuple(known[place] for place in order if speaks[place] > 0)

    def save(self, file: Path) -> None:
        """Write one file, in one step; nothing in it is ever executed when it is read."""
        words = sorted(self.idf, key=lambda word: self.idf[word][0])
        text = {"labels": self.labels, "words": words}
        aside = file.with_suffix(".new")
        with aside.open("wb") as stream:
            np.savez_compressed(
                stream,
                text=np.frombuffer(json.dumps(text).encode("utf-8"), np.uint8),
                idf=np.array([self.idf[word][1] for word in words]),
                weights=self.weights.astype(np.float32),
                bias=self.bias,
                limits=np.array([self.temperature, self.threshold]),
            )
        aside.replace(file)

    @classmethod
    def load(cls, file: Path) -> "Classifier":
        """Read what :meth:`save` wrote; raises ``InvalidSettings`` for anything else."""
        try:
            with np.load(file, allow_pickle=False) as stored:
                text = json.loads(stored["text"].tobytes().decode("utf-8"))
                frequencies = zip(text["words"], stored["idf"].tolist(), strict=True)
                temperature, threshold = stored["limits"].tolist()
                return cls(
                    labels=tuple(text["labels"]),
                    idf={word: (n, value) for n, (word, value) in enumerate(frequencies)},
                    weights=stored["weights"].astype(np.float64),
                    bias=stored["bias"],
                    temperature=temperature,
                    threshold=threshold,
                )
        except (OSError, ValueError, KeyError) as exc:
            raise InvalidSettings(
                f"{file} is not a learned classifier. Delete it, or run 'precedent fit'."
            ) from exc


def weighed_words(
    words: Mapping[str, int], idf: Mapping[str, tuple[int, float]]
) -> tuple[NDArray[np.intp], Matrix]:
    """Columns and values of the known of the counted words, (1 + ln tf) · idf to length 1."""
    found = [(idf[word], count) for word, count in words.items() if word in idf]
    columns = np.array([column for (column, _), _ in found], dtype=np.intp)
    values = np.array([(1 + math.log(count)) * weight for (_, weight), count in found])
    length = float(np.linalg.norm(values))
    return columns, values / length if length else values


def softmax(scores: Matrix) -> Matrix:
    """Each row as shares of 1."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return shares
