"""``POST /similar`` and ``POST /triage``."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, model_validator

from assistant.api.errors import PROBLEMS
from assistant.api.identity import App, CurrentPerson
from assistant.bootstrap import Application
from assistant.domain.incident import IncidentContext
from assistant.domain.people import Person
from assistant.schemas import Shape, SimilarOut, TriageOut
from ingest.times import parse_moment
from retrieval.records import RecordKind

router = APIRouter(tags=["questions"], responses=PROBLEMS)


class Question(Shape):
    """An incident: a stored record or a text, and optionally the moment to ask as of."""

    text: str | None = None
    record_id: str | None = None
    as_of: datetime | None = None
    k: Annotated[int, Field(ge=1, le=100)] = 10

    @model_validator(mode="after")
    def _one_of_both(self) -> "Question":
        if (self.text is None) == (self.record_id is None):
            raise ValueError("give exactly one of text and record_id")
        return self

    def context(self, app: Application, person: Person) -> IncidentContext:
        """The incident that is asked about."""
        as_of = None if self.as_of is None else parse_moment(self.as_of)
        if self.record_id is not None:
            return app.similar.context_of_record(self.record_id, person.reader(), as_of)
        return app.similar.context_of_text(self.text or "", as_of)


class SimilarQuestion(Question):
    """As a question, and optionally only some kinds of record."""

    kinds: list[RecordKind] = Field(default_factory=list)


@router.post("/similar", operation_id="similar")
def similar(question: SimilarQuestion, app: App, person: CurrentPerson) -> SimilarOut:
    """Records like an incident: why they are similar and what differs."""
    context = question.context(app, person)
    kinds = frozenset(question.kinds)
    return SimilarOut.of(app.similar.similar(context, person.reader(), question.k, kinds))


@router.post("/triage", operation_id="triage")
def triage(question: Question, app: App, person: CurrentPerson) -> TriageOut:
    """Ranked hypotheses, similar incidents, runbooks and suspected changes."""
    context = question.context(app, person)
    return TriageOut.of_card(app.triage.card(context, person.reader(), question.k))
