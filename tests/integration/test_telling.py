"""Channels hear what waits for a person, once, and nothing of what a ticket says."""

import pytest

from assistant.domain.approval import Decision
from assistant.domain.notices import Notice
from assistant.services.telling import NoticeWorker
from retrieval.corpus.database import Database
from retrieval.errors import ServiceUnavailable, Unanswered
from tests.ticket_desk import PAUL, LandedUnanswered, Office, failing


class Channel:
    """Keeps what it was told; or is away."""

    def __init__(self, *, away: bool = False) -> None:
        self.name = "channel"
        self.away = away
        self.told: list[Notice] = []

    def tell(self, notice: Notice) -> None:
        if self.away:
            raise ServiceUnavailable("nobody answers")
        self.told.append(notice)

    @property
    def states(self) -> list[str]:
        return [str(notice.state) for notice in self.told]


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def teller(office: Office, *channels: Channel) -> NoticeWorker:
    worker = NoticeWorker(office.database, channels, "https://precedent.test/{}".format)
    worker.run_once()
    return worker


class TestTelling:
    def test_a_channel_hears_that_a_proposal_waits_and_that_it_was_delivered(
        self, office: Office
    ) -> None:
        channel = Channel()
        worker = teller(office, channel)
        proposal = office.approved()
        office.work()
        worker.run_once()
        assert channel.states == ["submitted", "delivered"]
        assert channel.told[0].url == f"https://precedent.test/{proposal.id}"
        assert not worker.run_once()

    def test_what_happened_before_it_was_switched_on_is_not_told(self, office: Office) -> None:
        office.approved()
        channel = Channel()
        worker = teller(office, channel)
        worker.run_once()
        assert channel.told == []

    def test_of_two_workers_one_tells(self, office: Office) -> None:
        channel = Channel()
        workers = [teller(office, channel) for _ in range(2)]
        office.submitted()
        for worker in workers:
            worker.run_once()
        assert channel.states == ["submitted"]

    def test_a_channel_that_is_away_keeps_no_other_from_hearing(self, office: Office) -> None:
        away, channel = Channel(away=True), Channel()
        worker = teller(office, away, channel)
        office.submitted()
        worker.run_once()
        assert channel.states == ["submitted"]

    def test_it_hears_of_an_unknown_outcome_only_when_a_person_must_look(
        self, office: Office
    ) -> None:
        channel = Channel()
        worker = teller(office, channel)
        office.desk.failures = failing(LandedUnanswered("lost"))
        office.approved("INC1")
        office.work()
        office.desk.failures = failing(*[Unanswered("lost")] * 3)
        office.approved("INC2")
        office.work(40)
        worker.run_once()
        assert channel.states.count("ambiguous") == 1

    def test_it_hears_of_a_conflict_and_of_a_no(self, office: Office) -> None:
        channel = Channel()
        worker = teller(office, channel)
        office.approved("INC1")
        office.desk.edited("INC1")
        office.work()
        no = office.submitted("INC2")
        office.approvals.decide(PAUL, no.id, Decision.REJECT, no.sha256, "wrong cause")
        worker.run_once()
        assert channel.states == ["submitted", "conflict", "submitted", "rejected"]
