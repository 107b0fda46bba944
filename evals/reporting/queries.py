"""Single queries: how their scores changed, what was asked and expected, and what was answered."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from assistant.services.triage.same_cause import SAME_CAUSE
from evals.directions import Direction, direction
from evals.reporting.figures import figure, signed
from evals.reporting.texts import Expected, Texts
from evals.runs import RunRecord

_BLANK = re.compile(r"\n\s*\n")

WORST = 5
"""How many queries are shown in full: as many as are read."""

# Two or three lines on a page; the rest is folded.
_SHOWN_CHARS = 280
_TITLE_CHARS = 160
_SHOWN_ANSWERS = 5


@dataclass(frozen=True, slots=True)
class Change:
    """The score of a query in the reference and in the other run. ``kind``: better, worse, same.

    For a metric that is neither good nor bad by itself, more counts as better.
    """

    id: str
    reference: float
    other: float
    kind: str

    @property
    def change(self) -> float:
        """``other`` − ``reference``."""
        return self.other - self.reference


class Passage(NamedTuple):
    """A text, cut where it gets long; ``rest`` is what was cut off."""

    head: str
    rest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of an answer. ``right`` is ``None`` where that is not known."""

    text: Passage
    record_id: str = ""
    note: str = ""
    right: bool | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """What one run answered, best first; ``folded`` are those after the first five."""

    run: str
    kind: str
    score: str
    shown: tuple[Answer, ...]
    folded: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class ShownQuery:
    """A query in full. ``question`` is ``None`` and ``expected`` empty without texts."""

    id: str
    change: str
    question: Passage | None
    expected: tuple[Answer, ...]
    answers: tuple[Answers, ...]


def changes_of(reference: RunRecord, other: RunRecord, metric: str) -> tuple[Change, ...]:
    """Of each query that the metric applies to in both runs, in the order of the reference."""
    here, there = reference.per_query(metric), other.per_query(metric)
    less = direction(metric) is Direction.LESS
    found = []
    for name, before in here.items():
        if name in there:
            gain = (before - there[name]) if less else (there[name] - before)
            kind = "better" if gain > 0 else "worse" if gain < 0 else "same"
            found.append(Change(name, before, there[name], kind))
    return tuple(found)


def worst_changes(changes: Sequence[Change], most: int = WORST) -> list[Change]:
    """The largest regressions, the largest first; of equal ones those that come first."""
    worse = [change for change in changes if change.kind == "worse"]
    return sorted(worse, key=lambda change: -abs(change.change))[:most]


def lowest(run: RunRecord, metric: str, most: int = WORST) -> list[str]:
    """The queries with the worst scores, unless all have the best one."""
    scores = run.per_query(metric)
    sign = -1 if direction(metric) is Direction.LESS else 1
    best = max(sign * score for score in scores.values())
    below = [name for name, score in scores.items() if sign * score < best]
    return sorted(below, key=lambda name: sign * scores[name])[:most]


def shown_query(
    name: str, runs: Mapping[str, RunRecord], kinds: Mapping[str, str], metric: str, texts: Texts
) -> ShownQuery:
    """A query in full; ``runs`` by what they are called, the reference first."""
    expected = texts.expected.get(name, ())
    scores = [run.per_query(metric)[name] for run in runs.values()]
    question = texts.questions.get(name)
    return ShownQuery(
        id=name,
        change=signed(scores[1] - scores[0]) if len(scores) > 1 else figure(scores[0]),
        question=None if question is None else passage(question),
        expected=tuple(_wanted(one, name, runs) for one in expected),
        answers=tuple(
            _answers(
                called, kinds[called], figure(score), _told(_query(run, name), expected, texts)
            )
            for (called, run), score in zip(runs.items(), scores, strict=True)
        ),
    )


def passage(text: str, most: int = _SHOWN_CHARS) -> Passage:
    """Cut between words, unless little would be left to fold away. Blank lines are left out."""
    tidy = _BLANK.sub("\n", text.strip())
    if len(tidy) <= most * 1.2:
        return Passage(tidy, "")
    cut = tidy.rfind(" ", most // 2, most)
    cut = most if cut < 0 else cut
    return Passage(tidy[:cut].rstrip(), tidy[cut:].lstrip())


def _query(run: RunRecord, name: str) -> Mapping[str, Any]:
    return next(query for query in run.queries if query["id"] == name)


def _wanted(one: Expected, name: str, runs: Mapping[str, RunRecord]) -> Answer:
    """What was expected, with the ranks that it has."""
    if not one.record_id:
        return Answer(passage(one.text))
    ranks = [
        f"{called}: {_rank(_query(run, name).get('ranking', ()), one.record_id)}"
        for called, run in runs.items()
    ]
    title = passage(one.text, _TITLE_CHARS)
    return Answer(title, one.record_id, "; ".join([f"grade {one.grade}", *ranks]))


def _rank(ranking: Sequence[str], record: str) -> str:
    return f"rank {ranking.index(record) + 1}" if record in ranking else "not in the first ten"


def _answers(called: str, kind: str, score: str, told: Sequence[Answer]) -> Answers:
    shown, folded = tuple(told[:_SHOWN_ANSWERS]), tuple(told[_SHOWN_ANSWERS:])
    return Answers(called, kind, score, shown, folded)


def _told(query: Mapping[str, Any], expected: Sequence[Expected], texts: Texts) -> Sequence[Answer]:
    """The lines of an answer, by what the task keeps of it."""
    if "ranking" in query:
        return _ranked(query["ranking"], expected, texts)
    if "hypotheses" in query:
        return [_hypothesis(one) for one in query["hypotheses"]]
    if "drafted" in query:
        return [
            Answer(passage(one["text"], _TITLE_CHARS), ", ".join(one["record_ids"]), one["kind"])
            for one in query["drafted"]
        ]
    if "failures" in query:
        through = [Answer(passage(str(one)), note="got through") for one in query["failures"]]
        return through + [
            Answer(passage(str(one)), note="remark") for one in query.get("remarks", ())
        ]
    said = query.get("predicted", query.get("verdict"))
    right = query.get("correct")
    reasons = "; ".join(
        [
            *_likely(query),
            *(["not sure"] if query.get("abstained") else []),
            *map(str, query.get("reasons", ())),
        ]
    )
    if said is None:
        return []
    return [Answer(passage(str(said)), note=reasons, right=right)]


def _ranked(ranking: Sequence[str], expected: Sequence[Expected], texts: Texts) -> list[Answer]:
    wanted = {one.record_id for one in expected}
    return [
        Answer(
            passage(texts.titles.get(record, ""), _TITLE_CHARS),
            record,
            right=record in wanted if wanted else None,
        )
        for record in ranking
    ]


def _hypothesis(one: Mapping[str, Any]) -> Answer:
    agreement = one.get("agreement")
    right = one.get("correct") if agreement is None else agreement >= SAME_CAUSE
    agreed = [] if agreement is None else [f"agreement {figure(agreement)}"]
    return Answer(
        passage(str(one.get("statement", "")), _TITLE_CHARS),
        ", ".join(one.get("record_ids", ())),
        ", ".join([*_likely(one), *agreed]),
        right,
    )


def _likely(entry: Mapping[str, Any]) -> list[str]:
    probability = entry.get("probability")
    return [] if probability is None else [f"probability {probability:.0%}"]
