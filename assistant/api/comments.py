"""Remarks on a draft: list, add, resolve."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from assistant.api.errors import PROBLEMS
from assistant.api.identity import App, CurrentPerson
from assistant.domain.comments import Comment
from assistant.domain.drafts import SectionName
from assistant.schemas import LARGEST, Shape

router = APIRouter(tags=["comments"], responses=PROBLEMS)


class CommentIn(Shape):
    """A remark on a draft as it stands, on a section of it, or on a claim by its exact words."""

    text: Annotated[str, Field(min_length=1, max_length=4_000)]
    section: SectionName | None = None
    claim: Annotated[str | None, Field(max_length=4_000)] = None


class CommentOut(Shape):
    """A remark as it was kept, redacted."""

    number: int
    revision: int
    section: SectionName | None
    claim: str | None
    text: str
    person: str
    at: datetime
    resolved_by: str | None
    resolved_at: datetime | None

    @classmethod
    def of(cls, comment: Comment) -> "CommentOut":
        """From the domain value."""
        return cls(**comment.model_dump(exclude={"draft_id"}))


class CommentList(Shape):
    """Remarks, the oldest first."""

    items: list[CommentOut]


@router.get("/drafts/{draft_id}/comments", operation_id="list_comments")
def list_comments(draft_id: str, app: App, person: CurrentPerson) -> CommentList:
    """What people remarked on a draft."""
    return CommentList(items=[CommentOut.of(each) for each in app.commenting.on(person, draft_id)])


@router.post("/drafts/{draft_id}/comments", operation_id="add_comment", status_code=201)
def add_comment(draft_id: str, given: CommentIn, app: App, person: CurrentPerson) -> CommentOut:
    """Remark on a draft. Whoever may read it may."""
    made = app.commenting.add(person, draft_id, given.text, given.section, given.claim)
    return CommentOut.of(made)


@router.post("/drafts/{draft_id}/comments/{number}/resolve", operation_id="resolve_comment")
def resolve_comment(
    draft_id: str,
    number: Annotated[int, Path(ge=1, le=LARGEST)],
    app: App,
    person: CurrentPerson,
) -> CommentOut:
    """Mark a remark as settled; doing so again changes nothing."""
    return CommentOut.of(app.commenting.resolve(person, draft_id, number))
