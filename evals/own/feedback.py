"""What people said of suggestions, as judgements of records and of hypotheses."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from statistics import median_low
from typing import NamedTuple

from assistant.db.feedback import Feedback, FeedbackVerdict
from assistant.domain.triage import Hypothesis
from assistant.services.triage.stated_causes import recorded_causes, suspicions
from evals.own.gold import RELATED_GRADE, SAME_GRADE
from evals.own.reading import Question
from retrieval.records import PRECEDENT_KINDS, Record

# Whoever takes a suggestion over says more than whoever calls it useful, and whoever has to
# change it less.
_GRADES: Mapping[FeedbackVerdict, int] = {
    FeedbackVerdict.ACCEPTED: SAME_GRADE,
    FeedbackVerdict.EDITED: RELATED_GRADE,
    FeedbackVerdict.USEFUL: RELATED_GRADE,
    FeedbackVerdict.NOT_USEFUL: 0,
    FeedbackVerdict.REJECTED: 0,
}
_HYPOTHESIS = re.compile(r"[0-9a-f]{16}")

PASTED = "about a pasted text, not a record"
GONE = "about a record that is not there"
NOT_ASKED = "about a record that is not among the incidents asked"
LATER = "on a record that was not known when the incident was opened"
UNREADABLE = "on a hypothesis whose sentence is in no record any more"


class JudgedCause(NamedTuple):
    """A hypothesis that people judged: ``reasons`` are what those who refused it wrote."""

    subject: str
    hypothesis: str
    statement: str
    right: bool
    reasons: tuple[str, ...]


class JudgedFeedback(NamedTuple):
    """``grades`` by subject and suggested record; ``set_aside`` counts what could not be used."""

    grades: Mapping[str, Mapping[str, int]]
    causes: tuple[JudgedCause, ...]
    verdicts: Mapping[str, int]
    set_aside: Mapping[str, int]


class _Said(NamedTuple):
    """What several people, each by their latest verdict, said of one suggestion."""

    grade: int
    reasons: tuple[str, ...]


def judged(
    records: Mapping[str, Record], asked: Iterable[Question], given: Iterable[Feedback]
) -> JudgedFeedback:
    """The latest verdict of each person counts, and of several people the lower median.

    Only where the subject is an incident that was asked; a record must have been known at its
    opening, like every answer to it.
    """
    opened = {question.id: question.opened_at for question in asked}
    verdicts: Counter[str] = Counter()
    aside: Counter[str] = Counter()
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    hypotheses: dict[tuple[str, str], _Said] = {}
    for (subject, suggestion), said in _combined(given, verdicts).items():
        if subject not in opened:
            known = subject in records
            aside[PASTED if subject.startswith("text:") else NOT_ASKED if known else GONE] += 1
        elif suggestion in records:
            if records[suggestion].known_at <= opened[subject]:
                grades[subject][suggestion] = said.grade
            else:
                aside[LATER] += 1
        elif _HYPOTHESIS.fullmatch(suggestion):
            hypotheses[subject, suggestion] = said
        else:
            aside[GONE] += 1
    causes = tuple(_causes(hypotheses, records, aside))
    return JudgedFeedback(dict(sorted(grades.items())), causes, verdicts, aside)


def _combined(given: Iterable[Feedback], verdicts: Counter[str]) -> dict[tuple[str, str], _Said]:
    latest: dict[tuple[str, str], dict[str, Feedback]] = defaultdict(dict)
    for one in given:
        latest[one.subject, one.suggestion][one.person] = one
    found = {}
    for pair, by_person in sorted(latest.items()):
        verdicts.update(str(one.verdict) for one in by_person.values())
        said = [by_person[person] for person in sorted(by_person)]
        grades = {one.person: _GRADES[one.verdict] for one in said}
        refused = (one.reason for one in said if not grades[one.person] and one.reason)
        found[pair] = _Said(median_low(list(grades.values())), tuple(refused))
    return found


def _causes(
    hypotheses: Mapping[tuple[str, str], _Said],
    records: Mapping[str, Record],
    aside: Counter[str],
) -> Iterable[JudgedCause]:
    """Judged hypotheses by their words, which feedback does not keep: only their digest."""
    if not hypotheses:
        return
    statements = _statements(records.values())
    for (subject, hypothesis), said in hypotheses.items():
        statement = statements.get(hypothesis)
        if statement is None:
            aside[UNREADABLE] += 1
        else:
            yield JudgedCause(subject, hypothesis, statement, said.grade > 0, said.reasons)


def _statements(records: Iterable[Record]) -> dict[str, str]:
    found = {}
    for record in records:
        if record.kind in PRECEDENT_KINDS:
            for sentence in (*recorded_causes(record), *suspicions(record)):
                hypothesis = Hypothesis(statement=sentence.text, weight=0.0, support=())
                found[hypothesis.id] = sentence.text
    return found
