"""A ticket system whose moods a test decides, and the services around it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from assistant.domain.approval import (
    BodyForm,
    Decision,
    Proposal,
    ProposalState,
    Receipt,
    Risk,
    Target,
)
from assistant.domain.delivery import Field, TargetState, UndoIntent, WriteIntent
from assistant.domain.drafts import (
    Claim,
    ClaimKind,
    Draft,
    DraftBody,
    DraftSection,
    Provenance,
    SectionName,
    Verdict,
)
from assistant.domain.people import Person, Role
from assistant.services.approval import ApprovalService, ProposalView
from assistant.services.draft_store import DraftStore
from assistant.services.kill_switch import KillSwitch
from assistant.services.places import Places
from assistant.services.submitting import Submission, Submitting
from assistant.services.write_back import DeliveryRules, DeliveryWorker
from ingest.redaction import RedactionPolicy, Redactor
from retrieval.corpus.database import Database
from retrieval.corpus.store import SqlRecordStore
from retrieval.corpus.writer import CorpusWriter
from retrieval.errors import NotFound, TargetChanged, Unanswered
from retrieval.records import Record
from tests.conftest import content

RUTH = Person(name="ruth", roles=frozenset({Role.AUTHOR}))
PAUL = Person(name="paul", roles=frozenset({Role.APPROVER}))
PETRA = Person(name="petra", roles=frozenset({Role.APPROVER}))
ADA = Person(name="ada", roles=frozenset({Role.ADMIN}))

NOTES = Field(name="notes", label="Notes", form=BodyForm.MARKDOWN, undo="adds a note")
CAUSE = Field(
    name="cause",
    label="Cause",
    form=BodyForm.MARKDOWN,
    undo="restores the text",
    sections=(SectionName.ROOT_CAUSE,),
    replaces=True,
)
FIX = Field(
    name="fix",
    label="Fix",
    form=BodyForm.MARKDOWN,
    undo="restores the text",
    replaces=True,
    warning="Callers may be mailed this text.",
)


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self, now: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@dataclass
class Ticket:
    """One ticket: entries that are only added, fields that are replaced, a version."""

    version: int = 1
    notes: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


class TicketDesk:
    """``TicketWriter`` over tickets in memory. ``failures`` are raised by the next writes.

    A failure with ``lands`` set is raised after the write was made.
    """

    fields: tuple[Field, ...] = (NOTES, CAUSE, FIX)

    def __init__(self, name: str = "desk") -> None:
        self.name = name
        self.tickets: dict[str, Ticket] = {}
        self.failures: Iterator[Exception | None] = iter(())
        self.finding: Iterator[Exception | None] = iter(())
        self.calls = 0

    def edited(self, reference: str, text: str = "", field_name: str = "cause") -> None:
        """Somebody else changes the ticket."""
        ticket = self.tickets[reference]
        ticket.version += 1
        if text:
            ticket.texts[field_name] = text

    def locate(self, record: Record) -> str:
        self.tickets.setdefault(record.id, Ticket())
        return record.id

    def read(self, target: Target) -> TargetState:
        ticket = self._ticket(target)
        text = ticket.texts.get(target.field, "")
        return TargetState(f"Ticket {target.reference}", str(ticket.version), text)

    def describe(self, intent: WriteIntent) -> str:
        return f"PATCH {intent.target.reference}"

    def apply(self, intent: WriteIntent) -> Receipt:
        ticket = self._ticket(intent.target)
        failure = self._failure()
        if failure is not None and not getattr(failure, "lands", False):
            raise failure
        if intent.target.field == NOTES.name:
            ticket.notes.append(intent.body)
        else:
            ticket.texts[intent.target.field] = intent.body
        ticket.version += 1
        if failure is not None:
            raise failure
        return self._receipt(intent.marker, ticket)

    def find(self, intent: WriteIntent) -> Receipt | None:
        failure = next(self.finding, None)
        if failure is not None:
            raise failure
        return self._found(intent.target, intent.marker)

    def undo(self, undo: UndoIntent) -> Receipt:
        target = undo.intent.target
        ticket = self._ticket(target)
        failure = self._failure()
        if failure is not None and not getattr(failure, "lands", False):
            raise failure
        if target.field == NOTES.name or undo.previous is None:
            ticket.notes.append(undo.note)
        elif ticket.texts.get(target.field) != undo.intent.body:
            raise TargetChanged("Somebody has edited it since.")
        else:
            ticket.texts[target.field] = undo.previous
        ticket.version += 1
        if failure is not None:
            raise failure
        return self._receipt(undo.marker, ticket)

    def find_undo(self, undo: UndoIntent) -> Receipt | None:
        return self._found(undo.intent.target, undo.marker)

    def _found(self, target: Target, mark: str) -> Receipt | None:
        ticket = self._ticket(target)
        texts = [*ticket.notes, *ticket.texts.values()]
        return self._receipt(mark, ticket) if any(mark in text for text in texts) else None

    def _failure(self) -> Exception | None:
        self.calls += 1
        return next(self.failures, None)

    def _ticket(self, target: Target) -> Ticket:
        if target.reference not in self.tickets:
            raise NotFound(f"{target.reference} is gone.")
        return self.tickets[target.reference]

    def _receipt(self, mark: str, ticket: Ticket) -> Receipt:
        return Receipt(
            external_reference=mark,
            url="",
            delivered_at=datetime(2026, 1, 1, tzinfo=UTC),
            version_after=str(ticket.version),
        )


class LandedUnanswered(Unanswered):
    """The answer was lost after the write was made."""

    lands = True


def body(
    words: str, section: SectionName = SectionName.SUMMARY, verdict: Verdict | None = None
) -> DraftBody:
    claim = Claim(text=words, kind=ClaimKind.AUTHOR, verdict=verdict or Verdict.AUTHOR_ASSERTED)
    return DraftBody(title="RCA", sections=(DraftSection(name=section, claims=(claim,)),))


class Office:
    """Drafts, proposals, decisions and a worker over one desk."""

    def __init__(self, database: Database, **rules: object) -> None:
        self.database = database
        self.clock = Clock()
        self.desk = TicketDesk()
        self.redactor = Redactor(RedactionPolicy())
        self.rules = DeliveryRules(**rules)  # type: ignore[arg-type]  # whatever a test sets
        writers = {"desk": self.desk}
        self.store = SqlRecordStore(database)
        self.drafts = DraftStore(database, self.clock)
        self.places = Places(writers, self.store, self.redactor, self.clock)
        quorum = {Risk.LOW: 1, Risk.ELEVATED: 1, Risk.HIGH: 2}
        self.submitting = Submitting(
            database,
            self.places,
            self.redactor,
            quorum=quorum,
            review_url="https://precedent.test/{}".format,
            clock=self.clock,
        )
        self.approvals = ApprovalService(
            database, self.places, self.redactor, timedelta(hours=72), self.clock
        )
        self.kill_switch = KillSwitch(database, self.places, self.clock)
        self.worker = self.another_worker()

    def another_worker(self) -> DeliveryWorker:
        return DeliveryWorker(
            self.database, {"desk": self.desk}, self.redactor, self.clock, self.rules
        )

    def drafted(self, record: str, wanted: DraftBody) -> Draft:
        with self.database.write() as connection:
            item = content(record, f"Something broke in {record}.")
            CorpusWriter(connection, self.clock()).upsert(item, item.content_hash())
        return self.drafts.create(
            RUTH, record, wanted, Provenance(writer="extractive", evidence=())
        )

    def submitted(
        self,
        record: str = "INC1",
        field: str = "notes",
        words: str = "The disk was full.",
        override: str = "no lint here",
    ) -> Proposal:
        section = SectionName.ROOT_CAUSE if field == "cause" else SectionName.SUMMARY
        draft = self.drafted(record, body(words, section))
        wanted = Submission(draft.id, draft.etag, "desk", field, override)
        return self.submitting.submit(RUTH, wanted)

    def approved(self, record: str = "INC1", field: str = "notes") -> Proposal:
        proposal = self.submitted(record, field)
        approve = Decision.APPROVE
        for person in (PAUL, PETRA)[: proposal.quorum]:
            proposal = self.approvals.decide(person, proposal.id, approve, proposal.sha256)
        return proposal

    def view(self, proposal: Proposal) -> ProposalView:
        return self.approvals.get(proposal.id)

    def state(self, proposal: Proposal) -> ProposalState:
        return self.view(proposal).proposal.state

    def work(self, rounds: int = 20, **pause: float) -> None:
        """Steps of the worker, with some time between them."""
        for _ in range(rounds):
            self.worker.run_once()
            self.clock.pass_time(**(pause or {"minutes": 3}))


def failing(*failures: Exception | None) -> Iterator[Exception | None]:
    """These, one a call, then no more."""
    found: Iterable[Exception | None] = failures
    return iter(found)
