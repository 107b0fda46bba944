"""Proposals: list, read, decide, withdraw."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from assistant.api.drafts import readable_draft
from assistant.api.errors import PROBLEMS
from assistant.api.identity import App, CurrentPerson
from assistant.bootstrap import Application
from assistant.domain.approval import Decision, Proposal
from assistant.domain.people import Person
from assistant.schemas import ProposalDetailOut, ProposalOut, Shape
from retrieval.errors import NotFound

router = APIRouter(tags=["proposals"], responses=PROBLEMS)


class DecisionIn(Shape):
    """A decision on exactly the content with this hash; a no needs a reason."""

    decision: Decision
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    reason: Annotated[str, Field(max_length=4_000)] = ""


class ProposalList(Shape):
    """Proposals, the latest first."""

    items: list[ProposalOut]


@router.get("/proposals", operation_id="list_proposals")
def list_proposals(
    app: App, person: CurrentPerson, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> ProposalList:
    """What awaits approval, was decided, or was delivered."""
    found = readable_proposals(app, person, limit)
    return ProposalList(items=[ProposalOut.of(proposal) for proposal in found])


@router.get("/proposals/{proposal_id}", operation_id="get_proposal")
def get_proposal(proposal_id: str, app: App, person: CurrentPerson) -> ProposalDetailOut:
    """A proposal with exactly what will be written, the decisions and the receipt."""
    view = app.approvals.get(proposal_id)
    readable_draft(app, person, view.proposal.draft_id)
    return ProposalDetailOut.of(view)


@router.post("/proposals/{proposal_id}/decision", operation_id="decide_proposal")
def decide_proposal(
    proposal_id: str, made: DecisionIn, app: App, person: CurrentPerson
) -> ProposalOut:
    """Approve, reject or ask for changes. An author of the draft cannot."""
    readable_draft(app, person, app.approvals.get(proposal_id).proposal.draft_id)
    decided = app.approvals.decide(person, proposal_id, made.decision, made.sha256, made.reason)
    return ProposalOut.of(decided)


@router.post("/proposals/{proposal_id}/withdraw", operation_id="withdraw_proposal")
def withdraw_proposal(proposal_id: str, app: App, person: CurrentPerson) -> ProposalOut:
    """Take a proposal back before its delivery began; only an author may."""
    readable_draft(app, person, app.approvals.get(proposal_id).proposal.draft_id)
    return ProposalOut.of(app.approvals.withdraw(person, proposal_id))


def readable_proposals(app: Application, person: Person, limit: int) -> list[Proposal]:
    """The latest proposals among those whose evidence the person may read."""
    return [
        proposal for proposal in app.approvals.latest(limit) if _may_read(app, person, proposal)
    ]


def _may_read(app: Application, person: Person, proposal: Proposal) -> bool:
    try:
        readable_draft(app, person, proposal.draft_id)
    except NotFound:
        return False
    return True
