"""What people can ask of the application; the model hears what was accepted and what was shown.

Everything goes through the functions behind the API's routes, with the checks that they make.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from fastapi import HTTPException, Response
from pydantic import BaseModel

from assistant.api.comments import CommentIn, add_comment, resolve_comment
from assistant.api.drafts import CitationIn, ClaimEdit, DraftEdit, edit_draft
from assistant.api.proposals import (
    DecisionIn,
    SubmissionIn,
    UndoIn,
    decide_proposal,
    look_at_target,
    preview_submission,
    resubmit_proposal,
    retry_delivery,
    submit_draft,
    undo_delivery,
    withdraw_proposal,
)
from assistant.api.targets import StopIn, start_target, stop_target
from assistant.domain.approval import Decision, Target, Visibility
from assistant.domain.drafts import (
    Claim,
    ClaimKind,
    Draft,
    DraftBody,
    DraftSection,
    EvidenceItem,
    Provenance,
    SectionName,
    Verdict,
)
from assistant.domain.people import Person
from assistant.schemas import ReadingOut
from retrieval.errors import PrecedentError
from tests.rights.desk import Killed
from tests.rights.model import QUORUM, DraftTruth, ProposalTruth
from tests.rights.world import World

_READINGS = {"now", "seen", "found"}
_SECTIONS = (SectionName.SUMMARY, SectionName.ROOT_CAUSE)


class People:
    """Asks on somebody's behalf, and counts what was ``done``."""

    def __init__(self, world: World, done: Counter[str]) -> None:
        self.world = world
        self.app = world.app
        self.model = world.model
        self.done = done
        self.etags: dict[str, str] = {}
        self._words = 0

    def word(self, kind: str) -> str:
        """A word that nobody has said before."""
        self._words += 1
        return f"zq{kind}{self._words}"

    def ask(
        self,
        person: Person,
        what: str,
        call: Callable[[], Any],
        learn: Callable[[Any], None] = lambda _: None,
    ) -> Any:
        """The answer, or ``None`` when it was refused; ``learn`` hears what was accepted."""
        try:
            answer = call()
        except (PrecedentError, HTTPException, Killed) as exc:
            self.done[f"{what} refused"] += 1
            self.model.told(person, f"the refusal of {what}", str(exc))
            return None
        self.done[what] += 1
        learn(answer)
        self.model.told(person, what, shown(answer))
        for text in read_of_tickets(answer):
            self.model.expect(text in self.world.desk.shown, "a ticket says what it never said")
        return answer

    # --- drafts

    def draft(self, person: Person, record: str, others: list[str]) -> None:
        """A new draft that cites the records; its evidence is theirs, too."""

        def call() -> Draft:
            reader = person.reader()
            found = [self.app.similar.readable(each, reader) for each in [record, *others]]
            claims = [
                Claim(
                    text=f"The disk of {each.id} was full, {word}.",
                    kind=ClaimKind.FACT,
                    verdict=Verdict.SUPPORTED,
                    citations=(each.cite(0, len(each.text)),),
                )
                for each, word in zip(found, words, strict=True)
            ]
            body = DraftBody(
                title=f"RCA {words[0]}",
                sections=tuple(DraftSection(name=s, claims=tuple(claims)) for s in _SECTIONS),
            )
            evidence = tuple(
                EvidenceItem(record_id=e.id, revision=e.revision, content_hash=e.content_hash())
                for e in found
            )
            provenance = Provenance(writer="extractive", evidence=evidence)
            return self.app.drafts.create(person, record, body, provenance)

        def learn(made: Draft) -> None:
            self.model.expect("author" in person.roles, f"{person.name} drafted without the role")
            cited = frozenset([record, *others])
            self.model.drafts[made.id] = DraftTruth(record, cited, [])
            self.model.revised(made.id, person.name, cited, set(words), whole=True)
            self.etags[made.id] = made.etag

        words = [self.word("claim") for _ in [record, *others]]
        self.ask(person, "draft", call, learn)

    def edit(
        self, person: Person, draft: str, cites: str | None, etag: str, *, whole: bool
    ) -> None:
        """Replace the root cause, or the whole, by one claim, with or without a citation."""
        word = self.word("claim")
        citations = []
        if cites is not None:
            end = len(text_of(self.model.records[cites].words[-1]))
            revision = len(self.model.records[cites].words)
            citations = [CitationIn(record_id=cites, revision=revision, start=0, end=end)]
        claim = ClaimEdit(text=f"The disk was full, {word}.", citations=citations)
        replaced = _SECTIONS if whole else (SectionName.ROOT_CAUSE,)
        edit = DraftEdit(sections={name: [claim] for name in replaced})
        voided = self.model.open_of(draft)
        readable = self.model.may_read(person, draft)

        def learn(made: Any) -> None:
            self.model.expect(readable, f"leak: {person.name} edited what is hidden")
            self.model.expect("author" in person.roles, f"{person.name} edited without the role")
            self.model.expect(etag == self.etags[draft], "an edit of an older revision")
            known = cites is None or self.model.may_read_record(person, cites)
            self.model.expect(known, f"leak: {person.name} cited what is hidden")
            self.model.revised(draft, person.name, {cites} if cites else set(), {word}, whole=whole)
            self.etags[draft] = made.etag
            for proposal in voided:
                proposal.dead = True

        def call() -> Any:
            return edit_draft(draft, edit, self.app, person, Response(), etag)

        self.ask(person, "edit", call, learn)

    def comment(self, person: Person, draft: str) -> None:
        word = self.word("comment")

        def learn(made: Any) -> None:
            known = self.model.drafts[draft]
            known.comments[made.number] = len(known.revisions)
            self.model.scopes[word] = {(draft, len(known.revisions))}

        given = CommentIn(text=f"Look at {word}.")
        self.ask(person, "comment", lambda: add_comment(draft, given, self.app, person), learn)

    def resolve(self, person: Person, draft: str, number: int) -> None:
        def learn(_: Any) -> None:
            revision = self.model.drafts[draft].comments.get(number)
            seen = revision is not None and self.model.may_read(person, draft, revision)
            self.model.expect(seen, f"leak: {person.name} settled a hidden remark")

        self.ask(person, "resolve", lambda: resolve_comment(draft, number, self.app, person), learn)

    # --- proposals

    def submit(
        self, person: Person, draft: str, field: str, override: bool, previewed: bool, etag: str
    ) -> None:
        revision = len(self.model.drafts[draft].revisions)
        word = self.word("override")
        self.model.scopes[word] = {(draft, revision)}
        reason = f"It is urgent, {word}" if override else ""
        wanted = SubmissionIn(target="desk", field=field, override_reason=reason)
        readable = self.model.may_read(person, draft)
        current = etag == self.etags[draft]

        def allowed(_: Any) -> None:
            self.model.expect(readable, f"leak: {person.name} proposed what is hidden")
            self.model.expect("author" in person.roles, f"{person.name} proposed without the role")
            self.model.expect(current, "an older revision was proposed")

        if previewed:
            call = lambda: preview_submission(draft, wanted, self.app, person, etag)  # noqa: E731 — asked twice
            shown = self.ask(person, "preview", call, allowed)
            if shown is None:
                return
            wanted = wanted.model_copy(update={"number": shown.proposal.id})

        def learn(made: Any) -> None:
            allowed(made)
            self.model.expect(etag == self.etags[draft], "it was edited before it was proposed")
            stored = self.world.body_of(made.id)
            self.model.expect(not made.blockers or override, "objections were passed over")
            self.model.proposals[made.id] = ProposalTruth(
                draft=draft,
                revision=made.draft_revision,
                target=Target(
                    name="desk",
                    reference=self.model.drafts[draft].record,
                    field=field,
                    visibility=Visibility.INTERNAL,
                ),
                body=stored,
                sha256=made.sha256,
                quorum=QUORUM[field],
                authors=self.model.authors(draft) | {person.name},
            )
            if previewed:
                self.model.expect(shown.body == stored, "another body than was previewed")

        self.ask(
            person, "submit", lambda: submit_draft(draft, wanted, self.app, person, etag), learn
        )

    def on_proposal(
        self,
        person: Person,
        what: str,
        number: str,
        call: Callable[[], Any],
        learn: Callable[[ProposalTruth], None] = lambda _: None,
    ) -> Any:
        """Something about a proposal that whoever may not read it is refused."""
        readable = self.model.may_read_proposal(person, number)

        def heard(_: Any) -> None:
            self.model.expect(readable, f"leak: {person.name} could {what} a hidden proposal")
            self.model.catch_up()
            learn(self.model.proposals[number])

        return self.ask(person, what, call, heard)

    def decide(
        self, person: Person, number: str, decision: Decision, sha256: str, seen: str | None
    ) -> None:
        truth = self.model.proposals[number]
        reason = "" if decision is Decision.APPROVE else self.reason(truth)
        made = DecisionIn(decision=decision, sha256=sha256, reason=reason, target_version=seen)

        def learn(truth: ProposalTruth) -> None:
            if decision is Decision.APPROVE:
                version = self.world.desk.last_read
                self.model.expect(seen in {None, version}, "approved for another version")
                self.model.approved(person, truth, sha256, version)
                return
            self.model.expect(
                person.name not in truth.authors, "self-approval: authors decided on their own"
            )
            self.model.expect(sha256 == truth.sha256, "decided on another content")
            truth.dead = True

        call = lambda: decide_proposal(number, made, self.app, person)  # noqa: E731 — one line
        self.on_proposal(person, str(decision), number, call, learn)

    def approve(self, person: Person, number: str) -> None:
        """Approve what stands there now."""
        sha256 = self.model.proposals[number].sha256
        self.decide(person, number, Decision.APPROVE, sha256, self.version(number))

    def version(self, number: str) -> str:
        """The version of a proposal's ticket."""
        target = self.model.proposals[number].target
        return str(self.world.desk.tickets[target.reference].version)

    def look(self, person: Person, number: str) -> None:
        self.on_proposal(person, "look", number, lambda: look_at_target(number, self.app, person))

    def withdraw(self, person: Person, number: str) -> None:
        def learn(truth: ProposalTruth) -> None:
            self.model.expect(person.name in truth.authors, "withdrawn by a stranger")
            truth.dead = True

        call = lambda: withdraw_proposal(number, self.app, person)  # noqa: E731 — one line
        self.on_proposal(person, "withdraw", number, call, learn)

    def retry(self, person: Person, number: str) -> None:
        def learn(_: ProposalTruth) -> None:
            may = {"approver", "admin"} & person.roles
            self.model.expect(bool(may), f"{person.name} tried again without the role")

        call = lambda: retry_delivery(number, self.app, person)  # noqa: E731 — one line
        self.on_proposal(person, "retry", number, call, learn)

    def resubmit(self, person: Person, number: str) -> None:
        def learn(truth: ProposalTruth) -> None:
            may = {"approver", "admin"} & person.roles or person.name in truth.authors
            self.model.expect(bool(may), f"{person.name} asked again without the role")

        call = lambda: resubmit_proposal(number, self.app, person)  # noqa: E731 — one line
        self.on_proposal(person, "resubmit", number, call, learn)

    def undo(self, person: Person, number: str) -> None:
        reason = self.reason(self.model.proposals[number])

        def learn(truth: ProposalTruth) -> None:
            may = "approver" in person.roles and person.name not in truth.authors
            self.model.expect(may, f"self-approval: {person.name} may not take it back")
            truth.undo_asked = reason

        given = UndoIn(reason=reason)
        call = lambda: undo_delivery(number, given, self.app, person)  # noqa: E731 — one line
        self.on_proposal(person, "undo", number, call, learn)

    def reason(self, truth: ProposalTruth) -> str:
        word = self.word("reason")
        self.model.scopes[word] = {(truth.draft, truth.revision)}
        return f"It is wrong, {word}."

    # --- the kill switch

    def stop(self, person: Person, stopping: bool) -> None:
        def learn(_: Any) -> None:
            may = {"approver", "admin"} & person.roles
            self.model.expect(bool(may), f"{person.name} stopped or started without the role")
            self.model.stopped = stopping

        def call() -> Any:
            if stopping:
                return stop_target("desk", StopIn(reason="A fault."), self.app, person)
            return start_target("desk", self.app, person)

        self.ask(person, "stop" if stopping else "start", call, learn)


def text_of(word: str) -> str:
    """The text of a record that is told apart by a word."""
    return f"Something broke, {word}."


def shown(answer: Any) -> str:
    """All the words of an answer but those that stand on the ticket already."""
    if isinstance(answer, ReadingOut):
        return ""
    if isinstance(answer, BaseModel):
        return answer.model_dump_json(exclude=_READINGS)
    if isinstance(answer, Response):
        return bytes(answer.body).decode()
    return str(answer)


def read_of_tickets(answer: Any) -> Iterator[str]:
    """The texts of tickets in an answer."""
    if isinstance(answer, ReadingOut):
        yield answer.text
    for name in _READINGS:
        reading = getattr(answer, name, None)
        if reading is not None:
            yield reading.text
