"""The card of a dataset that was made from the organisation's own corpus."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evals.own.entries import Case, Query
from evals.own.feedback import JudgedFeedback
from evals.own.reading import OwnHistory
from retrieval.access import Reader

_HOW = (
    "A query is an incident as it was known at its opening (early sentences of the oldest revision "
    "that is kept). Relevant are records that people linked with it, and that were known when it "
    "was opened: grade 2 for the same problem, root-cause record or parent incident and for "
    "duplicates, grade 1 for other links. What people said of suggestions is added: accepted 2, "
    "edited and useful 1, rejected and not useful 0. Causes are what the incident's record and "
    "the problem or RCA that it is linked with say."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Everything that the card tells of; ``labelled`` are the cases of each field."""

    history: OwnHistory
    queries: Sequence[Query]
    cases: Sequence[Case]
    labelled: Mapping[str, int]
    feedback: JudgedFeedback
    reader: Reader
    split_at: datetime | None
    versions: Mapping[str, str]


def card_of(name: str, made: Made) -> dict[str, Any]:
    """What a reader of the figures should know. Nothing in it depends on the day it is made."""
    records = made.history.records.values()
    sources = Counter(record.source for record in records)
    opened = [query.question.opened_at.date().isoformat() for query in made.queries]
    return {
        "name": name,
        "source": {source: sources[source] for source in sorted(sources)},
        "licence": "internal",
        "readers": f"Holds what {made.reader.name} may read: whoever gets it can read all of it.",
        "period": {"first": min(opened), "last": max(opened)},
        "split_at": None if made.split_at is None else made.split_at.isoformat(),
        "size": _size(made),
        "truth": {"how": _HOW, "links": _links(made), "feedback": _feedback(made.feedback)},
        "judges": "whoever linked the tickets, and whoever judged suggestions",
        "known_flaws": _flaws(made),
        "made_with": dict(made.versions),
    }


def field_card(name: str, card: Mapping[str, Any]) -> dict[str, Any]:
    """The card of the dataset of one field, beside the whole one."""
    shared = ("source", "licence", "readers", "split_at", "made_with")
    return {
        "name": name,
        **{key: card[key] for key in shared},
        "truth": f"{name} of each incident as it stands now; text as it was at the opening",
        "known_flaws": [
            "A value that was set wrong and never corrected counts as right.",
            "The value stands as it is now, not as it was first set.",
        ],
    }


def _size(made: Made) -> dict[str, Any]:
    kinds = Counter(str(record.kind) for record in made.history.records.values())
    grades = Counter(grade for query in made.queries for grade in query.grades.values())
    return {
        "records": {kind: kinds[kind] for kind in sorted(kinds)},
        "queries": len(made.queries),
        "queries_with_a_relevant_record": sum(any(q.grades.values()) for q in made.queries),
        "judgements": {str(grade): grades[grade] for grade in sorted(grades)},
        "cases": len(made.cases),
        "cases_with_a_stated_cause": sum("root_cause" in case.reference for case in made.cases),
        "judged_hypotheses": len(made.feedback.causes),
        "field_cases": dict(made.labelled),
    }


def _links(made: Made) -> dict[str, int]:
    kinds = Counter(str(kind) for query in made.queries for kind in query.question.known.values())
    return {kind: kinds[kind] for kind in sorted(kinds)}


def _feedback(feedback: JudgedFeedback) -> dict[str, Any]:
    return {
        "verdicts": dict(sorted(feedback.verdicts.items())),
        "set_aside": dict(sorted(feedback.set_aside.items())),
    }


def _flaws(made: Made) -> list[str]:
    """Each with its number where there is one; what does not occur is not told."""
    questions = made.history.questions
    linked = sum(1 for question in questions if question.known)
    later = sum(query.question.later for query in made.queries)
    never = sum(1 for question in questions if question.later and not question.known)
    undated = sum(1 for record in made.history.records.values() if record.opened_at is None)
    disputed = sum(query.disputed for query in made.queries)
    flaws = [
        f"Links are sparse: {linked:,} of {len(questions):,} dated incidents are linked with an "
        "earlier record. A record that nobody linked counts as wrong when it is found.",
        "Whoever linked two records may have found the earlier one by searching for the same "
        "words; what is hard to find is linked less often.",
        "Early text is chosen by rule: a sentence that was written after closing may be among "
        "it. Titles are as they stand now.",
        "A source that does not say when a record was last changed hides what was added later.",
        "Fields of cases are as they stand now, not as they were first set.",
    ]
    counted = (
        (later, "linked records were not known when their incident was opened and do not count."),
        (never, "linked incidents are the first of their kind and are no query."),
        (
            undated,
            "records have no date of opening; they are found only as of when the source last "
            "reviewed them, or else since they were brought in.",
        ),
        (disputed, "linked records were called not useful by a person; the link counts."),
    )
    flaws += [f"{count:,} {what}" for count, what in counted if count]
    if made.feedback.verdicts:
        flaws.append("People judged what they were shown, so the order of the product favours it.")
    return flaws
