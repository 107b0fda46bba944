"""Drafts: read with citations, edit by section."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from assistant.api.drafts import (
    Answer,
    Regeneration,
    answered,
    readable_draft,
    regenerated,
)
from assistant.api.identity import App
from assistant.domain.companions import CompanionKind
from assistant.domain.drafts import (
    Draft,
    DraftSection,
    EvidenceItem,
    EvidenceRole,
    Question,
    SectionName,
)
from assistant.domain.people import Role
from assistant.services.drafting.whys import five_whys
from assistant.services.editing import EditedClaim
from assistant.services.exporting.outline import note_of
from assistant.services.linting.linter import Finding, lint_draft
from assistant.web.language import words_of
from assistant.web.pages import SignedIn, page, section_anchor
from assistant.web.timeline import drawing
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
def create(app: App, person: SignedIn, record_id: Annotated[str, Form()]) -> RedirectResponse:
    """Draft an RCA for a record and show it."""
    draft = app.drafting.create(person, person.reader(), record_id)
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
    present = draft.body.claims_of(section)
    typed = text or []
    if etag != draft.etag or len(typed) != len(present):
        # What was typed must not be lost: show it beside what stands there now.
        stale = words_of(request).gettext(
            "%(author)s edited this draft at %(at)s.", author=draft.author, at=utc(draft.edited_at)
        )
        return _shown(request, app, person, draft, stale=stale, typed=[*typed, added])
    wanted = [
        EditedClaim.of(claim, words)
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
    try:
        regenerated(app, person, draft_id, etag, Regeneration(section=section))
    except StaleRevision as stale:
        now = readable_draft(app, person, draft_id)
        return _shown(request, app, person, now, stale=str(stale))
    return RedirectResponse(f"/drafts/{draft_id}#{section_anchor(section)}", 303)


@router.post("/{draft_id}/answers", response_model=None)
def answer_question(
    request: Request,
    draft_id: str,
    app: App,
    person: SignedIn,
    etag: Annotated[str, Form()],
    section: Annotated[SectionName, Form()],
    question: Annotated[str, Form(min_length=1, max_length=4_000)],
    answer: Annotated[str, Form(min_length=1, max_length=4_000)],
) -> HTMLResponse | RedirectResponse:
    """Answer a question; the answer becomes a claim of the author's own."""
    given = Answer(section=section, question=question, answer=answer)
    try:
        answered(app, person, draft_id, etag, given)
    except StaleRevision as stale:
        now = readable_draft(app, person, draft_id)
        return _shown(request, app, person, now, stale=str(stale), typed=[given.answer])
    return RedirectResponse(f"/drafts/{draft_id}#{section_anchor(given.section)}", 303)


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
    found = lint_draft(draft)
    told = {name: draft.body.claims_of(name) for name in SectionName}
    return page(
        request,
        "draft.html",
        409 if stale else 200,
        draft=draft,
        numbers=numbers,
        anchors={name: section_anchor(name) for name in SectionName},
        note_of=note_of,
        whys=five_whys(draft.body),
        sections=[DraftSection(name=name, claims=claims) for name, claims in told.items()],
        questions=_by_section(draft),
        drawn=drawing(told[SectionName.TIMELINE]),
        evidence=_by_role(draft),
        findings=_by_place(found),
        weak_spots=len(found),
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


def _by_section(draft: Draft) -> dict[SectionName, list[Question]]:
    asked: dict[SectionName, list[Question]] = {name: [] for name in SectionName}
    for question in draft.body.questions:
        asked[question.section].append(question)
    return asked


class Used(NamedTuple):
    """A record of the evidence, and how many claims cite it."""

    item: EvidenceItem
    claims: int


def _by_role(draft: Draft) -> dict[EvidenceRole | None, list[Used]]:
    """The evidence in the order of its roles; drafts of an older version tell none."""
    cited = Counter(
        record_id
        for claim in draft.body.claims()
        for record_id in {citation.record_id for citation in claim.citations}
    )
    roles: dict[EvidenceRole | None, list[Used]] = {role: [] for role in (*EvidenceRole, None)}
    for item in draft.provenance.evidence:
        roles[item.role].append(Used(item, cited[item.record_id]))
    return {role: used for role, used in roles.items() if used}


def _may_read(app: App, person: SignedIn, draft: Draft) -> bool:
    try:
        readable_draft(app, person, draft.id)
    except (NotFound, InvalidInput):
        return False
    return True
