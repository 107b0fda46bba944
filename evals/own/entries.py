"""The lines of a dataset's files."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from evals.own.blinding import Blinding
from evals.own.feedback import JudgedCause
from evals.own.reading import Question
from retrieval.records import Record, RecordKind, SectionKind


class Query(NamedTuple):
    """A question with the grades of the judged records, and how many of them are in dispute."""

    question: Question
    text: str
    grades: Mapping[str, int]
    disputed: int


class Case(NamedTuple):
    """A question of which something was recorded afterwards: its cause, or what was done."""

    question: Question
    text: str
    reference: Mapping[str, list[str]]


def corpus_entry(record: Record, blinding: Blinding | None = None) -> dict[str, Any]:
    """A record as it is stored, so that ingest makes the same of it, at the same moments.

    Moments are in UTC, whatever zone the source wrote them in.
    """
    fields: dict[str, Any] = dict(record.fields)
    text, title = record.text, record.title
    if blinding is not None:
        fields = blinding.fields(fields)
        title, text = blinding.text(record.id, title), blinding.text(record.id, text)
    if record.services:
        fields["service"] = list(record.services)
    moments = {
        "opened_at": record.opened_at,
        "resolved_at": record.resolved_at,
        "updated_at": record.known_at,
    }
    fields |= {name: _told(moment) for name, moment in moments.items() if moment is not None}
    return {
        "id": record.id,
        "kind": str(record.kind),
        "title": title,
        "text": text,
        "fields": dict(sorted(fields.items())),
        "source": record.source,
    }


def query_entry(query: Query, blinding: Blinding) -> dict[str, Any]:
    """An incident as it was known at its opening; ``text_blind`` names no linked record."""
    question = query.question
    return {
        "id": question.id,
        "text": query.text,
        "text_blind": blinding.text(question.id, query.text),
        "doc_id": question.id,
        "as_of": _told(question.opened_at),
    }


def reference_of(question: Question, judged: Iterable[JudgedCause]) -> dict[str, list[str]]:
    """What was recorded afterwards; hypotheses that people refused stand beside a stated cause."""
    past = question.past
    refused = [one.statement for one in judged if one.subject == question.id and not one.right]
    reference = {
        "root_cause": list(past.stated),
        "resolution": _sections(past.record, SectionKind.RESOLUTION),
        "actions": _sections(past.record, SectionKind.ACTION),
        "rejected": refused if past.stated else [],
    }
    return {name: value for name, value in reference.items() if value}


def case_entry(case: Case) -> dict[str, Any]:
    """What was known at the opening, and what was recorded afterwards."""
    record = case.question.past.record
    title, summary = "", case.text
    if record.kind is RecordKind.INCIDENT:
        title, _, summary = case.text.partition("\n")
    return {
        "id": record.id,
        "input": {
            "title": title,
            "summary": summary.strip(),
            "opened_at": _told(case.question.opened_at),
        },
        "reference": dict(case.reference),
    }


def judged_entry(cause: JudgedCause, text: str) -> dict[str, Any]:
    """A hypothesis that people judged, on the incident as it was known at its opening."""
    return {
        "id": f"{cause.subject}/{cause.hypothesis}",
        "text": f"{text}\n\nHypothesis: {cause.statement}",
        "label": "right" if cause.right else "wrong",
        "record_id": cause.subject,
        "statement": cause.statement,
        "reasons": list(cause.reasons),
    }


def _sections(record: Record, *kinds: SectionKind) -> list[str]:
    bodies = (record.text[each.start : each.end].strip() for each in record.sections_of(*kinds))
    return [body for body in bodies if body]


def _told(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
