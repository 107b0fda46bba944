"""The approvals inbox: exactly what will be written, and one decision."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from assistant.api.drafts import readable_draft
from assistant.api.identity import App
from assistant.api.proposals import readable_proposals
from assistant.domain.approval import OPEN_STATES, Decision, ProposalState
from assistant.domain.people import Role
from assistant.web.pages import SignedIn, page, rendered_markdown

router = APIRouter(prefix="/approvals")

_SHOWN = 100


@router.get("", response_class=HTMLResponse)
def inbox(request: Request, app: App, person: SignedIn) -> HTMLResponse:
    """What waits for a decision first, then everything else."""
    found = readable_proposals(app, person, _SHOWN)
    return page(
        request,
        "approvals.html",
        waiting=[p for p in found if p.state is ProposalState.SUBMITTED],
        others=[p for p in found if p.state is not ProposalState.SUBMITTED],
    )


@router.get("/{proposal_id}", response_class=HTMLResponse)
def show(request: Request, proposal_id: str, app: App, person: SignedIn) -> HTMLResponse:
    """One proposal with its decisions, receipt and history."""
    view = app.approvals.get(proposal_id)
    proposal = view.proposal
    readable_draft(app, person, proposal.draft_id)
    return page(
        request,
        "approval.html",
        view=view,
        proposal=proposal,
        preview=rendered_markdown(proposal.body),
        events=app.audit.about(proposal.id),
        may_withdraw=person.name in proposal.authors and proposal.state in OPEN_STATES,
        is_author=person.name in proposal.authors,
        is_approver=Role.APPROVER in person.roles,
        waits=proposal.state is ProposalState.SUBMITTED,
    )


@router.post("/{proposal_id}/decision")
def decide(
    proposal_id: str,
    app: App,
    person: SignedIn,
    decision: Annotated[Decision, Form()],
    sha256: Annotated[str, Form()],
    reason: Annotated[str, Form(max_length=4_000)] = "",
) -> RedirectResponse:
    """Decide on exactly what the page showed."""
    readable_draft(app, person, app.approvals.get(proposal_id).proposal.draft_id)
    app.approvals.decide(person, proposal_id, decision, sha256, reason)
    return RedirectResponse(f"/approvals/{proposal_id}", 303)


@router.post("/{proposal_id}/withdraw")
def withdraw(proposal_id: str, app: App, person: SignedIn) -> RedirectResponse:
    """Take a proposal back."""
    readable_draft(app, person, app.approvals.get(proposal_id).proposal.draft_id)
    app.approvals.withdraw(person, proposal_id)
    return RedirectResponse(f"/approvals/{proposal_id}", 303)
