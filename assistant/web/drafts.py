"""Drafts: read with citations, edit by section."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from assistant.api.drafts import readable_draft
from assistant.api.identity import App
from assistant.domain.companions import CompanionKind
from assistant.domain.drafts import Claim, Draft, SectionName
from assistant.domain.people import Role
from assistant.services.drafting.whys import five_whys
from assistant.services.editing import EditedClaim
from assistant.services.exporting.outline import note_of
from assistant.services.linting.linter import Finding, lint_draft
from assistant.web.language import words_of
from assistant.web.pages import SignedIn, page, section_anchor
from assistant.web.wording import utc
from retrieval.errors import InvalidInput, NotFound, StaleRevision
from retrieval.records import Citation

router = APIRouter(prefix="/drafts")


@router.get("", response_class=HTMLResponse)
def latest(request: Request, app: App, person: SignedIn) -> HTMLResponse:
    """The drafts that were edited last, among those that the person may read."""
    return page(
        request, "drafts.html", drafts=[d for d in app.drafts.latest() if _may_read(app, person, d)]
    )


@router.post("")
def create(app: App, person: SignedIn, record: Annotated[str, Form()]) -> RedirectResponse:
    """Draft an RCA for a record and show it."""
    draft = app.drafting.create(person, person.reader(), record)
    return RedirectResponse(f"/drafts/{draft.id}", 303)


@router.get("/{draft_id}", response_class=HTMLResponse)
def show(request: Request, draft_id: str, app: App, person: SignedIn) -> HTMLResponse:
    """A draft, claim by claim."""
    return _shown(request, app, person, readable_draft(app, person, draft_id))


@router.post("/{draft_id}/sections/{section}", response_model=None)
def edit(
    request: Request,
    draft_id: str,
    section: SectionName,
    app: App,
    person: SignedIn,
    etag: Annotated[str, Form()],
    text: Annotated[list[str] | None, Form()] = None,
    added: Annotated[str, Form(max_length=4_000)] = "",
) -> HTMLResponse | RedirectResponse:
    """Change, remove (by emptying) or add claims of one section."""
    draft = readable_draft(app, person, draft_id)
    present = next((s.claims for s in draft.body.sections if s.name is section), ())
    typed = text or []
    if etag != draft.etag or len(typed) != len(present):
        # What was typed must not be lost: show it beside what stands there now.
        stale = words_of(request).gettext(
            "%(author)s edited this draft at %(at)s.", author=draft.author, at=utc(draft.edited_at)
        )
        return _shown(request, app, person, draft, stale=stale, typed=[*typed, added])
    wanted = [
        EditedClaim(words, _spans(claim))
        for words, claim in zip(typed, present, strict=True)
        if words.strip()
    ]
    if added.strip():
        wanted.append(EditedClaim(added))
    body = app.editing.apply(draft.body, {section: wanted}, person.reader())
    app.drafts.save_edit(person, draft_id, etag, body)
    return RedirectResponse(f"/drafts/{draft_id}#{section_anchor(section)}", 303)


@router.post("/{draft_id}/sections/{section}/regenerate", response_model=None)
def regenerate(
    request: Request,
    draft_id: str,
    section: SectionName,
    app: App,
    person: SignedIn,
    etag: Annotated[str, Form()],
) -> HTMLResponse | RedirectResponse:
    """Write a section again from the evidence; what people wrote in it stays."""
    readable_draft(app, person, draft_id)
    try:
        app.drafting.rewrite(person, draft_id, etag, section)
    except StaleRevision as stale:
        now = readable_draft(app, person, draft_id)
        return _shown(request, app, person, now, stale=str(stale))
    return RedirectResponse(f"/drafts/{draft_id}#{section_anchor(section)}", 303)


def _by_place(
    found: Iterable[Finding],
) -> dict[tuple[SectionName | None, int | None], list[Finding]]:
    """Findings by section and claim; a place without any gives an empty list."""
    places: dict[tuple[SectionName | None, int | None], list[Finding]] = defaultdict(list)
    for finding in found:
        places[finding.section, finding.claim].append(finding)
    return places


def _shown(
    request: Request,
    app: App,
    person: SignedIn,
    draft: Draft,
    stale: str = "",
    typed: list[str] | None = None,
) -> HTMLResponse:
    numbers: dict[Citation, int] = {}
    for claim in draft.body.claims():
        for citation in claim.citations:
            numbers.setdefault(citation, len(numbers) + 1)
    comments = app.commenting.on(person, draft.id)
    return page(
        request,
        "draft.html",
        409 if stale else 200,
        draft=draft,
        numbers=numbers,
        anchors={name: section_anchor(name) for name in SectionName},
        note_of=note_of,
        whys=five_whys(draft.body),
        findings=_by_place(lint_draft(draft)),
        companions=list(CompanionKind),
        comments=comments,
        remarks=Counter(each.section for each in comments if each.resolved_by is None),
        revisions=app.reading.revisions(draft.id, person.reader()),
        may_edit=Role.AUTHOR in person.roles,
        places=[(name, field) for name in app.places.names for field in app.places.fields(name)],
        default_target=app.settings.targets.default,
        stale=stale,
        typed=[words for words in typed or [] if words.strip()],
    )


def _spans(claim: Claim) -> tuple[tuple[str, int, int, int], ...]:
    return tuple((c.record_id, c.revision, c.start, c.end) for c in claim.citations)


def _may_read(app: App, person: SignedIn, draft: Draft) -> bool:
    try:
        readable_draft(app, person, draft.id)
    except (NotFound, InvalidInput):
        return False
    return True
