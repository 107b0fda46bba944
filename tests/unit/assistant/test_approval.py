"""Who may decide on what, and what voids a decision."""

from datetime import UTC, datetime

import pytest

from assistant.domain.approval import (
    Decision,
    DecisionMade,
    Proposal,
    ProposalState,
    Target,
    content_sha256,
    decided,
    withdrawn,
)
from assistant.domain.delivery import ON_THE_WAY, WriteIntent
from assistant.domain.people import Person, Role
from retrieval.errors import InvalidInput, NotAllowed, StaleRevision, WrongState

RUTH = Person(name="ruth", roles=frozenset({Role.AUTHOR, Role.APPROVER}))
PAUL = Person(name="paul", roles=frozenset({Role.APPROVER}))
PETRA = Person(name="petra", roles=frozenset({Role.APPROVER}))
ANA = Person(name="ana", roles=frozenset({Role.ANALYST}))

PLACE = Target(name="markdown-folder", reference="INC1")


def proposal(state: ProposalState = ProposalState.SUBMITTED, body: str = "RCA") -> Proposal:
    return Proposal(
        id="prop-1",
        draft_id="draft-1",
        draft_revision=1,
        record_id="INC1",
        title="RCA of INC1",
        target=PLACE,
        body=body,
        sha256=content_sha256(PLACE, body),
        authors=frozenset({"ruth"}),
        submitted_by="ruth",
        submitted_at=datetime(2026, 1, 1, tzinfo=UTC),
        state=state,
    )


def made(
    decision: Decision,
    sha256: str,
    reason: str = "",
    person: str = "paul",
    round: int = 1,
) -> DecisionMade:
    return DecisionMade(
        person=person,
        decision=decision,
        reason=reason,
        sha256=sha256,
        decided_at=datetime(2026, 1, 1, tzinfo=UTC),
        round=round,
    )


class TestDeciding:
    @pytest.mark.parametrize(
        ("decision", "state"),
        [
            (Decision.APPROVE, ProposalState.APPROVED),
            (Decision.REQUEST_CHANGES, ProposalState.CHANGES_REQUESTED),
            (Decision.REJECT, ProposalState.REJECTED),
        ],
    )
    def test_an_approver_decides(self, decision: Decision, state: ProposalState) -> None:
        asked = proposal()
        assert decided(asked, [], PAUL, made(decision, asked.sha256, "because")) is state

    def test_an_author_cannot_approve_even_as_an_approver(self) -> None:
        asked = proposal()
        with pytest.raises(NotAllowed, match="Somebody else"):
            decided(asked, [], RUTH, made(Decision.APPROVE, asked.sha256))

    def test_an_analyst_cannot_approve(self) -> None:
        asked = proposal()
        with pytest.raises(NotAllowed, match="approver"):
            decided(asked, [], ANA, made(Decision.APPROVE, asked.sha256))

    def test_a_decision_on_other_content_is_refused(self) -> None:
        with pytest.raises(StaleRevision):
            decided(proposal(), [], PAUL, made(Decision.APPROVE, proposal(body="other").sha256))

    @pytest.mark.parametrize("decision", [Decision.REJECT, Decision.REQUEST_CHANGES])
    def test_a_no_needs_a_reason(self, decision: Decision) -> None:
        asked = proposal()
        with pytest.raises(InvalidInput, match="reason"):
            decided(asked, [], PAUL, made(decision, asked.sha256, "  "))

    @pytest.mark.parametrize("state", sorted(set(ProposalState) - {ProposalState.SUBMITTED}))
    def test_only_what_is_submitted_can_be_decided(self, state: ProposalState) -> None:
        asked = proposal(state)
        with pytest.raises(WrongState, match=str(state)):
            decided(asked, [], PAUL, made(Decision.APPROVE, asked.sha256))


class TestQuorum:
    def test_it_waits_until_as_many_people_have_approved(self) -> None:
        asked = proposal().model_copy(update={"quorum": 2})
        first = made(Decision.APPROVE, asked.sha256)
        assert decided(asked, [], PAUL, first) is ProposalState.SUBMITTED
        second = made(Decision.APPROVE, asked.sha256, person="petra")
        assert decided(asked, [first], PETRA, second) is ProposalState.APPROVED

    def test_one_person_approves_once(self) -> None:
        asked = proposal().model_copy(update={"quorum": 2})
        first = made(Decision.APPROVE, asked.sha256)
        with pytest.raises(WrongState, match="already"):
            decided(asked, [first], PAUL, first)

    @pytest.mark.parametrize("stale", [{"round": 1}, {"sha256": "0" * 64, "round": 2}])
    def test_approvals_of_an_earlier_round_or_other_content_do_not_count(
        self, stale: dict[str, object]
    ) -> None:
        asked = proposal().model_copy(update={"quorum": 2, "round": 2})
        earlier = made(Decision.APPROVE, asked.sha256).model_copy(update=stale)
        second = made(Decision.APPROVE, asked.sha256, person="petra", round=2)
        assert decided(asked, [earlier], PETRA, second) is ProposalState.SUBMITTED

    def test_one_no_is_enough(self) -> None:
        asked = proposal().model_copy(update={"quorum": 2})
        first = made(Decision.APPROVE, asked.sha256)
        no = made(Decision.REJECT, asked.sha256, "wrong cause", person="petra")
        assert decided(asked, [first], PETRA, no) is ProposalState.REJECTED


class TestWithdrawing:
    def test_an_author_takes_it_back_until_delivery_begins(self) -> None:
        assert withdrawn(proposal(ProposalState.APPROVED), RUTH) is ProposalState.WITHDRAWN
        with pytest.raises(WrongState):
            withdrawn(proposal(ProposalState.DELIVERING), RUTH)

    def test_nobody_else_does(self) -> None:
        with pytest.raises(NotAllowed):
            withdrawn(proposal(), PAUL)


class TestWriteIntent:
    @pytest.mark.parametrize(
        "state",
        sorted(set(ProposalState) - ON_THE_WAY),
    )
    def test_only_approved_content_becomes_an_intent(self, state: ProposalState) -> None:
        with pytest.raises(NotAllowed):
            WriteIntent.of(proposal(state))

    @pytest.mark.parametrize(
        "changed",
        [
            {"body": "RCA!"},
            {"target": Target(name="console", reference="INC1")},
            {"target": Target(name="markdown-folder", reference="INC2")},
            {"target": Target(name="markdown-folder", reference="INC1", field="comments")},
            {"target": Target(name="markdown-folder", reference="INC1", visibility="public")},
        ],
    )
    def test_content_that_changed_after_approval_is_refused(
        self, changed: dict[str, object]
    ) -> None:
        tampered = proposal(ProposalState.APPROVED).model_copy(update=changed)
        with pytest.raises(NotAllowed, match="not what was approved"):
            WriteIntent.of(tampered)
