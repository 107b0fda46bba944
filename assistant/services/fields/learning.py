"""Learning a classifier from labelled texts."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.services.fields.classifier import Classifier, Matrix, softmax, weighed_words
from retrieval.analysis import analyse
from retrieval.ports import Vectors

# A word of one text alone tells nothing of others; beyond so many words memory pays for little.
_FEWEST_TEXTS = 2
_MOST_WORDS = 20_000
# What the weights may cost: few examples want more freedom, thousands less. The held-out
# answers choose; over ten fields of 109 to 3,000 examples that was never worse than the best
# fixed one by more than half a point (docs/decisions/0012).
_INVERSE_PENALTIES = (1.0, 3.0, 10.0, 30.0)
# How far rare labels are helped: by the square root of what would make all labels equal; the
# middle of a flat range.
_BALANCE = 0.5
_FOLDS = 5
# So many held-out answers say enough; further parts are not asked.
_ENOUGH_HELD_OUT = 2_000
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

    def at(self, temperature: float) -> Matrix:
        """The probabilities flattened (above 1) or sharpened (below 1)."""
        return softmax(np.log(self.probabilities) / temperature)

    def loss(self, temperature: float) -> float:
        """The mean log loss at a temperature."""
        chosen = self.at(temperature)[np.arange(len(self.truth)), self.truth]
        return float(-np.log(np.maximum(chosen, _TINY)).mean())


class Learned(NamedTuple):
    """A classifier and how it does on examples it had not seen.

    ``accuracy`` of the likeliest labels; ``coverage``: the share that is sure enough to be
    said; ``precision`` of those, 0 where there is none.
    """

    classifier: Classifier
    accuracy: float
    coverage: float
    precision: float


def learn(examples: Labelled, names: Mapping[str, Vectors]) -> Classifier:
    """See :func:`learned`."""
    return learned(examples, names).classifier


def learned(examples: Labelled, names: Mapping[str, Vectors]) -> Learned:
    """A classifier with its penalty, probabilities and threshold set on unseen examples.

    ``names`` holds the vectors of the labels themselves: a label's own name is one more
    example of it, which helps where examples are few. The temperature minimises the log loss
    of held-out answers (Guo et al., "On calibration of modern neural networks", ICML 2017),
    and so does the penalty. The threshold is the lowest at which 80 % of the held-out answers
    are right; above 1, so never reached, where none is. Deterministic. One label is always
    that label; no example raises ``ValueError``.
    """
    if not len(examples):
        raise ValueError("there is nothing to learn from")
    read = _Read.of(examples)
    tested = _tested(read, names, _INVERSE_PENALTIES)
    choices = {
        penalty: min(np.geomspace(0.5, 5.0, 65), key=answers.loss)
        for penalty, answers in tested.items()
    }
    penalty = min(choices, key=lambda each: tested[each].loss(choices[each]))
    answers, temperature = tested[penalty], float(choices[penalty])
    sure = answers.at(temperature).max(axis=1)
    threshold = threshold_for(sure, answers.right, _WANTED_PRECISION)
    model = _models(read, names, (penalty,))[penalty]
    said = answers.right[sure >= threshold]
    return Learned(
        Classifier(model.labels, model.idf, model.weights, model.bias, temperature, threshold),
        accuracy=float(answers.right.mean()),
        coverage=len(said) / len(sure),
        precision=float(said.mean()) if len(said) else 0.0,
    )


def threshold_for(sure: Matrix, right: NDArray[np.bool_], precision: float) -> float:
    """The lowest probability above which so many answers are right; 1.01 where there is none.

    Right enough is what the lower end of Wilson's interval (one standard error) says: on tickets
    opened later fewer are right than on held-out ones of the same time. Where all answers
    together are right often enough, their lowest probability says nothing of texts that are less
    clear: then ``precision`` itself is the limit, if that is lower.
    """
    order = np.argsort(-sure, kind="stable")
    counts = np.arange(1, len(order) + 1)
    share = np.cumsum(right[order]) / counts
    spread = np.sqrt(share * (1 - share) / counts + 1 / (4 * counts**2))
    lowest_share = (share + 1 / (2 * counts) - spread) / (1 + 1 / counts)
    enough = np.flatnonzero(lowest_share >= precision)
    if not len(enough):
        return 1.01
    lowest = float(sure[order[enough[-1]]])
    return min(lowest, precision) if enough[-1] == len(order) - 1 else lowest


@dataclass(frozen=True, slots=True)
class _Read:
    """Examples with their words counted once, because they are learned from several times."""

    words: Sequence[Mapping[str, int]]
    vectors: Matrix
    labels: Sequence[str]

    @classmethod
    def of(cls, examples: Labelled) -> "_Read":
        words = [analyse(text) for text in examples.texts]
        return cls(words, examples.vectors.astype(np.float64), examples.labels)

    def at(self, places: NDArray[np.intp]) -> "_Read":
        return _Read(
            [self.words[place] for place in places],
            self.vectors[places],
            [self.labels[place] for place in places],
        )

    def with_names(self, names: Mapping[str, Vectors]) -> "_Read":
        present = [label for label in sorted(set(self.labels)) if label in names]
        if not present:
            return self
        return _Read(
            [*self.words, *(analyse(label) for label in present)],
            np.vstack([self.vectors, *(names[label].astype(np.float64) for label in present)]),
            [*self.labels, *present],
        )

    def __len__(self) -> int:
        return len(self.words)


def _tested(
    read: _Read, names: Mapping[str, Vectors], penalties: Sequence[float]
) -> dict[float, HeldOut]:
    """Held-out answers under each penalty, every label spread over five parts as evenly as it goes.

    Of many examples only so many parts are asked as give 2,000 answers.
    """
    labels, truth = np.unique(np.array(read.labels, dtype=object), return_inverse=True)
    found = {penalty: np.full((len(read), len(labels)), _TINY) for penalty in penalties}
    asked: list[NDArray[np.intp]] = []
    for held in _folds(truth):
        asked.append(held)
        rest = np.setdiff1d(np.arange(len(read)), held)
        if len(rest):
            for penalty, model in _models(read.at(rest), names, penalties).items():
                columns = np.searchsorted(labels, np.array(model.labels, dtype=object))
                answers = np.maximum(_answers(model, read.at(held)), _TINY)
                found[penalty][np.ix_(held, columns)] = answers
        if sum(map(len, asked)) >= _ENOUGH_HELD_OUT:
            break
    rows = np.sort(np.concatenate(asked))
    return {penalty: HeldOut(each[rows], truth[rows]) for penalty, each in found.items()}


def _models(
    read: _Read, names: Mapping[str, Vectors], penalties: Sequence[float]
) -> dict[float, Classifier]:
    """Weights under each penalty, without temperature and threshold."""
    from assistant.services.fields.regression import Design, fitted

    idf = _frequencies(read.words)
    taught = read.with_names(names)
    labels, truth = np.unique(np.array(taught.labels, dtype=object), return_inverse=True)
    helped = (len(taught) / (len(labels) * np.bincount(truth))) ** _BALANCE
    matrix = _matrix(taught.words, idf)
    design = Design(matrix, taught.vectors, truth, helped[truth], len(labels))
    found: dict[float, Classifier] = {}
    point: Matrix | None = None
    # Each begins where the stricter one before it ended, which takes a third of the time.
    for penalty in sorted(penalties):
        point = fitted(design, penalty, point)
        weights = np.ascontiguousarray(point[:-1].T)
        found[penalty] = Classifier(tuple(labels.tolist()), idf, weights, point[-1])
    return found


def _answers(model: Classifier, read: _Read) -> Matrix:
    """The probability of each label for each example, (examples, labels)."""
    split = len(model.idf)
    scores = _matrix(read.words, model.idf) @ model.weights[:, :split].T
    return softmax(scores + read.vectors @ model.weights[:, split:].T + model.bias)


def _folds(truth: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    order = np.argsort(truth, kind="stable")
    for fold in range(_FOLDS):
        yield np.sort(order[fold::_FOLDS])


def _frequencies(texts: Sequence[Mapping[str, int]]) -> dict[str, tuple[int, float]]:
    """Column and ln((1 + n) / (1 + df)) + 1 of the words of at least two texts."""
    counts: Counter[str] = Counter()
    for words in texts:
        counts.update(words.keys())
    common = [word for word, count in counts.most_common(_MOST_WORDS) if count >= _FEWEST_TEXTS]
    total = 1 + len(texts)
    return {
        word: (column, math.log(total / (1 + counts[word])) + 1)
        for column, word in enumerate(sorted(common))
    }


def _matrix(texts: Sequence[Mapping[str, int]], idf: Mapping[str, tuple[int, float]]) -> Any:
    """A sparse matrix of weighed words, (texts, words)."""
    from scipy.sparse import csr_array

    rows = [weighed_words(words, idf) for words in texts]
    ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns = np.concatenate([np.empty(0, dtype=np.intp), *(columns for columns, _ in rows)])
    values = np.concatenate([np.empty(0), *(values for _, values in rows)])
    return csr_array((values, columns, ends), shape=(len(texts), len(idf)))
