"""Use case: channels hear that a proposal waits for somebody, and what became of it."""

import json
import threading
from collections.abc import Callable, Sequence

import structlog

from assistant.db import notice_cursor
from assistant.db import proposals as rows
from assistant.domain.approval import ProposalState
from assistant.domain.audit import AuditEvent
from assistant.domain.notices import Notice, Notifier
from retrieval.corpus.database import Database
from retrieval.errors import PrecedentError

log = structlog.get_logger()

_IDLE_SECONDS = 2.0
_EVENTS_PER_STEP = 100
# What a person waits for, or must do something about; every other step is seen on the page.
_TOLD: dict[str, ProposalState] = {
    "proposal.submitted": ProposalState.SUBMITTED,
    "proposal.resubmitted": ProposalState.SUBMITTED,
    "approval.expired": ProposalState.SUBMITTED,
    "proposal.changes-requested": ProposalState.CHANGES_REQUESTED,
    "proposal.rejected": ProposalState.REJECTED,
    "delivery.done": ProposalState.DELIVERED,
    "delivery.conflict": ProposalState.CONFLICT,
    "delivery.failed": ProposalState.FAILED,
    "undo.done": ProposalState.UNDONE,
}


class NoticeWorker:
    """Follows the ledger and tells every channel, at most once.

    An event is passed before it is told: a worker that dies in between, or a channel that is
    away, costs a notice and never a second one. The page has everything that a channel missed.
    """

    def __init__(
        self,
        database: Database,
        notifiers: Sequence[Notifier],
        review_url: Callable[[str], str],
    ) -> None:
        self._database = database
        self._notifiers = notifiers
        self._review_url = review_url

    def run(self, stop: threading.Event) -> None:
        """Tell until stopped; without channels there is nothing to do."""
        while self._notifiers and not stop.is_set():
            try:
                told = self.run_once()
            except Exception:
                # The process boundary of a worker: the next round tries again.
                log.exception("notices.failed")
                told = False
            if not told:
                stop.wait(_IDLE_SECONDS)

    def run_once(self) -> bool:
        """Tell what happened since; returns whether anything had."""
        with self._database.write() as connection:
            before = notice_cursor.begin(connection)
            events = notice_cursor.after(connection, before, _EVENTS_PER_STEP)
            if not events or not notice_cursor.advance(connection, before, events[-1].seq):
                return False
        for notice in filter(None, map(self._notice, events)):
            for notifier in self._notifiers:
                self._tell(notifier, notice)
        return True

    def _notice(self, event: AuditEvent) -> Notice | None:
        state = _state(event)
        if state is None:
            return None
        with self._database.read() as connection:
            proposal = rows.find_proposal(connection, event.subject)
        if proposal is None:
            return None
        return Notice(
            proposal_id=proposal.id,
            record_id=proposal.record_id,
            title=proposal.title,
            shown_as=proposal.shown_as,
            state=state,
            person=proposal.submitted_by,
            url=self._review_url(proposal.id),
        )

    @staticmethod
    def _tell(notifier: Notifier, notice: Notice) -> None:
        try:
            notifier.tell(notice)
        except PrecedentError as exc:
            log.warning(
                "notice.lost", channel=notifier.name, proposal=notice.proposal_id, error=str(exc)
            )


def _state(event: AuditEvent) -> ProposalState | None:
    if event.action == "delivery.ambiguous" and json.loads(event.payload).get("needs"):
        return ProposalState.AMBIGUOUS
    return _TOLD.get(event.action)
