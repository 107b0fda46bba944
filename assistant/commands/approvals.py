"""``submit``, ``proposals``, ``approve``, ``reject`` and ``deliver``: from draft to write-back."""

from typing import Annotated

import typer

from assistant import console
from assistant.commands import As, Json, acting_person, application
from assistant.domain.approval import Decision
from assistant.schemas import ProposalOut

DraftId = Annotated[str, typer.Argument(metavar="DRAFT")]
ProposalId = Annotated[str, typer.Argument(metavar="PROPOSAL")]
Reason = Annotated[str, typer.Option(help="Why.")]


def submit(
    draft: DraftId,
    target: Annotated[str | None, typer.Option(help="Where it should be written.")] = None,
    person: As = None,
    json: Json = None,
) -> None:
    """Propose to write a draft, as it stands now, to a target."""
    app = application()
    etag = app.drafts.get(draft).etag
    place = target or app.settings.targets.default
    author = acting_person(app, person)
    _show(json, ProposalOut.of(app.approvals.submit(author, draft, etag, place)))


def proposals(json: Json = None) -> None:
    """What awaits approval, was decided, or was delivered."""
    listed = [ProposalOut.of(proposal) for proposal in application().approvals.latest()]
    if json is None:
        console.show_proposals(listed)
    else:
        console.write_json(json, "\n".join(entry.model_dump_json() for entry in listed))


def approve(proposal: ProposalId, person: As = None, json: Json = None) -> None:
    """Approve exactly what was submitted. An author of the draft cannot."""
    _decide(proposal, Decision.APPROVE, "", person, json)


def reject(proposal: ProposalId, reason: Reason, person: As = None, json: Json = None) -> None:
    """Reject a proposal, with a reason."""
    _decide(proposal, Decision.REJECT, reason, person, json)


def deliver(json: Json = None) -> None:
    """Carry out everything that is approved and due, then stop."""
    app = application()
    delivered = 0
    while app.worker.run_once():
        delivered += 1
    if json is None:
        console.out.print(f"{delivered} carried out; precedent proposals shows how.")
    else:
        console.write_json(json, f'{{"carried_out": {delivered}}}')


def _decide(
    proposal: str, decision: Decision, reason: str, person: str | None, json: str | None
) -> None:
    app = application()
    # The command names no hash: who approves on the command line approves what is there now.
    sha256 = app.approvals.get(proposal).proposal.sha256
    approver = acting_person(app, person)
    made = app.approvals.decide(approver, proposal, decision, sha256, reason)
    _show(json, ProposalOut.of(made))


def _show(json: str | None, proposal: ProposalOut) -> None:
    if json is None:
        console.show_proposals([proposal])
    else:
        console.write_model(json, proposal)
