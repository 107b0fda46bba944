"""May this model judge? Its labels are held against people's, with this prompt, here and now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.services.backtest.intervals import Interval
from evals.agreement import SUBSTANTIAL, kappa_interval
from evals.judge.items import Item, ToJudge
from evals.judge.judging import Judged
from evals.judge.questions import Question
from retrieval.errors import InvalidInput

FEWEST = 30
"""Labels below which nothing is checked: with 30 of two equally frequent labels a κ of 0.8 still
has a standard error of 0.11 (Cohen 1960), and with fewer "0.6" means little."""

_NO_LABEL = -1
NO_LABEL_NAME = "no label"


@dataclass(frozen=True, slots=True)
class CheckedItem:
    """An item that people labelled, with what the judge said of it."""

    judged: Judged
    question: Question

    @property
    def id(self) -> str:
        """The id of the item."""
        return self.judged.item.id

    @property
    def scores(self) -> dict[str, float]:
        """``agreement``: both gave one label; ``answered``: the answer was a label at all."""
        said = self.judged.said
        return {
            "agreement": float(said == self.judged.item.label),
            "answered": float(said is not None),
        }

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "id": self.id,
            "people": _name(self.question, self.judged.item.label),
            "judge": _name(self.question, self.judged.said),
            **self.scores,
        }


@dataclass(frozen=True, slots=True)
class Check:
    """What came of it. An answer that is no label disagrees with every label."""

    question: Question
    items: tuple[CheckedItem, ...]
    kappa: Interval

    @classmethod
    def of(cls, question: Question, judged: Sequence[Judged]) -> "Check":
        """Compute κ with its interval; nothing judged raises ``ValueError``."""
        pairs = [(_number(one.item.label), _number(one.said)) for one in judged]
        items = tuple(CheckedItem(one, question) for one in judged)
        return cls(question, items, kappa_interval(pairs))

    @property
    def passed(self) -> bool:
        """Whether the judge may be used. The estimate decides, not its interval."""
        return self.kappa.mean >= SUBSTANTIAL

    def confusion(self) -> dict[str, dict[str, int]]:
        """What the judge said (columns) of what people said (rows)."""
        columns = {**self.question.labels, _NO_LABEL: NO_LABEL_NAME}
        said = [(_number(i.judged.item.label), _number(i.judged.said)) for i in self.items]
        return {
            name: {column: said.count((label, other)) for other, column in columns.items()}
            for label, name in self.question.labels.items()
        }


def check_labels(items: Sequence[Item], asked: ToJudge) -> None:
    """Raise ``InvalidInput`` where κ against these labels would mean nothing."""
    given = {item.label for item in items}
    if len(items) < FEWEST:
        raise InvalidInput(
            f"{asked.name} has {len(items)} labels of people that a judge can be checked against; "
            f"{FEWEST} are needed. No model was asked. Have people label more."
        )
    if len(given) < 2:
        name = _name(asked.question, next(iter(given)))
        raise InvalidInput(
            f"Every label of people in {asked.name} is {name!r}; agreement beyond chance cannot be "
            "told from that. No model was asked. Have people label others as well."
        )


def _number(label: int | None) -> int:
    return _NO_LABEL if label is None else label


def _name(question: Question, label: int | None) -> str:
    return NO_LABEL_NAME if label is None else question.labels[label]
