"""``precedent eval import``: a dataset folder from the corpus of this installation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.bootstrap import Application
from assistant.services.fields.fitted import LEARNED, field_value
from evals.own.blinding import Blinding
from evals.own.entries import (
    Case,
    Query,
    case_entry,
    corpus_entry,
    judged_entry,
    query_entry,
    reference_of,
)
from evals.own.feedback import JudgedFeedback, judged
from evals.own.folder import check_folder, write_folder
from evals.own.own_card import Made, card_of, field_card
from evals.own.reading import OwnHistory, Question, early_text, own_history
from retrieval.access import Reader
from retrieval.errors import InvalidInput

# A field dataset of fewer cases, or of one label, measures nothing.
_FEWEST_LABELLED, _FEWEST_LABELS = 20, 2

Step = Callable[[int, int], None]
"""Called with (questions read, questions in all)."""
Entries = Sequence[Mapping[str, Any]]
"""The lines of a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What to write where.

    ``most`` bounds each kind of question, the newest are kept. ``unlinked`` adds so many of the
    newest incidents that nothing is known to be relevant for, so that people can judge them.
    With ``split_at`` only incidents opened from then on are asked; older ones are what fields
    may be learned from.
    """

    folder: Path
    most: int = 1_000
    unlinked: int = 0
    split_at: datetime | None = None
    force: bool = False


def import_history(
    app: Application, reader: Reader, options: ImportOptions, step: Step | None = None
) -> dict[str, Any]:
    """Write the dataset and return its card. The same corpus gives the same bytes.

    Raises ``InvalidInput`` for a folder that holds something else, and where nothing is linked
    or judged and no unlinked incidents were asked for.
    """
    check_folder(options.folder, force=options.force)
    history = own_history(app.store, reader)
    asked = [q for q in history.questions if _is_asked(q, options.split_at)]
    feedback = judged(history.records, asked, app.feedback.everything())
    chosen = _chosen(asked, feedback, options)
    if not chosen:
        raise InvalidInput(_nothing(history, asked))
    texts = _Texts(app, history, step)
    queries = [_query(texts.of(question), question, feedback) for question in chosen]
    cases = _cases(asked, texts, feedback, options.most)
    labelled = _labelled(history, texts, options)
    blinding = Blinding(history.records)
    made = Made(
        history=history,
        queries=queries,
        cases=cases,
        labelled={name: len(parts["cases.jsonl"]) for name, parts in labelled.items()},
        feedback=feedback,
        reader=reader,
        split_at=options.split_at,
        versions={"precedent": app.version},
    )
    card = card_of(options.folder.resolve().name, made)
    parts = _corpora(history, blinding) | {
        "queries.jsonl": [query_entry(query, blinding) for query in queries],
        "cases.jsonl": [case_entry(case) for case in cases],
        "judged/cases.jsonl": [
            judged_entry(cause, texts.named(cause.subject)) for cause in feedback.causes
        ],
    }
    cards = {".": card}
    for name, files in labelled.items():
        parts |= {f"fields/{name}/{file}": entries for file, entries in files.items()}
        cards[f"fields/{name}"] = field_card(name, card)
    graded = {query.question.id: query.grades for query in queries}
    write_folder(options.folder, parts, graded, cards)
    return card


def _corpora(history: OwnHistory, blinding: Blinding) -> dict[str, Entries]:
    records = history.records.values()
    return {
        "corpus.jsonl": [corpus_entry(record) for record in records],
        "corpus_blind.jsonl": [corpus_entry(record, blinding) for record in records],
    }


class _Texts:
    """The early text of each question, read once."""

    def __init__(self, app: Application, history: OwnHistory, step: Step | None) -> None:
        self._store = app.store
        self._questions = {question.id: question for question in history.questions}
        self._step = step
        self._read: dict[str, str] = {}

    def of(self, question: Question) -> str:
        """What could have been asked at its opening."""
        if question.id not in self._read:
            self._read[question.id] = early_text(self._store, question)
            if self._step is not None:
                self._step(len(self._read), len(self._questions))
        return self._read[question.id]

    def named(self, record_id: str) -> str:
        """The same, by the id of the incident."""
        return self.of(self._questions[record_id])


def _is_asked(question: Question, split_at: datetime | None) -> bool:
    return split_at is None or question.opened_at >= split_at


def _chosen(
    asked: Sequence[Question], feedback: JudgedFeedback, options: ImportOptions
) -> list[Question]:
    """The newest questions with a judgement, and the newest without one that were wanted."""
    with_truth = [q for q in asked if q.known or q.id in feedback.grades]
    kept = {question.id for question in with_truth[-options.most :]}
    without = [q for q in asked if not q.known and q.id not in feedback.grades]
    kept |= {question.id for question in without[len(without) - options.unlinked :]}
    return [question for question in asked if question.id in kept]


def _query(text: str, question: Question, feedback: JudgedFeedback) -> Query:
    """With every judgement: of a link and a person who disagree the link counts."""
    said = feedback.grades.get(question.id, {})
    linked = {other: kind.grade for other, kind in question.known.items()}
    both = linked.keys() & said.keys()
    grades = {**said, **linked, **{other: max(linked[other], said[other]) for other in both}}
    disputed = sum(1 for other in both if not said[other])
    return Query(
        question=question, text=text, grades=dict(sorted(grades.items())), disputed=disputed
    )


def _cases(
    asked: Sequence[Question], texts: _Texts, feedback: JudgedFeedback, most: int
) -> list[Case]:
    """The newest incidents of which a cause, a resolution or actions were recorded."""
    references = [(question, reference_of(question, feedback.causes)) for question in asked]
    told = [(question, reference) for question, reference in references if reference]
    return [Case(q, texts.of(q), reference) for q, reference in told[-most:]]


def _labelled(
    history: OwnHistory, texts: _Texts, options: ImportOptions
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """For each field that has enough values, the cases to label and those to learn from."""
    found = {}
    for name in LEARNED:
        values = (
            (question, field_value(question.past.record, name)) for question in history.questions
        )
        told = [(question, value) for question, value in values if value is not None]
        asked = [pair for pair in told if _is_asked(pair[0], options.split_at)][-options.most :]
        before = [pair for pair in told if not _is_asked(pair[0], options.split_at)][
            -options.most :
        ]
        parts = {"cases.jsonl": asked} | ({"train.jsonl": before} if before else {})
        labels = {value for part in parts.values() for _, value in part}
        if len(asked) < _FEWEST_LABELLED or len(labels) < _FEWEST_LABELS:
            continue
        found[name] = {
            file: [{"id": q.id, "text": texts.of(q), "label": value} for q, value in part]
            for file, part in parts.items()
        }
    return found


def _nothing(history: OwnHistory, asked: Sequence[Question]) -> str:
    """Why there is nothing to write, and what to do about it."""
    if not history.records:
        return "The corpus is empty. Bring records in with 'precedent ingest PATH…' first."
    if not history.questions:
        return "No incident of the corpus has a date. Ingest the field opened_at, then try again."
    if not asked:
        return "No incident was opened at or after --split-at. Choose an earlier date."
    later = sum(1 for question in asked if question.later)
    why = (
        f"{later:,} incidents are linked, but only with records that were not known yet when "
        "they were opened"
        if later
        else f"None of the {len(asked):,} dated incidents is linked with another record, and "
        "nobody has judged a suggestion"
    )
    return (
        f"{why}. What to do: ingest the fields that link tickets (problem, duplicate_of, "
        "parent_incident, rca, related_to), let people say which suggestions are useful, or have "
        "them judge: add --unlinked 50, then run 'precedent eval pool DIR'."
    )
