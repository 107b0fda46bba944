"""Workers that are killed again and again: everything arrives, and once."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from assistant.bootstrap import Application
from assistant.domain.approval import Decision, Proposal, ProposalState
from assistant.domain.drafts import Provenance
from assistant.services.approval import ApprovalService
from assistant.services.submitting import Submission
from retrieval.corpus.writer import CorpusWriter
from tests.conftest import content
from tests.installation import application
from tests.ticket_desk import PAUL, RUTH, body


class TestKilledWorkers:
    def test_every_approved_proposal_arrives_exactly_once(self, tmp_path: Path) -> None:
        app = application(tmp_path, embedder={"backend": "hashing"})
        waiting = {approved(app, number).id for number in range(40)}
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
from pathlib import Path
from assistant.bootstrap import Application
from assistant.services.write_back import DeliveryRules, DeliveryWorker
from assistant.settings import Settings
from assistant.writers.markdown_folder import MarkdownFolderWriter

folder = Path(sys.argv[1])
app = Application(Settings(data_dir=folder))
class Slow(MarkdownFolderWriter):
    def apply(self, intent):
        time.sleep(0.02)
        receipt = super().apply(intent)
        time.sleep(0.02)
        return receipt

rules = DeliveryRules(lease=0.5, look_again=(0.1,))
writers = {"markdown-folder": Slow(folder / "outbox")}
Path(sys.argv[2]).touch()
DeliveryWorker(app.database, writers, app.redactor, app.clock, rules).run(threading.Event())
"""


def delivered(approvals: ApprovalService) -> set[str]:
    found = approvals.latest(100)
    return {p.id for p in found if p.state is ProposalState.DELIVERED}


def approved(app: Application, number: int) -> Proposal:
    with app.database.write() as connection:
        item = content(f"INC{number}", "Something broke.")
        CorpusWriter(connection, app.clock()).upsert(item, item.content_hash())
    evidence = Provenance(writer="extractive", evidence=())
    draft = app.drafts.create(RUTH, f"INC{number}", body("The disk was full."), evidence)
    wanted = Submission(draft.id, draft.etag, "markdown-folder", override_reason="no lint here")
    proposal = app.submitting.submit(RUTH, wanted)
    return app.approvals.decide(PAUL, proposal.id, Decision.APPROVE, proposal.sha256)
