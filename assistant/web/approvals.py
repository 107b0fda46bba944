"""The approvals inbox: exactly what will be written, one decision, and what came of it."""

import json
from datetime import datetime
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from assistant.api.drafts import readable_draft
from assistant.api.identity import App
from assistant.api.proposals import readable_proposal, readable_proposals
from assistant.bootstrap import Application
from assistant.domain.approval import (
    OPEN_STATES,
    RETRIABLE_STATES,
    Decision,
    Proposal,
    ProposalState,
    approvers,
    marker,
)
from assistant.domain.delivery import Field
from assistant.domain.people import Person, Role
from assistant.services.approval import ProposalView
from assistant.services.proposal_checks import Checks, checks_of
from assistant.web.bodies import changed_lines, shown_body
from assistant.web.pages import SignedIn, page
from assistant.web.words import marked
from retrieval.errors import InvalidInput, PrecedentError

router = APIRouter(prefix="/approvals")
log = structlog.get_logger()

_SHOWN = 100
_ON_THE_WAY = frozenset({ProposalState.APPROVED, ProposalState.DELIVERING, ProposalState.UNDOING})
_ADVICE = {
    ProposalState.CONFLICT: marked(
        "The ticket changed after it was approved, so nothing was written. "
        "See what changed, then ask for approval again or withdraw it."
    ),
    ProposalState.AMBIGUOUS: marked(
        "No answer came, so it may have been written. Look at the ticket for its mark, "
        "then let it be looked for again. It is never written blindly twice."
    ),
    ProposalState.FAILED: marked(
        "Nothing was written. Mend what the reason names, then try again."
    ),
}


@router.get("", response_class=HTMLResponse)
def inbox(request: Request, app: App, person: SignedIn) -> HTMLResponse:
    """What waits for this person first, then what needs somebody, then everything else."""
    found = readable_proposals(app, person, _SHOWN)
    waiting = [p for p in found if p.state is ProposalState.SUBMITTED]
    mine = [p for p in waiting if _awaits(app, person, p)]
    stuck = [p for p in found if p.state in RETRIABLE_STATES | {ProposalState.CONFLICT}]
    on_the_way = [p for p in found if p.state in _ON_THE_WAY]
    shown = {p.id for p in (*waiting, *stuck, *on_the_way)}
    return page(
        request,
        "approvals.html",
        mine=mine,
        others=[p for p in waiting if p not in mine],
        stuck=stuck,
        on_the_way=on_the_way,
        closed=[p for p in found if p.id not in shown],
        checks={p.id: _checks(app, person, p) for p in waiting},
        advice=_ADVICE,
        is_approver=Role.APPROVER in person.roles,
        stopped=app.kill_switch.stopped(),
    )


def _awaits(app: Application, person: Person, proposal: Proposal) -> bool:
    """Whether the person may decide on it, and has not approved it already."""
    if Role.APPROVER not in person.roles or person.name in proposal.authors:
        return False
    decisions = app.approvals.get(proposal.id).decisions
    return person.name not in approvers(proposal, decisions)


def _checks(app: Application, person: Person, proposal: Proposal) -> Checks:
    draft = readable_draft(app, person, proposal.draft_id, proposal.draft_revision)
    return checks_of(draft, _field(app, proposal))


def _field(app: Application, proposal: Proposal) -> Field | None:
    try:
        return app.places.field(proposal.target.name, proposal.target.field)
    except InvalidInput:
        # The target is configured no longer; what was proposed is shown all the same.
        return None


def _trail(app: Application, proposal: Proposal) -> list[dict[str, Any]]:
    """What the ledger has of a proposal, oldest first."""
    return [
        {
            "seq": str(event.seq),
            "at": datetime.fromisoformat(event.at),
            "action": event.action,
            "actor": event.actor,
            "reason": str(json.loads(event.payload).get("reason", "")),
            "hash": event.hash,
        }
        for event in app.audit.about(proposal.id)
    ]


@router.get("/{proposal_id}", response_class=HTMLResponse)
def show(request: Request, proposal_id: str, app: App, person: SignedIn) -> HTMLResponse:
    """One proposal with its decisions, receipts and history."""
    view = readable_proposal(app, person, proposal_id)
    proposal = view.proposal
    is_author = person.name in proposal.authors
    is_approver = Role.APPROVER in person.roles
    return page(
        request,
        "approval.html",
        view=view,
        proposal=proposal,
        body=shown_body(proposal.form, proposal.body),
        mark=marker(proposal.id),
        approvals=approvers(proposal, view.decisions),
        events=_trail(app, proposal),
        checks=_checks(app, person, proposal),
        advice=_ADVICE.get(proposal.state, ""),
        stopped=app.kill_switch.stopped().get(proposal.target.name),
        may_withdraw=is_author and proposal.state in OPEN_STATES,
        may_retry=not person.roles.isdisjoint({Role.APPROVER, Role.ADMIN}),
        may_undo=proposal.state is ProposalState.DELIVERED and is_approver and not is_author,
        is_author=is_author,
        is_approver=is_approver,
        waits=proposal.state is ProposalState.SUBMITTED,
        **_ticket(app, view),
    )


def _ticket(app: Application, view: ProposalView) -> dict[str, Any]:
    """The ticket as it stands, and what the proposal changes in it."""
    proposal = view.proposal
    field = _field(app, proposal)
    now, unreadable = view.seen, ""
    try:
        if proposal.state is ProposalState.SUBMITTED:
            now = app.approvals.look(proposal.id)
    except PrecedentError as exc:
        # The page is shown all the same, and says so.
        log.warning("target.unreadable", proposal=proposal.id, error=str(exc))
        unreadable = str(exc)
    before = now.text if now is not None and field is not None and field.replaces else None
    found = view.found
    return {
        "field": field,
        "now": now,
        "unreadable": unreadable,
        "replaced": changed_lines(before, proposal.body) if before is not None else [],
        "found_diff": changed_lines(view.seen.text, found.text) if view.seen and found else [],
    }


@router.post("/{proposal_id}/decision")
def decide(
    proposal_id: str,
    app: App,
    person: SignedIn,
    decision: Annotated[Decision, Form()],
    sha256: Annotated[str, Form()],
    reason: Annotated[str, Form(max_length=4_000)] = "",
    target_version: Annotated[str | None, Form(max_length=255)] = None,
) -> RedirectResponse:
    """Decide on exactly what the page showed."""
    readable_proposal(app, person, proposal_id)
    app.approvals.decide(person, proposal_id, decision, sha256, reason, target_version)
    return _back(proposal_id)


@router.post("/{proposal_id}/withdraw")
def withdraw(proposal_id: str, app: App, person: SignedIn) -> RedirectResponse:
    """Take a proposal back before it is on its way."""
    readable_proposal(app, person, proposal_id)
    app.approvals.withdraw(person, proposal_id)
    return _back(proposal_id)


@router.post("/{proposal_id}/retry")
def retry(proposal_id: str, app: App, person: SignedIn) -> RedirectResponse:
    """Try again, or look again."""
    readable_proposal(app, person, proposal_id)
    app.approvals.retry(person, proposal_id)
    return _back(proposal_id)


@router.post("/{proposal_id}/resubmit")
def resubmit(proposal_id: str, app: App, person: SignedIn) -> RedirectResponse:
    """After a conflict, ask for approval again."""
    readable_proposal(app, person, proposal_id)
    app.approvals.resubmit(person, proposal_id)
    return _back(proposal_id)


@router.post("/{proposal_id}/undo")
def undo(
    proposal_id: str,
    app: App,
    person: SignedIn,
    reason: Annotated[str, Form(max_length=1_000)] = "",
) -> RedirectResponse:
    """Have a delivery taken back."""
    readable_proposal(app, person, proposal_id)
    app.approvals.undo(person, proposal_id, reason)
    return _back(proposal_id)


def _back(proposal_id: str) -> RedirectResponse:
    return RedirectResponse(f"/approvals/{proposal_id}", 303)
