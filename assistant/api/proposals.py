"""Proposals: submit, list, read, decide, withdraw, try again, take back."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from assistant.api.drafts import IfMatch, readable_draft, required
from assistant.api.errors import PROBLEMS
from assistant.api.identity import App, CurrentPerson
from assistant.bootstrap import Application
from assistant.domain.approval import Decision, Proposal
from assistant.domain.people import Person
from assistant.schemas import ProposalDetailOut, ProposalOut, ReadingOut, Shape
from assistant.services.approval import ProposalView
from assistant.services.submitting import Submission
from retrieval.errors import NotFound

router = APIRouter(tags=["proposals"], responses=PROBLEMS)

Reason = Annotated[str, Field(max_length=4_000)]


class SubmissionIn(Shape):
    """Where the draft should be written; without a field the first one of the target.

    ``override_reason`` says why it may be submitted over what the linter and the evidence gate
    hold against it. ``number`` is that of a preview.
    """

    target: str | None = None
    field: str | None = None
    override_reason: Reason = ""
    number: str | None = None

    def of(self, app: Application, draft_id: str, etag: str) -> Submission:
        """The service's value."""
        return Submission(
            draft_id=draft_id,
            etag=etag,
            target=self.target or app.settings.targets.default,
            field=self.field,
            override_reason=self.override_reason,
            number=self.number,
        )


class PreviewOut(Shape):
    """What would be proposed: exactly what would be written, and the field as it stands."""

    proposal: ProposalOut
    body: str
    form: str
    now: ReadingOut


class DecisionIn(Shape):
    """A decision on exactly the content with this hash; a no needs a reason.

    ``target_version`` is that of the ticket as the person saw it: when the ticket has changed
    since, the approval is refused. Without it, the ticket as it is now is meant.
    """

    decision: Decision
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    reason: Reason = ""
    target_version: Annotated[str, Field(max_length=255)] | None = None


class UndoIn(Shape):
    """Why a delivery is taken back; it is written there."""

    reason: Annotated[str, Field(min_length=1, max_length=1_000)]


class ProposalList(Shape):
    """Proposals, the latest first."""

    items: list[ProposalOut]


@router.post(
    "/drafts/{draft_id}/preview",
    operation_id="preview_submission",
    responses={428: PROBLEMS[428], 502: PROBLEMS[502]},
)
def preview_submission(
    draft_id: str,
    submission: SubmissionIn,
    app: App,
    person: CurrentPerson,
    if_match: IfMatch = None,
) -> PreviewOut:
    """What submitting the revision that ``If-Match`` names would propose; nothing is kept."""
    readable_draft(app, person, draft_id)
    wanted = submission.of(app, draft_id, required(if_match))
    prepared = app.submitting.prepare(person, wanted)
    return PreviewOut(
        proposal=ProposalOut.of(prepared.proposal),
        body=prepared.proposal.body,
        form=prepared.proposal.form,
        now=ReadingOut.of(prepared.place.reading),
    )


@router.post(
    "/drafts/{draft_id}/submit",
    operation_id="submit_draft",
    status_code=201,
    responses={428: PROBLEMS[428], 502: PROBLEMS[502]},
)
def submit_draft(
    draft_id: str,
    submission: SubmissionIn,
    app: App,
    person: CurrentPerson,
    if_match: IfMatch = None,
) -> ProposalOut:
    """Propose to write the revision that ``If-Match`` names to a field of its ticket."""
    readable_draft(app, person, draft_id)
    wanted = submission.of(app, draft_id, required(if_match))
    return ProposalOut.of(app.submitting.submit(person, wanted))


@router.get("/proposals", operation_id="list_proposals")
def list_proposals(
    app: App, person: CurrentPerson, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> ProposalList:
    """What awaits approval, was decided, or was delivered."""
    found = readable_proposals(app, person, limit)
    return ProposalList(items=[ProposalOut.of(proposal) for proposal in found])


@router.get("/proposals/{proposal_id}", operation_id="get_proposal")
def get_proposal(proposal_id: str, app: App, person: CurrentPerson) -> ProposalDetailOut:
    """A proposal with exactly what will be written, the decisions and the receipts."""
    return ProposalDetailOut.of(readable_proposal(app, person, proposal_id))


@router.post(
    "/proposals/{proposal_id}/look", operation_id="look_at_target", responses={502: PROBLEMS[502]}
)
def look_at_target(proposal_id: str, app: App, person: CurrentPerson) -> ReadingOut:
    """The ticket of a proposal as it stands now; its version belongs into the decision."""
    readable_proposal(app, person, proposal_id)
    return ReadingOut.of(app.approvals.look(proposal_id))


@router.post(
    "/proposals/{proposal_id}/decision",
    operation_id="decide_proposal",
    responses={502: PROBLEMS[502]},
)
def decide_proposal(
    proposal_id: str, made: DecisionIn, app: App, person: CurrentPerson
) -> ProposalOut:
    """Approve, reject or ask for changes. An author of the draft cannot."""
    readable_proposal(app, person, proposal_id)
    decided = app.approvals.decide(
        person, proposal_id, made.decision, made.sha256, made.reason, made.target_version
    )
    return ProposalOut.of(decided)


@router.post("/proposals/{proposal_id}/withdraw", operation_id="withdraw_proposal")
def withdraw_proposal(proposal_id: str, app: App, person: CurrentPerson) -> ProposalOut:
    """Take a proposal back before its delivery began; only an author may."""
    readable_proposal(app, person, proposal_id)
    return ProposalOut.of(app.approvals.withdraw(person, proposal_id))


@router.post("/proposals/{proposal_id}/retry", operation_id="retry_delivery")
def retry_delivery(proposal_id: str, app: App, person: CurrentPerson) -> ProposalOut:
    """Try a failed delivery again, or look again for one whose outcome is not known."""
    readable_proposal(app, person, proposal_id)
    return ProposalOut.of(app.approvals.retry(person, proposal_id))


@router.post("/proposals/{proposal_id}/resubmit", operation_id="resubmit_proposal")
def resubmit_proposal(proposal_id: str, app: App, person: CurrentPerson) -> ProposalOut:
    """After a conflict: ask for approval again, for the ticket as it is now."""
    readable_proposal(app, person, proposal_id)
    return ProposalOut.of(app.approvals.resubmit(person, proposal_id))


@router.post("/proposals/{proposal_id}/undo", operation_id="undo_delivery")
def undo_delivery(proposal_id: str, wanted: UndoIn, app: App, person: CurrentPerson) -> ProposalOut:
    """Have a delivery taken back, in the way that its field allows."""
    readable_proposal(app, person, proposal_id)
    return ProposalOut.of(app.approvals.undo(person, proposal_id, wanted.reason))


def readable_proposal(app: Application, person: Person, proposal_id: str) -> ProposalView:
    """A proposal whose evidence the person may read; ``NotFound`` otherwise."""
    view = app.approvals.get(proposal_id)
    if not _may_read(app, person, view.proposal):
        raise NotFound(f"There is no proposal {proposal_id!r}.")
    return view


def readable_proposals(app: Application, person: Person, limit: int) -> list[Proposal]:
    """The latest proposals among those whose evidence the person may read."""
    return [found for found in app.approvals.latest(limit) if _may_read(app, person, found)]


def _may_read(app: Application, person: Person, proposal: Proposal) -> bool:
    """Whether the revision that was proposed may be read: its words are the proposal's."""
    try:
        readable_draft(app, person, proposal.draft_id, proposal.draft_revision)
    except NotFound:
        return False
    return True
