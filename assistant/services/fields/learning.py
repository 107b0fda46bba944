"""Learning a classifier from labelled texts. This is the one place that knows scikit-learn."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.services.fields.classifier import Classifier, Matrix, softmax, weighed_words
from retrieval.analysis import analyse
from retrieval.ports import Vectors

# A word of one text alone tells nothing of others; beyond so many words memory pays for little.
_FEWEST_TEXTS = 2
_MOST_WORDS = 20_000
# The inverse strength of regularisation, and how far rare labels are helped: by the square
# root of what would make all labels equal. Both from the middle of a flat range.
_INVERSE_PENALTY = 10.0
_BALANCE = 0.5
_FOLDS = 5
# Of what is suggested, so much should be right.
_WANTED_PRECISION = 0.8
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts with their vectors and labels, one of each an example."""

    texts: Sequence[str]
    vectors: Vectors
    labels: Sequence[str]

    def at(self, places: NDArray[np.intp]) -> "Labelled":
        """The examples at the given places."""
        return Labelled(
            [self.texts[place] for place in places],
            self.vectors[places],
            [self.labels[place] for place in places],
        )

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Answers to examples by classifiers that were learned without them.

    ``probabilities`` is (examples, labels), the labels in the order of the alphabet;
    ``truth`` the place of the right one.
    """

    probabilities: Matrix
    truth: NDArray[np.intp]

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which likeliest labels are right."""
        right: NDArray[np.bool_] = np.equal(self.probabilities.argmax(axis=1), self.truth)
        return right


def learn(examples: Labelled, names: Mapping[str, Vectors]) -> Classifier:
    """A classifier with its probabilities and threshold set on examples it had not seen.

    ``names`` holds the vectors of the labels themselves: a label's own name is one more
    example of it, which helps where examples are few. The temperature minimises the log loss
    of five-fold held-out answers (Guo et al., "On calibration of modern neural networks",
    ICML 2017). The threshold is the lowest at which 80 % of the held-out answers are right;
    above 1, so never reached, where none is. Deterministic. One label is always that label;
    no example raises ``ValueError``.
    """
    if not len(examples):
        raise ValueError("there is nothing to learn from")
    found = _fitted(examples, names)
    tested = held_out(examples, names)
    temperature = _temperature(tested)
    sure = softmax(np.log(tested.probabilities) / temperature).max(axis=1)
    return replace(
        found,
        temperature=temperature,
        threshold=threshold_for(sure, tested.right, _WANTED_PRECISION),
    )


def threshold_for(sure: Matrix, right: NDArray[np.bool_], precision: float) -> float:
    """The lowest probability above which so many answers are right; 1.01 where there is none.

    Where all answers together are right often enough, their lowest probability says nothing
    of texts that are less clear: then ``precision`` itself is the limit, if that is lower.
    """
    order = np.argsort(-sure, kind="stable")
    kept = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(kept >= precision)
    if not len(enough):
        return 1.01
    lowest = float(sure[order[enough[-1]]])
    return min(lowest, precision) if enough[-1] == len(order) - 1 else lowest


def held_out(examples: Labelled, names: Mapping[str, Vectors]) -> HeldOut:
    """Five-fold cross-validation, every label spread over the parts as evenly as it goes."""
    labels = sorted(set(examples.labels))
    truth = np.array([labels.index(label) for label in examples.labels], dtype=np.intp)
    found = np.full((len(examples), len(labels)), _TINY)
    for held in _folds(truth):
        rest = np.setdiff1d(np.arange(len(examples)), held)
        if not len(rest):
            continue
        model = _fitted(examples.at(rest), names)
        columns = [labels.index(label) for label in model.labels]
        for place in held:
            answer = model.probabilities(examples.texts[place], examples.vectors[place])
            found[place, columns] = np.maximum(answer, _TINY)
    return HeldOut(found, truth)


def _fitted(examples: Labelled, names: Mapping[str, Vectors]) -> Classifier:
    """Weights alone, without temperature and threshold."""
    from sklearn.linear_model import LogisticRegression

    idf = _frequencies(examples.texts)
    labels = sorted(set(examples.labels))
    if len(labels) == 1:
        nothing = np.zeros((1, len(idf) + examples.vectors.shape[1]))
        return Classifier(tuple(labels), idf, nothing, np.zeros(1))
    taught = _with_names(examples, names)
    counts = Counter(taught.labels)
    helped = {label: (len(taught) / (len(labels) * counts[label])) ** _BALANCE for label in labels}
    model = LogisticRegression(C=_INVERSE_PENALTY, class_weight=helped, max_iter=1_000)
    model.fit(_features(taught, idf), list(taught.labels))
    weights, bias = np.asarray(model.coef_), np.asarray(model.intercept_)
    if len(labels) == 2:
        # For two labels the library keeps one row, which is the second's over the first's.
        weights, bias = np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return Classifier(tuple(labels), idf, weights, bias)


def _with_names(examples: Labelled, names: Mapping[str, Vectors]) -> Labelled:
    present = [label for label in sorted(set(examples.labels)) if label in names]
    if not present:
        return examples
    return Labelled(
        [*examples.texts, *present],
        np.vstack([examples.vectors, *(names[label] for label in present)]),
        [*examples.labels, *present],
    )


def _folds(truth: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    order = np.argsort(truth, kind="stable")
    for fold in range(_FOLDS):
        yield np.sort(order[fold::_FOLDS])


def _temperature(tested: HeldOut) -> float:
    rows = np.arange(len(tested.truth))
    logs = np.log(tested.probabilities)

    def loss(temperature: float) -> float:
        chosen = softmax(logs / temperature)[rows, tested.truth]
        return float(-np.log(np.maximum(chosen, _TINY)).mean())

    return float(min(np.geomspace(0.5, 5.0, 65), key=loss))


def _frequencies(texts: Sequence[str]) -> dict[str, tuple[int, float]]:
    """Column and ln((1 + n) / (1 + df)) + 1 of the words of at least two texts."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(analyse(text).keys())
    common = [word for word, count in counts.most_common(_MOST_WORDS) if count >= _FEWEST_TEXTS]
    total = 1 + len(texts)
    return {
        word: (column, math.log(total / (1 + counts[word])) + 1)
        for column, word in enumerate(sorted(common))
    }


def _features(examples: Labelled, idf: Mapping[str, tuple[int, float]]) -> Any:
    """A sparse matrix, (examples, words + dimension)."""
    from scipy.sparse import csr_array, hstack

    rows = [weighed_words(text, idf) for text in examples.texts]
    ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns = np.concatenate([np.empty(0, dtype=np.intp), *(columns for columns, _ in rows)])
    values = np.concatenate([np.empty(0), *(values for _, values in rows)])
    words = csr_array((values, columns, ends), shape=(len(examples), len(idf)))
    return hstack([words, csr_array(examples.vectors.astype(np.float64))]).tocsr()
