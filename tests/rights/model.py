"""What must hold of rights and approvals, told a second time and without the code under test.

The model hears what people did and what was accepted. It judges every request to the desk at the
moment it is sent, and whatever anybody is shown.
"""

import re
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from assistant.domain.approval import Target
from assistant.domain.delivery import UndoIntent, WriteIntent
from assistant.domain.people import Person
from tests.ticket_desk import Clock

HOLDS_FOR = timedelta(hours=72)
# How many people a write to each field takes: the fix goes out to callers.
QUORUM = {"notes": 1, "cause": 1, "fix": 2}
_WORD = re.compile(r"\bzq[a-z]+\d+\b")

# As in ``assistant/domain/approval.py``.
DRAWN = {
    "submitted": {"approved", "changes-requested", "rejected", "withdrawn"},
    "approved": {"delivering", "submitted", "withdrawn"},
    "delivering": {"delivered", "conflict", "ambiguous", "failed", "submitted"},
    "ambiguous": {"delivering", "delivered", "conflict", "failed", "submitted"},
    "conflict": {"submitted", "withdrawn"},
    "failed": {"approved"},
    "delivered": {"undoing"},
    "undoing": {"undone", "delivered"},
    "changes-requested": set(),
    "rejected": set(),
    "withdrawn": set(),
    "undone": set(),
}
VOIDED_BY_EDIT = {"submitted", "approved", "conflict"}


@dataclass
class RecordTruth:
    """A record: who may read it, whether it is still there, and the words of each revision."""

    groups: frozenset[str]
    words: list[str]
    removed: bool = False


@dataclass
class RevisionTruth:
    """Who wrote a revision of a draft, and what it cites."""

    author: str
    cited: frozenset[str]


@dataclass
class DraftTruth:
    """A draft, its evidence, and the comments on it by number.

    ``summary`` is what that section cites, and its words.
    """

    record: str
    evidence: frozenset[str]
    revisions: list[RevisionTruth]
    comments: dict[int, int] = field(default_factory=dict)
    summary: tuple[frozenset[str], frozenset[str]] = frozenset(), frozenset()


@dataclass
class ProposalTruth:
    """A proposal and what counts of what was said about it.

    ``approved_by``, ``until`` and ``version`` are those of this round. ``undo_asked`` is the
    reason while an undo is asked for.
    """

    draft: str
    revision: int
    target: Target
    body: str
    sha256: str
    quorum: int
    authors: frozenset[str]
    state: str = "submitted"
    approved_by: set[str] = field(default_factory=set)
    until: datetime | None = None
    version: str = ""
    dead: bool = False
    landed: int = 0
    text_before: str = ""
    undo_asked: str | None = None
    undo_landed: int = 0


class Model:
    """The truth, and ``faults`` found so far; the first word of one says of which kind it is."""

    def __init__(self, clock: Clock, catch_up: Callable[[], None]) -> None:
        self.records: dict[str, RecordTruth] = {}
        self.drafts: dict[str, DraftTruth] = {}
        self.proposals: dict[str, ProposalTruth] = {}
        self.scopes: dict[str, set[tuple[str, int]]] = {}
        self.stopped = False
        self.faults: list[str] = []
        self._clock = clock
        self.catch_up = catch_up

    # --- who may read what

    def may_read_record(self, person: Person, record: str) -> bool:
        known = self.records.get(record)
        return known is not None and not known.removed and bool(known.groups & person.groups)

    def may_read(self, person: Person, draft: str, revision: int | None = None) -> bool:
        """All that is cited, and of the evidence what is still there."""
        known = self.drafts[draft]
        said = known.revisions[-1 if revision is None else revision - 1]
        there = {record for record in known.evidence if not self.records[record].removed}
        needed = said.cited | there | {known.record}
        return all(self.may_read_record(person, record) for record in needed)

    def may_read_proposal(self, person: Person, proposal: str) -> bool:
        known = self.proposals[proposal]
        return self.may_read(person, known.draft, known.revision)

    def told(self, person: Person, what: str, text: str) -> None:
        """Every word of a record or a draft that somebody is shown must be for them to read."""
        for word in set(_WORD.findall(text)):
            if not self._may_see(person, word):
                self.faults.append(f"leak: {person.name} was shown {word} in {what}")

    def _may_see(self, person: Person, word: str) -> bool:
        for record, known in self.records.items():
            if word in known.words:
                return self.may_read_record(person, record)
        return any(self.may_read(person, *scope) for scope in self.scopes[word])

    def expect(self, condition: bool, fault: str) -> None:
        """Note a fault unless the condition holds."""
        if not condition:
            self.faults.append(fault)

    # --- what people did, after it was accepted

    def open_of(self, draft: str) -> list[ProposalTruth]:
        """What an edit of the draft voids now."""
        self.catch_up()
        found = [each for each in self.proposals.values() if each.draft == draft]
        return [each for each in found if each.state in VOIDED_BY_EDIT]

    def revised(
        self, draft: str, author: str, cited: Set[str], words: Set[str], *, whole: bool
    ) -> None:
        """A draft has another revision; unless the ``whole`` is new, its summary is kept."""
        known = self.drafts[draft]
        if whole:
            known.summary = frozenset(cited), frozenset(words)
        cites, says = known.summary[0] | cited, known.summary[1] | words
        known.revisions.append(RevisionTruth(author, cites))
        for word in says:
            self.scopes.setdefault(word, set()).add((draft, len(known.revisions)))

    def authors(self, draft: str) -> frozenset[str]:
        return frozenset(revision.author for revision in self.drafts[draft].revisions)

    def approved(self, person: Person, proposal: ProposalTruth, sha256: str, version: str) -> None:
        """An approval was accepted; the approver saw the ticket at this version."""
        self.catch_up()
        self.expect("approver" in person.roles, f"{person.name} approved without the role")
        self.expect(
            person.name not in proposal.authors, f"self-approval: {person.name} approved own words"
        )
        self.expect(sha256 == proposal.sha256, "approved by another hash")
        self.expect(not proposal.dead, "approved although it was voided")
        proposal.approved_by.add(person.name)
        proposal.version = version
        if len(proposal.approved_by) >= proposal.quorum:
            proposal.until = self._clock() + HOLDS_FOR

    def moved(self, number: str, before: str, after: str) -> None:
        """The stored state changed."""
        proposal = self.proposals[number]
        self.expect(after in DRAWN[before], f"{number} went from {before} to {after}")
        proposal.state = after
        if after == "submitted":
            proposal.approved_by.clear()
            proposal.until = None
        if after == "approved" and before == "submitted":
            self.expect(
                proposal.undo_asked is None and not proposal.dead, f"{number} is approved again"
            )
        if after == "delivered":
            self.expect(proposal.landed > 0, f"{number} is called delivered and is not there")
            proposal.undo_asked = None

    # --- the desk's judge

    def sent(self, intent: WriteIntent, version: str) -> None:
        self.catch_up()
        proposal = self.proposals.get(intent.proposal_id)
        if proposal is None:
            self.faults.append(f"unapproved: {intent.proposal_id} was never submitted")
            return
        exact = (intent.target, intent.body) == (proposal.target, proposal.body)
        self.expect(exact, "unapproved: other bytes or another place than was approved")
        enough = len(proposal.approved_by) >= proposal.quorum
        self.expect(enough, f"unapproved: {sorted(proposal.approved_by)} of {proposal.quorum}")
        self.expect(not proposal.dead, "unapproved: it was taken back or voided")
        alive = proposal.until is not None and self._clock() <= proposal.until
        self.expect(alive, "unapproved: the approval has expired")
        seen = version == proposal.version
        self.expect(seen, f"stale: at version {version}, approved for {proposal.version}")
        self.expect(not self.stopped, "written while the target was stopped")

    def landed(self, intent: WriteIntent, before: str, present: list[str]) -> None:
        proposal = self.proposals[intent.proposal_id]
        self.expect(intent.body not in present, "doubled: the body is on the ticket already")
        proposal.landed += 1
        proposal.text_before = before

    def undo_sent(self, undo: UndoIntent) -> None:
        self.catch_up()
        proposal = self.proposals[undo.intent.proposal_id]
        asked = proposal.undo_asked
        self.expect(asked is not None, "an undo that nobody asked for")
        self.expect(asked is None or asked in undo.note, "the note tells another reason")
        self.expect(not self.stopped, "taken back while the target was stopped")
        same = (undo.intent.target, undo.intent.body) == (proposal.target, proposal.body)
        self.expect(same, "an undo of something else")

    def undo_landed(self, undo: UndoIntent) -> None:
        proposal = self.proposals[undo.intent.proposal_id]
        proposal.undo_landed += 1
        self.expect(proposal.undo_landed == 1, "doubled: taken back twice")
        restored = undo.previous in {None, proposal.text_before}
        self.expect(restored, "another text was restored than was there before")
