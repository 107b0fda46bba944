"""The sidebar beside a ticket: the triage card."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from assistant.api.identity import App
from assistant.db.change_marks import ChangeVerdict
from assistant.db.feedback import FeedbackVerdict
from assistant.domain.holdout import HeldBack
from assistant.domain.incident import IncidentContext
from assistant.web.pages import SignedIn, page
from retrieval.errors import NotFound

router = APIRouter()


@router.get("/sidebar", response_class=HTMLResponse)
def for_record(
    request: Request,
    app: App,
    person: SignedIn,
    source: str = "",
    record: str = "",
    thanks: bool = False,
) -> HTMLResponse:
    """The card for a stored record, or the paste box without one.

    With ``source`` the record may be called as that source calls it: by its number, or by the
    key in the address of its page. What is not there and what may not be read look the same.
    """
    if not record:
        return page(request, "paste.html")
    reader = person.reader()
    try:
        known = app.similar.of_source(source, record, reader).id if source else record
        context = app.similar.context_of_record(known, reader)
    except NotFound:
        return page(request, "unknown.html", 404, source=source, record=record)
    return _card(request, app, person, context, thanks=thanks)


@router.post("/sidebar", response_class=HTMLResponse)
def for_text(
    request: Request, app: App, person: SignedIn, text: Annotated[str, Form()] = ""
) -> HTMLResponse:
    """The card for a pasted text. A text is too long for an address, so this is no redirect."""
    return _card(request, app, person, app.similar.context_of_text(text))


@router.post("/feedback")
def feedback(
    app: App,
    person: SignedIn,
    subject: Annotated[str, Form(max_length=512)],
    suggestion: Annotated[str, Form(max_length=512)],
    verdict: Annotated[FeedbackVerdict, Form()],
    reason: Annotated[str, Form(max_length=2_000)] = "",
) -> RedirectResponse:
    """Keep a verdict and go back to the card."""
    given = app.giving_feedback.give(person, subject, suggestion, verdict, reason)
    if given.subject.startswith("text:"):
        return RedirectResponse("/", 303)
    card = urlencode({"record": given.subject, "thanks": "true"})
    return RedirectResponse(f"/sidebar?{card}", 303)


@router.post("/notes")
def begin_note(
    app: App,
    person: SignedIn,
    record: Annotated[str, Form(max_length=512)],
    hypothesis: Annotated[str, Form(max_length=64)],
) -> RedirectResponse:
    """Make a hypothesis a draft of a work note, and show what submitting it would write."""
    context = app.similar.context_of_record(record, person.reader())
    draft = app.work_notes.begin(person, context, hypothesis)
    source = "" if context.record is None else context.record.source
    target = source if source in app.places.names else app.settings.targets.default
    return RedirectResponse(f"/drafts/{draft.id}/propose?{urlencode({'place': target})}", 303)


@router.post("/changes/mark")
def mark_change(
    app: App,
    person: SignedIn,
    record: Annotated[str, Form(max_length=512)],
    change: Annotated[str, Form(max_length=512)],
    verdict: Annotated[ChangeVerdict, Form()],
    reason: Annotated[str, Form(max_length=2_000)] = "",
) -> RedirectResponse:
    """Keep what a person says of a suspected change, and go back to the card."""
    mark = app.change_marking.mark(person, record, change, verdict, reason)
    card = urlencode({"record": mark.record_id, "thanks": "true"})
    return RedirectResponse(f"/sidebar?{card}", 303)


def _card(
    request: Request, app: App, person: SignedIn, context: IncidentContext, *, thanks: bool = False
) -> HTMLResponse:
    empty = False
    card = held_back = None
    try:
        offered = app.suggestions.card(person, app.triage.card(context, person.reader()))
        if isinstance(offered, HeldBack):
            held_back = offered.told
        else:
            card = offered
    except NotFound:
        # Nothing was ingested yet: say so where the answer would be.
        empty = True
    return page(
        request,
        "sidebar.html",
        context=context,
        card=card,
        held_back=held_back,
        empty=empty,
        thanks=thanks,
        subject=context.subject,
    )
