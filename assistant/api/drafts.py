"""Drafts: create, read, edit with ``If-Match``."""

from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Response
from pydantic import Field

from assistant.api.errors import PROBLEMS
from assistant.api.identity import App, CurrentPerson
from assistant.bootstrap import Application
from assistant.domain.drafts import Draft, Question, SectionName
from assistant.domain.people import Person
from assistant.schemas import LARGEST, DraftOut, Moment, Shape
from assistant.services.draft_store import require_current
from assistant.services.drafting.progress import Tell, silent
from assistant.services.editing import EditedClaim

router = APIRouter(tags=["drafts"], responses=PROBLEMS)

IfMatch = Annotated[str | None, Header(alias="If-Match", description="The draft's ETag.")]


class NewDraft(Shape):
    """What to draft, and with which writer."""

    record_id: str
    writer: str | None = None
    as_of: Moment | None = None


class ClaimEdit(Shape):
    """A claim as it should be. Without citations it is the author's own statement."""

    text: Annotated[str, Field(min_length=1, max_length=4_000)]
    citations: list["CitationIn"] = Field(default_factory=list)


class CitationIn(Shape):
    """A span that the claim rests on; its words are read from the stored record."""

    record_id: str
    revision: Annotated[int, Field(ge=1, le=LARGEST)]
    start: Annotated[int, Field(ge=0, le=LARGEST)]
    end: Annotated[int, Field(ge=1, le=LARGEST)]


class DraftEdit(Shape):
    """The sections that change, whole; the others stay as they are."""

    sections: dict[SectionName, list[ClaimEdit]]


class Regeneration(Shape):
    """Which section to write again, and with which writer; by default the draft's own."""

    section: SectionName
    writer: str | None = None


class Answer(Shape):
    """A question of the draft, word for word, and what its author knows."""

    section: SectionName
    question: Annotated[str, Field(min_length=1, max_length=4_000)]
    answer: Annotated[str, Field(min_length=1, max_length=4_000)]


@router.post("/drafts", operation_id="create_draft", status_code=201)
def create_draft(wanted: NewDraft, app: App, person: CurrentPerson, response: Response) -> DraftOut:
    """Draft an RCA for a stored record."""
    made = created(app, person, wanted)
    response.headers["Location"] = f"/api/v1/drafts/{made.id}"
    return _shown(made, response)


@router.get("/drafts/{draft_id}", operation_id="get_draft")
def get_draft(draft_id: str, app: App, person: CurrentPerson, response: Response) -> DraftOut:
    """A draft; its ETag is what an edit or a submission must name."""
    return _shown(readable_draft(app, person, draft_id), response)


@router.put("/drafts/{draft_id}", operation_id="edit_draft", responses={428: PROBLEMS[428]})
def edit_draft(
    draft_id: str,
    edit: DraftEdit,
    app: App,
    person: CurrentPerson,
    response: Response,
    if_match: IfMatch = None,
) -> DraftOut:
    """Replace whole sections of the revision that ``If-Match`` names."""
    current = readable_draft(app, person, draft_id)
    wanted = {
        name: tuple(
            EditedClaim(
                claim.text,
                tuple((c.record_id, c.revision, c.start, c.end) for c in claim.citations),
            )
            for claim in claims
        )
        for name, claims in edit.sections.items()
    }
    body = app.editing.apply(current.body, wanted, person.reader())
    return _shown(app.drafts.save_edit(person, draft_id, required(if_match), body), response)


@router.post(
    "/drafts/{draft_id}/regenerate",
    operation_id="regenerate_section",
    responses={428: PROBLEMS[428]},
)
def regenerate_section(
    draft_id: str,
    wanted: Regeneration,
    app: App,
    person: CurrentPerson,
    response: Response,
    if_match: IfMatch = None,
) -> DraftOut:
    """Write one section again from the draft's evidence; what people wrote in it stays."""
    return _shown(regenerated(app, person, draft_id, required(if_match), wanted), response)


@router.post(
    "/drafts/{draft_id}/answers", operation_id="answer_question", responses={428: PROBLEMS[428]}
)
def answer_question(
    draft_id: str,
    given: Answer,
    app: App,
    person: CurrentPerson,
    response: Response,
    if_match: IfMatch = None,
) -> DraftOut:
    """Answer a question of the draft: a claim of the author's own, and one question less."""
    etag = required(if_match)
    return _shown(answered(app, person, draft_id, etag, given), response)


def answered(app: Application, person: Person, draft_id: str, etag: str, given: Answer) -> Draft:
    """The draft with one of its questions answered."""
    current = readable_draft(app, person, draft_id)
    require_current(current, etag)
    asked = Question(section=given.section, text=given.question)
    body = app.editing.answer(current.body, asked, given.answer, person.reader())
    return app.drafts.save_edit(person, draft_id, etag, body)


def regenerated(
    app: Application,
    person: Person,
    draft_id: str,
    etag: str,
    wanted: Regeneration,
    tell: Tell = silent,
) -> Draft:
    """The draft with a section written again, as a request asks for it."""
    readable_draft(app, person, draft_id)
    return app.drafting.rewrite(person, draft_id, etag, wanted.section, wanted.writer, tell=tell)


def created(app: Application, person: Person, wanted: NewDraft, tell: Tell = silent) -> Draft:
    """The new draft that a request asks for."""
    return app.drafting.create(
        person, person.reader(), wanted.record_id, wanted.writer, wanted.as_of, tell=tell
    )


def readable_draft(
    app: Application, person: Person, draft_id: str, revision: int | None = None
) -> Draft:
    """A draft whose every cited record the person may read; ``NotFound`` otherwise."""
    return app.reading.get(draft_id, person.reader(), revision)


def required(if_match: str | None) -> str:
    """The ETag that a change must name; 428 without one."""
    if if_match is None:
        raise HTTPException(428, "Send If-Match with the ETag of the draft that you read.")
    return if_match


def _shown(draft: Draft, response: Response) -> DraftOut:
    response.headers["ETag"] = f'"{draft.etag}"'
    return DraftOut.of(draft)
