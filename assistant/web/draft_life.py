"""What becomes of a draft: revisions compared, remarks made and settled."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from assistant.api.draft_history import From, To
from assistant.api.identity import App
from assistant.domain.drafts import SectionName
from assistant.schemas import LARGEST
from assistant.web.pages import SignedIn, page

router = APIRouter(prefix="/drafts")


@router.get("/{draft_id}/diff", response_class=HTMLResponse)
def compare(
    request: Request, draft_id: str, app: App, person: SignedIn, old: From = None, to: To = None
) -> HTMLResponse:
    """What differs between two revisions."""
    compared = app.reading.compare(draft_id, person.reader(), old, to)
    return page(
        request,
        "draft_diff.html",
        compared=compared,
        revisions=app.reading.revisions(draft_id, person.reader()),
    )


@router.post("/{draft_id}/comments")
def comment(
    draft_id: str,
    app: App,
    person: SignedIn,
    text: Annotated[str, Form(max_length=4_000)] = "",
    section: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Keep a remark and show it; without a section it is on the whole draft."""
    place = SectionName(section) if section in list(SectionName) else None
    made = app.commenting.add(person, draft_id, text, place)
    return RedirectResponse(f"/drafts/{draft_id}#comment-{made.number}", 303)


@router.post("/{draft_id}/comments/{number}/resolve")
def resolve(
    draft_id: str,
    number: Annotated[int, Path(ge=1, le=LARGEST)],
    app: App,
    person: SignedIn,
) -> RedirectResponse:
    """Settle a remark."""
    app.commenting.resolve(person, draft_id, number)
    return RedirectResponse(f"/drafts/{draft_id}#comments", 303)
