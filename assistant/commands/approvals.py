"""From draft to write-back: submit, decide, deliver, try again, take back."""

from typing import Annotated

import typer

from assistant import console
from assistant.commands import As, Json, acting_person, application
from assistant.domain.approval import Decision, Proposal
from assistant.schemas import ProposalDetailOut, ProposalOut
from assistant.services.submitting import Submission

DraftId = Annotated[str, typer.Argument(metavar="DRAFT")]
ProposalId = Annotated[str, typer.Argument(metavar="PROPOSAL")]
Reason = Annotated[str, typer.Option(help="Why.")]


def submit(
    draft: DraftId,
    target: Annotated[str | None, typer.Option(help="Where it should be written.")] = None,
    field: Annotated[
        str | None, typer.Option(help="Into which field; by default the target's first.")
    ] = None,
    override: Annotated[
        str, typer.Option(metavar="REASON", help="Why it may be submitted over objections.")
    ] = "",
    preview: Annotated[
        bool, typer.Option("--preview", help="Only show exactly what would be written.")
    ] = False,
    person: As = None,
    json: Json = None,
) -> None:
    """Propose to write a draft, as it stands now, to its ticket in a target."""
    app = application()
    wanted = Submission(
        draft_id=draft,
        etag=app.drafts.get(draft).etag,
        target=target or app.settings.targets.default,
        field=field,
        override_reason=override,
    )
    author = acting_person(app, person)
    if preview:
        proposal = app.submitting.prepare(author, wanted).proposal
        if json is None:
            console.show_body(proposal)
            return
    else:
        proposal = app.submitting.submit(author, wanted)
    _show(json, proposal)


def proposals(json: Json = None) -> None:
    """What awaits approval, was decided, or was delivered."""
    listed = [ProposalOut.of(proposal) for proposal in application().approvals.latest()]
    if json is None:
        console.show_proposals(listed)
    else:
        console.write_json(json, "\n".join(entry.model_dump_json() for entry in listed))


def proposal(proposal: ProposalId, json: Json = None) -> None:
    """One proposal: exactly what is written, the decisions, and what came of it."""
    view = application().approvals.get(proposal)
    if json is None:
        console.show_proposal(view)
    else:
        console.write_model(json, ProposalDetailOut.of(view))


def approve(proposal: ProposalId, person: As = None, json: Json = None) -> None:
    """Approve exactly what was submitted. An author of the draft cannot."""
    _decide(proposal, Decision.APPROVE, "", person, json)


def reject(proposal: ProposalId, reason: Reason, person: As = None, json: Json = None) -> None:
    """Reject a proposal, with a reason."""
    _decide(proposal, Decision.REJECT, reason, person, json)


def retry(proposal: ProposalId, person: As = None, json: Json = None) -> None:
    """Try a failed delivery again, or look again for one whose outcome is not known."""
    app = application()
    _show(json, app.approvals.retry(acting_person(app, person), proposal))


def resubmit(proposal: ProposalId, person: As = None, json: Json = None) -> None:
    """After a conflict, ask for approval again, for the ticket as it is now."""
    app = application()
    _show(json, app.approvals.resubmit(acting_person(app, person), proposal))


def undo(proposal: ProposalId, reason: Reason, person: As = None, json: Json = None) -> None:
    """Have a delivery taken back; like an approval, not by an author."""
    app = application()
    _show(json, app.approvals.undo(acting_person(app, person), proposal, reason))


def deliver(json: Json = None) -> None:
    """Carry out everything that is approved and due, then stop."""
    app = application()
    steps = 0
    while app.worker.run_once():
        steps += 1
    if json is None:
        console.out.print(f"{steps} carried out; precedent proposals shows how.")
    else:
        console.write_json(json, f'{{"carried_out": {steps}}}')


def _decide(
    proposal: str, decision: Decision, reason: str, person: str | None, json: str | None
) -> None:
    app = application()
    # The command names no hash: who approves on the command line approves what is there now.
    sha256 = app.approvals.get(proposal).proposal.sha256
    approver = acting_person(app, person)
    _show(json, app.approvals.decide(approver, proposal, decision, sha256, reason))


def _show(json: str | None, proposal: Proposal) -> None:
    if json is None:
        console.show_proposals([ProposalOut.of(proposal)])
    else:
        console.write_model(json, ProposalOut.of(proposal))
