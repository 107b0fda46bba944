"""``POST /similar``, ``POST /triage`` and ``POST /triage/events``."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi import Query as Parameter
from pydantic import Field, model_validator

from assistant.api.errors import PROBLEMS
from assistant.api.identity import App, CurrentPerson
from assistant.bootstrap import Application
from assistant.domain.holdout import HeldBack
from assistant.domain.incident import IncidentContext
from assistant.domain.people import Person
from assistant.schemas import Moment, Shape, SimilarOut, TriageOut
from ingest.text import clean_text
from ingest.webhooks import read_event
from ingest.webhooks.generic import GenericTicket
from retrieval.records import RecordKind

router = APIRouter(tags=["questions"], responses=PROBLEMS)

# An incident has a few records of its own; more would make a search slow.
_MOST_LEFT_OUT = 100
HowMany = Annotated[int, Field(ge=1, le=100)]
EventFormatName = Annotated[
    str | None, Parameter(description="The sender's format; recognised where it is not given.")
]


class Question(Shape):
    """An incident: a stored record, or a text or description and what else is known of it.

    ``as_of`` is the moment to ask as of. ``left_out`` are ids of records that must not answer,
    such as the one that the text was taken from; an unknown one changes nothing.
    """

    text: str | None = None
    record_id: str | None = None
    description: str | None = None
    title: str | None = None
    work_notes: list[str] | str | None = None
    services: list[str] | None = None
    cis: list[str] | None = None
    opened_at: Moment | None = None
    as_of: Moment | None = None
    left_out: list[str] = Field(default_factory=list, max_length=_MOST_LEFT_OUT)
    k: HowMany = 10

    @model_validator(mode="after")
    def _one_of_three(self) -> "Question":
        given = [self.text, self.record_id, self.description]
        if sum(value is not None for value in given) != 1:
            raise ValueError("give exactly one of text, record_id and description")
        if self.record_id is not None and self._told():
            raise ValueError(
                f"leave out {', '.join(self._told())}: the record of record_id tells them"
            )
        return self

    def _told(self) -> dict[str, Any]:
        """What is known besides the text, by the names of generic events."""
        told = {
            "title": self.title,
            "work_notes": self.work_notes,
            "service": self.services,
            "ci": self.cis,
            "opened_at": None if self.opened_at is None else self.opened_at.isoformat(),
        }
        return {name: value for name, value in told.items() if value is not None}

    def context(self, app: Application, person: Person) -> IncidentContext:
        """The incident that is asked about."""
        # As for references: what no database can store names no record.
        left_out = frozenset(map(clean_text, self.left_out))
        return replace(self._incident(app, person), left_out=left_out)

    def _incident(self, app: Application, person: Person) -> IncidentContext:
        if self.record_id is not None:
            return app.similar.context_of_record(self.record_id, person.reader(), self.as_of)
        if self.text is not None and not self._told():
            return app.similar.context_of_text(self.text, self.as_of)
        ticket = {**self._told(), "description": self.text or self.description}
        return app.similar.context_of_event(read_event(ticket, GenericTicket.name), self.as_of)


class SimilarQuestion(Question):
    """As a question, and optionally only some kinds of record."""

    kinds: list[RecordKind] = Field(default_factory=list)


@router.post("/similar", operation_id="similar")
def similar(question: SimilarQuestion, app: App, person: CurrentPerson) -> SimilarOut:
    """Records like an incident: why they are similar and what differs."""
    context = question.context(app, person)
    kinds = frozenset(question.kinds)
    answer = app.similar.similar(context, person.reader(), question.k, kinds)
    app.suggestions.similar(person, answer)
    return SimilarOut.of(answer)


@router.post("/triage", operation_id="triage")
def triage(question: Question, app: App, person: CurrentPerson) -> TriageOut:
    """Ranked hypotheses, similar incidents, runbooks and suspected changes."""
    context = question.context(app, person)
    return _shown(app, person, context, question.k)


@router.post("/triage/events", operation_id="triage_event")
def triage_event(
    payload: Annotated[dict[str, Any], Body()],
    app: App,
    person: CurrentPerson,
    format: EventFormatName = None,
    as_of: Moment | None = None,
    k: HowMany = 10,
) -> TriageOut:
    """The triage card for what a monitoring or ticket system sends, as it sends it."""
    context = app.similar.context_of_event(read_event(payload, format), as_of)
    return _shown(app, person, context, k)


def _shown(app: Application, person: Person, context: IncidentContext, k: int) -> TriageOut:
    card = app.suggestions.card(person, app.triage.card(context, person.reader(), k))
    if isinstance(card, HeldBack):
        return TriageOut.without_answer(context, card)
    return TriageOut.of_card(card)
