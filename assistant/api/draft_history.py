"""The revisions of a draft, and what differs between two of them."""

from typing import Annotated

from fastapi import APIRouter, Query

from assistant.api.errors import PROBLEMS
from assistant.api.identity import App, CurrentPerson
from assistant.schemas import LARGEST, DiffOut, RevisionOut, Shape

router = APIRouter(tags=["drafts"], responses=PROBLEMS)

From = Annotated[
    int | None,
    Query(alias="from", ge=1, le=LARGEST, description="By default the one before ``to``."),
]
To = Annotated[int | None, Query(ge=1, le=LARGEST, description="By default the current one.")]


class RevisionList(Shape):
    """Revisions, the oldest first."""

    items: list[RevisionOut]


@router.get("/drafts/{draft_id}/revisions", operation_id="list_revisions")
def list_revisions(draft_id: str, app: App, person: CurrentPerson) -> RevisionList:
    """Who changed a draft, and when."""
    found = app.reading.revisions(draft_id, person.reader())
    return RevisionList(items=[RevisionOut.of(draft) for draft in found])


@router.get("/drafts/{draft_id}/diff", operation_id="diff_draft")
def diff_draft(
    draft_id: str, app: App, person: CurrentPerson, old: From = None, to: To = None
) -> DiffOut:
    """What differs between two revisions: claims by section, down to words, and questions."""
    return DiffOut.of(app.reading.compare(draft_id, person.reader(), old, to))
