"""From a draft to a proposal: exactly what would be written, what stands against it, submit."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from assistant.api.drafts import readable_draft
from assistant.api.identity import App
from assistant.services.submitting import Submission
from assistant.web.bodies import changed_lines, shown_body
from assistant.web.pages import SignedIn, page

router = APIRouter(prefix="/drafts")


@router.get("/{draft_id}/propose", response_class=HTMLResponse)
def propose(
    request: Request, draft_id: str, app: App, person: SignedIn, place: str = ""
) -> HTMLResponse:
    """What submitting the draft as it stands would propose."""
    draft = readable_draft(app, person, draft_id)
    target, _, field = place.partition("|")
    wanted = Submission(
        draft_id=draft_id,
        etag=draft.etag,
        target=target or app.settings.targets.default,
        field=field or None,
    )
    prepared = app.submitting.prepare(person, wanted)
    proposal, found = prepared
    return page(
        request,
        "propose.html",
        draft=draft,
        proposal=proposal,
        field=found.field,
        body=shown_body(proposal.form, proposal.body),
        replaced=changed_lines(found.reading.text, proposal.body) if found.field.replaces else [],
    )


@router.post("/{draft_id}/submit")
def submit(
    draft_id: str,
    app: App,
    person: SignedIn,
    etag: Annotated[str, Form()],
    target: Annotated[str, Form()],
    field: Annotated[str, Form()] = "",
    number: Annotated[str, Form()] = "",
    override_reason: Annotated[str, Form(max_length=4_000)] = "",
) -> RedirectResponse:
    """Propose to write exactly what the preview showed."""
    readable_draft(app, person, draft_id)
    wanted = Submission(draft_id, etag, target, field or None, override_reason, number or None)
    proposal = app.submitting.submit(person, wanted)
    return RedirectResponse(f"/approvals/{proposal.id}", 303)
