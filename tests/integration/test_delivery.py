"""Approved content arrives once in effect, through crashes and failing targets."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from assistant.db.audit import AuditLedger
from assistant.domain.approval import Decision, Proposal, ProposalState, Receipt
from assistant.domain.delivery import WriteIntent
from assistant.domain.drafts import (
    Claim,
    ClaimKind,
    DraftBody,
    DraftSection,
    Provenance,
    SectionName,
    Verdict,
)
from assistant.domain.people import Person, Role
from assistant.services.approval import ApprovalService
from assistant.services.draft_store import DraftStore
from assistant.services.write_back import DeliveryWorker
from retrieval.corpus.database import Database
from retrieval.errors import DeliveryFailed
from tests.installation import application

RUTH = Person(name="ruth", roles=frozenset({Role.AUTHOR}))
PAUL = Person(name="paul", roles=frozenset({Role.APPROVER}))


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **amount: float) -> None:
        self.now += timedelta(**amount)


class Target:
    """A ticket system whose moods a test decides."""

    name = "target"

    def __init__(self) -> None:
        self.written: dict[str, str] = {}
        self.calls = 0
        self.failures: Iterator[Exception] = iter(())
        self.drops_answer = False

    def apply(self, intent: WriteIntent) -> Receipt:
        self.calls += 1
        failure = next(self.failures, None)
        if failure is not None:
            raise failure
        assert intent.marker not in self.written, "written twice"
        self.written[intent.marker] = intent.body
        if self.drops_answer:
            self.drops_answer = False
            raise DeliveryFailed("the connection was lost after sending")
        return self._receipt(intent)

    def find(self, intent: WriteIntent) -> Receipt | None:
        return self._receipt(intent) if intent.marker in self.written else None

    def _receipt(self, intent: WriteIntent) -> Receipt:
        return Receipt(external_reference=intent.marker, url="", delivered_at=Clock().now)


def body(words: str) -> DraftBody:
    claim = Claim(text=words, kind=ClaimKind.AUTHOR, verdict=Verdict.AUTHOR_ASSERTED)
    section = DraftSection(name=SectionName.SUMMARY, claims=(claim,))
    return DraftBody(title="RCA", sections=(section,))


def approved(database: Database, clock: Clock, target: str = "target", number: int = 1) -> Proposal:
    drafts = DraftStore(database, clock)
    approvals = ApprovalService(database, [target], clock)
    provenance = Provenance(writer="extractive", evidence=())
    draft = drafts.create(RUTH, f"INC{number}", body(f"Words of draft {number}."), provenance)
    proposal = approvals.submit(RUTH, draft.id, draft.etag, target)
    return approvals.decide(PAUL, proposal.id, Decision.APPROVE, proposal.sha256)


def state(database: Database, proposal: Proposal) -> ProposalState:
    return ApprovalService(database, [], Clock()).get(proposal.id).proposal.state


class TestDelivery:
    def test_what_arrives_is_byte_for_byte_what_was_approved(self, database: Database) -> None:
        clock, target = Clock(), Target()
        proposal = approved(database, clock)
        worker = DeliveryWorker(database, {"target": target}, clock)
        assert worker.run_once()
        assert not worker.run_once()
        assert list(target.written.values()) == [proposal.body]
        assert state(database, proposal) is ProposalState.DELIVERED
        assert AuditLedger(database).verify().ok

    def test_an_answer_that_was_lost_is_not_a_second_write(self, database: Database) -> None:
        clock, target = Clock(), Target()
        target.drops_answer = True
        proposal = approved(database, clock)
        worker = DeliveryWorker(database, {"target": target}, clock)
        worker.run_once()
        assert not worker.run_once(), "it waits before it tries again"
        clock.pass_time(seconds=5)
        assert worker.run_once()
        assert target.calls == 1
        assert state(database, proposal) is ProposalState.DELIVERED

    def test_a_target_that_stays_away_ends_visibly_failed_and_can_be_retried(
        self, database: Database
    ) -> None:
        clock, target = Clock(), Target()
        target.failures = iter([DeliveryFailed("503")] * 5)
        proposal = approved(database, clock)
        worker = DeliveryWorker(database, {"target": target}, clock)
        for _ in range(10):
            worker.run_once()
            clock.pass_time(minutes=2)
        view = ApprovalService(database, [], clock).get(proposal.id)
        assert (view.proposal.state, view.proposal.reason) == (ProposalState.FAILED, "503")
        assert target.calls == 5
        ApprovalService(database, [], clock).retry(PAUL, proposal.id)
        assert worker.run_once()
        assert state(database, proposal) is ProposalState.DELIVERED

    def test_a_writer_that_breaks_keeps_its_failure(self, database: Database) -> None:
        clock, target = Clock(), Target()
        target.failures = iter([RuntimeError("bug")])
        proposal = approved(database, clock)
        assert DeliveryWorker(database, {"target": target}, clock).run_once()
        assert state(database, proposal) is ProposalState.FAILED

    def test_a_dead_workers_lease_runs_out_and_another_looks_first(
        self, database: Database
    ) -> None:
        clock, target = Clock(), Target()
        proposal = approved(database, clock)
        dead = DeliveryWorker(database, {"target": target}, clock)
        lease = dead._take()
        assert lease is not None
        target.apply(WriteIntent.of(lease.proposal))  # written, then the worker died
        other = DeliveryWorker(database, {"target": target}, clock)
        assert not other.run_once()
        clock.pass_time(minutes=2)
        assert other.run_once()
        assert target.calls == 1
        assert state(database, proposal) is ProposalState.DELIVERED

    def test_content_that_was_tampered_with_is_not_written(self, database: Database) -> None:
        clock, target = Clock(), Target()
        proposal = approved(database, clock)
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE proposals SET body = 'forged'")
        DeliveryWorker(database, {"target": target}, clock).run_once()
        assert target.written == {}
        assert state(database, proposal) is ProposalState.FAILED

    def test_two_workers_never_take_the_same(self, database: Database) -> None:
        clock, target = Clock(), Target()
        for number in range(6):
            approved(database, clock, number=number)
        workers = [DeliveryWorker(database, {"target": target}, clock) for _ in range(2)]
        for _ in range(6):
            for worker in workers:
                worker.run_once()
        assert len(target.written) == target.calls == 6


class TestKilledWorkers:
    def test_every_approved_proposal_arrives_exactly_once(self, tmp_path: Path) -> None:
        app = application(tmp_path, embedder={"backend": "hashing"})
        clock = Clock()
        clock.now = datetime.now(UTC)
        waiting = {
            approved(app.database, clock, "markdown-folder", number).id for number in range(40)
        }
        outbox = tmp_path / "var" / "outbox"
        environment = {**os.environ, "PRECEDENT_DATA_DIR": str(tmp_path / "var")}
        kills = 0
        started = tmp_path / "started"
        deadline = time.monotonic() + 180
        while len(delivered(app.approvals)) < len(waiting) and time.monotonic() < deadline:
            worker = subprocess.Popen(
                [sys.executable, "-c", WORKER, str(tmp_path / "var"), str(started)],
                env=environment,
            )
            while not started.exists() and worker.poll() is None:
                time.sleep(0.01)
            # Some deliveries, then the end in the middle of one.
            time.sleep(0.3 + 0.05 * (kills % 7))
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            started.unlink(missing_ok=True)
            kills += 1
        assert delivered(app.approvals) == waiting
        assert kills >= 3
        written = [path.name for path in outbox.glob("*.md")]
        assert len(written) == len(waiting)
        assert app.audit.verify().ok
        app.database.close()


# A worker with short leases and a writer that takes its time, so that kills hit it midway.
WORKER = """
import sys, threading, time
from datetime import timedelta
from pathlib import Path
from assistant.bootstrap import Application
from assistant.services.write_back import DeliveryWorker
from assistant.settings import Settings
from assistant.writers import ticket_writers

folder = Path(sys.argv[1])
app = Application(Settings(data_dir=folder))
writers = ticket_writers(folder / "outbox")

class Slow:
    name = "markdown-folder"
    def apply(self, intent):
        time.sleep(0.02)
        receipt = writers[self.name].apply(intent)
        time.sleep(0.02)
        return receipt
    def find(self, intent):
        return writers[self.name].find(intent)

lease = timedelta(seconds=0.5)
Path(sys.argv[2]).touch()
DeliveryWorker(app.database, {"markdown-folder": Slow()}, app.clock, lease).run(threading.Event())
"""


def delivered(approvals: ApprovalService) -> set[str]:
    found = approvals.latest(100)
    return {p.id for p in found if p.state is ProposalState.DELIVERED}


@pytest.mark.parametrize("words", ["[click](https://evil.example)", "<img src=x>", "# heading"])
def test_words_of_a_claim_cannot_become_markup(database: Database, words: str) -> None:
    clock = Clock()
    drafts = DraftStore(database, clock)
    approvals = ApprovalService(database, ["target"], clock)
    provenance = Provenance(writer="extractive", evidence=())
    draft = drafts.create(RUTH, "INC1", body(words), provenance)
    rendered = approvals.submit(RUTH, draft.id, draft.etag, "target").body
    html = MarkdownIt("commonmark").render(rendered)
    assert words in unescape(re.sub(r"<[^>]+>", "", html)), "the words themselves are kept"
    assert not re.search(r"<(?:a|img)\b|<h1>heading", html)
