"""Approved content arrives once in effect, through crashes and failing targets."""

import re
from html import unescape

import pytest
from markdown_it import MarkdownIt

from assistant.db import outbox
from assistant.db.audit import AuditLedger
from assistant.domain.approval import Decision, ProposalState
from assistant.domain.delivery import WriteIntent
from retrieval.corpus.database import Database
from retrieval.errors import (
    Refused,
    ServiceUnavailable,
    Throttled,
    Unanswered,
)
from tests.ticket_desk import (
    ADA,
    PAUL,
    RUTH,
    LandedUnanswered,
    Office,
    failing,
)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


class TestDelivery:
    def test_what_arrives_is_byte_for_byte_what_was_approved(self, office: Office) -> None:
        proposal = office.approved()
        assert office.worker.run_once()
        assert not office.worker.run_once()
        assert office.desk.tickets["INC1"].notes == [proposal.body]
        view = office.view(proposal)
        assert view.proposal.state is ProposalState.DELIVERED
        assert view.receipt is not None
        assert (view.receipt.version_before, view.receipt.version_after) == ("1", "2")
        assert AuditLedger(office.database).verify().ok

    def test_only_the_sections_of_a_field_go_there(self, office: Office) -> None:
        proposal = office.approved(field="cause")
        office.work(1)
        text = office.desk.tickets["INC1"].texts["cause"]
        assert text == proposal.body
        assert "## Root cause" in text
        assert "Open questions" not in text

    def test_content_that_was_tampered_with_is_not_written(self, office: Office) -> None:
        proposal = office.approved()
        with office.database.write() as connection:
            connection.exec_driver_sql("UPDATE proposals SET body = 'forged'")
        office.work()
        assert office.desk.calls == 0
        assert office.state(proposal) is ProposalState.FAILED

    def test_an_approval_that_has_expired_is_asked_for_again(self, office: Office) -> None:
        proposal = office.approved()
        office.clock.pass_time(hours=73)
        office.work()
        view = office.view(proposal)
        assert office.desk.calls == 0
        assert view.proposal.state is ProposalState.SUBMITTED
        assert "expired" in view.proposal.reason
        office.approvals.decide(PAUL, proposal.id, Decision.APPROVE, proposal.sha256)
        office.work()
        assert office.state(proposal) is ProposalState.DELIVERED

    def test_two_workers_never_take_the_same(self, office: Office) -> None:
        for number in range(6):
            office.approved(f"INC{number}")
        workers = [office.another_worker() for _ in range(2)]
        for _ in range(6):
            for worker in workers:
                worker.run_once()
        assert office.desk.calls == 6
        assert all(len(ticket.notes) == 1 for ticket in office.desk.tickets.values())

    def test_a_target_has_a_pause_between_two_writes(self, database: Database) -> None:
        office = Office(database, pauses={"desk": 2.0})
        for number in range(2):
            office.approved(f"INC{number}")
        assert office.worker.run_once()
        assert not office.worker.run_once()
        office.clock.pass_time(seconds=2)
        assert office.worker.run_once()
        assert office.desk.calls == 2

    def test_while_one_delivery_is_under_way_no_other_begins_there(self, office: Office) -> None:
        for number in range(2):
            office.approved(f"INC{number}")
        now = office.clock()
        with office.database.write() as connection:
            taken = outbox.take_lease(connection, "a", now, now.replace(hour=1))
            assert taken is not None
        with office.database.write() as connection:
            assert outbox.take_lease(connection, "b", now, now.replace(hour=1)) is None


class TestFailures:
    def test_a_target_that_stays_away_ends_visibly_failed_and_can_be_retried(
        self, office: Office
    ) -> None:
        office.desk.failures = failing(*[ServiceUnavailable("503")] * 5)
        proposal = office.approved()
        office.work(10)
        view = office.view(proposal)
        assert (view.proposal.state, view.proposal.reason) == (ProposalState.FAILED, "503")
        assert office.desk.calls == 5
        office.approvals.retry(PAUL, proposal.id)
        office.work(1)
        assert office.state(proposal) is ProposalState.DELIVERED

    def test_being_asked_to_wait_is_no_failure(self, office: Office) -> None:
        office.desk.failures = failing(*[Throttled("wait", 60.0)] * 9)
        proposal = office.approved()
        assert office.worker.run_once()
        office.clock.pass_time(seconds=59)
        assert not office.worker.run_once()
        office.work(20)
        assert office.state(proposal) is ProposalState.DELIVERED

    def test_a_target_that_asks_to_wait_is_not_asked_for_others(self, office: Office) -> None:
        office.desk.failures = failing(Throttled("wait", 60.0))
        office.approved("INC1")
        office.worker.run_once()
        office.approved("INC2")
        assert not office.worker.run_once()

    def test_a_refusal_is_final(self, office: Office) -> None:
        office.desk.failures = failing(Refused("403: a data policy forbids it", 403))
        proposal = office.approved()
        office.work()
        view = office.view(proposal)
        assert office.desk.calls == 1
        assert view.proposal.state is ProposalState.FAILED
        assert "data policy" in view.proposal.reason

    def test_a_ticket_that_is_gone_is_a_failure(self, office: Office) -> None:
        proposal = office.approved()
        office.desk.tickets.clear()
        office.work()
        assert office.state(proposal) is ProposalState.FAILED

    def test_a_target_that_is_not_configured_any_more(self, office: Office) -> None:
        proposal = office.approved()
        office.worker._writers = {}
        office.work()
        assert "no longer configured" in office.view(proposal).proposal.reason


class TestUnansweredWrites:
    def test_an_answer_that_was_lost_is_not_a_second_write(self, office: Office) -> None:
        office.desk.failures = failing(LandedUnanswered("no answer"))
        proposal = office.approved()
        office.worker.run_once()
        assert office.state(proposal) is ProposalState.AMBIGUOUS
        assert not office.worker.run_once(), "it waits before it looks"
        office.work()
        assert office.desk.tickets["INC1"].notes == [proposal.body]
        assert office.state(proposal) is ProposalState.DELIVERED

    def test_what_is_absent_after_every_look_is_written_once_more(self, office: Office) -> None:
        office.desk.failures = failing(Unanswered("no answer"))
        proposal = office.approved()
        office.worker.run_once()
        moments: list[float] = []
        while office.state(proposal) is ProposalState.AMBIGUOUS and len(moments) < 400:
            if office.worker.run_once():
                moments.append((office.clock() - proposal.submitted_at).total_seconds())
            office.clock.pass_time(seconds=1)
        assert moments == [5, 35, 155], "looks after 5, 30 and 120 seconds; then the write"
        assert office.desk.calls == 2
        assert office.desk.tickets["INC1"].notes == [proposal.body]

    def test_it_is_never_written_a_third_time(self, office: Office) -> None:
        office.desk.failures = failing(*[Unanswered("no answer")] * 5)
        proposal = office.approved()
        office.work(40)
        assert office.desk.calls == 2
        view = office.view(proposal)
        assert view.proposal.state is ProposalState.AMBIGUOUS
        assert "Look at the ticket" in view.proposal.reason

    def test_it_is_not_written_once_more_on_an_approval_that_has_expired(
        self, office: Office
    ) -> None:
        office.desk.failures = failing(Unanswered("no answer"))
        proposal = office.approved()
        office.worker.run_once()
        office.clock.pass_time(hours=73)
        office.work()
        view = office.view(proposal)
        assert (office.desk.calls, office.desk.tickets["INC1"].notes) == (1, [])
        assert view.proposal.state is ProposalState.SUBMITTED
        assert "expired" in view.proposal.reason

    def test_what_arrived_late_is_found_when_it_is_approved_anew(self, office: Office) -> None:
        office.desk.failures = failing(Unanswered("no answer"))
        proposal = office.approved()
        office.worker.run_once()
        office.clock.pass_time(hours=73)
        office.work()
        office.desk.edited("INC1")
        office.desk.tickets["INC1"].notes.append(proposal.body)
        office.approvals.decide(PAUL, proposal.id, Decision.APPROVE, proposal.sha256)
        office.work()
        assert office.state(proposal) is ProposalState.DELIVERED
        assert office.desk.tickets["INC1"].notes == [proposal.body]

    def test_what_arrived_late_is_found_when_a_failure_is_retried(self, office: Office) -> None:
        office.desk.failures = failing(Unanswered("no answer"), Refused("403: no", 403))
        proposal = office.approved()
        office.work()
        assert office.state(proposal) is ProposalState.FAILED
        office.desk.edited("INC1")
        office.desk.tickets["INC1"].notes.append(proposal.body)
        office.approvals.retry(PAUL, proposal.id)
        office.work()
        assert office.state(proposal) is ProposalState.DELIVERED
        assert office.desk.tickets["INC1"].notes == [proposal.body]

    def test_a_person_may_have_it_looked_for_again(self, office: Office) -> None:
        office.desk.failures = failing(Unanswered("lost"), LandedUnanswered("late"))
        office.desk.finding = failing(*[Refused("the journal may not be read", 403)] * 2)
        proposal = office.approved()
        office.work(40)
        assert office.state(proposal) is ProposalState.AMBIGUOUS
        office.approvals.retry(PAUL, proposal.id)
        office.desk.finding = failing()
        office.work(40)
        assert office.state(proposal) is ProposalState.DELIVERED
        assert len(office.desk.tickets["INC1"].notes) == 1

    def test_a_look_that_fails_is_not_a_look_that_found_nothing(self, office: Office) -> None:
        office.desk.failures = failing(LandedUnanswered("lost"))
        office.desk.finding = failing(*[ServiceUnavailable("503")] * 4)
        proposal = office.approved()
        office.work(40)
        assert office.desk.calls == 1
        assert office.state(proposal) is ProposalState.DELIVERED

    def test_a_writer_that_breaks_may_have_written(self, office: Office) -> None:
        broken = RuntimeError("bug")
        broken.lands = True  # type: ignore[attr-defined]  # read by the desk
        office.desk.failures = failing(broken)
        proposal = office.approved()
        office.work()
        assert office.desk.calls == 1
        assert office.state(proposal) is ProposalState.DELIVERED

    def test_a_dead_workers_lease_runs_out_and_another_looks_first(self, office: Office) -> None:
        proposal = office.approved()
        lease = office.worker
        now = office.clock()
        with office.database.write() as connection:
            taken = outbox.take_lease(connection, lease._name, now, now.replace(minute=2))
        assert taken is not None
        started = lease._started(taken)
        assert started is not None
        assert lease._begin(taken)
        office.desk.apply(WriteIntent.of(started))  # written, then the worker died
        other = office.another_worker()
        assert not other.run_once()
        office.clock.pass_time(minutes=3)
        assert other.run_once()
        assert office.desk.calls == 1
        assert office.state(proposal) is ProposalState.DELIVERED

    def test_a_worker_that_was_taken_over_writes_nothing(self, office: Office) -> None:
        office.approved()
        slow, now = office.worker, office.clock()
        with office.database.write() as connection:
            taken = outbox.take_lease(connection, slow._name, now, now.replace(minute=2))
        assert taken is not None
        office.clock.pass_time(minutes=3)
        assert office.another_worker().run_once()
        assert not slow._begin(taken)


class TestConflicts:
    def test_a_ticket_that_changed_since_the_approval_is_not_written(self, office: Office) -> None:
        proposal = office.approved(field="cause")
        office.desk.edited("INC1", "Found by Mia: the raid controller.")
        office.work()
        view = office.view(proposal)
        assert office.desk.calls == 0
        assert view.proposal.state is ProposalState.CONFLICT
        assert view.seen is not None
        assert view.found is not None
        assert (view.seen.text, view.found.text) == ("", "Found by Mia: the raid controller.")

    def test_it_is_written_when_somebody_approves_it_for_the_ticket_as_it_is(
        self, office: Office
    ) -> None:
        proposal = office.approved()
        office.desk.edited("INC1")
        office.work()
        again = office.approvals.resubmit(RUTH, proposal.id)
        assert (again.state, again.round) == (ProposalState.SUBMITTED, 2)
        office.work()
        assert office.desk.calls == 0, "the approval of the first round counts no more"
        office.approvals.decide(PAUL, proposal.id, Decision.APPROVE, proposal.sha256)
        office.work()
        assert office.state(proposal) is ProposalState.DELIVERED

    def test_secrets_of_a_ticket_are_not_kept_with_what_was_read(self, office: Office) -> None:
        proposal = office.approved(field="cause")
        office.desk.edited("INC1", "login with password=Hunter2! on the console")
        office.work()
        found = office.view(proposal).found
        assert found is not None
        assert "Hunter2" not in found.text
        assert not found.whole


class TestKillSwitch:
    def test_nothing_is_written_while_a_target_is_stopped(self, office: Office) -> None:
        proposal = office.approved()
        office.kill_switch.stop(ADA, "desk", "storm of wrong notes")
        office.work()
        assert office.desk.calls == 0
        assert office.state(proposal) is ProposalState.APPROVED
        office.kill_switch.start(ADA, "desk")
        office.work()
        assert office.state(proposal) is ProposalState.DELIVERED

    def test_it_also_stops_a_worker_that_is_about_to_write(self, office: Office) -> None:
        proposal = office.approved()
        read = office.desk.read
        stops = iter([lambda: office.kill_switch.stop(ADA, "desk", "now")])

        def reading(target: object) -> object:
            next(stops, lambda: None)()
            return read(target)  # type: ignore[arg-type]  # handed on as it came

        office.desk.read = reading  # type: ignore[assignment,method-assign]  # one call later
        office.work()
        assert office.desk.calls == 0
        office.kill_switch.start(ADA, "desk")
        office.work()
        assert office.state(proposal) is ProposalState.DELIVERED

    def test_a_rehearsal_says_what_would_be_sent_and_sends_nothing(
        self, database: Database
    ) -> None:
        office = Office(database, rehearsed={"desk"})
        proposal = office.approved()
        office.work()
        assert office.desk.calls == 0
        view = office.view(proposal)
        assert view.proposal.state is ProposalState.FAILED
        assert "PATCH INC1" in view.proposal.reason


@pytest.mark.parametrize("words", ["[click](https://evil.example)", "<img src=x>", "# heading"])
def test_words_of_a_claim_cannot_become_markup(office: Office, words: str) -> None:
    rendered = office.submitted(words=words).body
    html = MarkdownIt("commonmark").render(rendered)
    assert words in unescape(re.sub(r"<[^>]+>", "", html)), "the words themselves are kept"
    assert not re.search(r"<(?:a|img)\b|<h1>heading", html)
