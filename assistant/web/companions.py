"""Companions of a draft as pages: what somebody else will read, before it is sent."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from assistant.api.identity import App
from assistant.domain.companions import CompanionKind
from assistant.services.companions.linted import linted
from assistant.services.exporting.markdown import render_markdown
from assistant.services.exporting.outline import companion_outline
from assistant.web.pages import SignedIn, page, rendered_markdown

router = APIRouter(prefix="/drafts")


@router.get("/{draft_id}/companions/{kind}", response_class=HTMLResponse)
def companion(
    request: Request, draft_id: str, kind: CompanionKind, app: App, person: SignedIn
) -> HTMLResponse:
    """A status update, an executive summary, a vendor dossier or a handover note."""
    made, draft = app.companions.make(kind, draft_id, person.reader())
    text = render_markdown(companion_outline(made, draft))
    return page(
        request,
        "companion.html",
        companion=made,
        preview=rendered_markdown(text),
        raw=text,
        findings=linted(made).findings,
        kinds=list(CompanionKind),
    )
