"""Walks at random through everything that people, workers, tickets and clocks can do."""

from collections import Counter
from collections.abc import Callable
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from assistant.domain.approval import Decision
from assistant.domain.people import Person, Role
from tests.conftest import content
from tests.rights.choices import (
    BLUE,
    CHOICE,
    DEEDS,
    EVERY,
    FIELDS,
    GLANCE_EVERY,
    RECORDS,
    RED,
    ROLES,
    SECONDS,
    TOO_LONG,
    WHO_READS,
    WHOSE,
)
from tests.rights.desk import READING_MOODS, Killed, Moment, Mood
from tests.rights.model import DRAWN, RecordTruth
from tests.rights.people import People, text_of
from tests.rights.seeing import Seeing
from tests.rights.world import World


class Walk(RuleBasedStateMachine):
    """One walk. ``world`` is set, and ``done`` read, by whoever runs it."""

    world: ClassVar[World]
    done: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.model = self.world.begin()
        self.desk, self.clock = self.world.desk, self.world.clock
        self.people = People(self.world, self.done)
        self.seeing = Seeing(self.people)
        self.known: dict[str, Person] = {}
        self.steps = 0

    # --- choices

    def someone(self, choice: int, *roles: Role, but: frozenset[str] = frozenset()) -> Person:
        """Mostly somebody with one of the roles who is not left out; sometimes anybody."""
        everybody = list(self.known.values())
        fit = [p for p in everybody if set(roles) & p.roles and p.name not in but]
        chosen = fit if fit and choice % 6 < 5 else everybody
        return chosen[choice // 6 % len(chosen)]

    def reader_of(self, choice: int, number: str, *roles: Role, author: bool = False) -> Person:
        """Mostly somebody who may do something about a proposal."""
        truth = self.model.proposals[number]
        hidden = {
            p.name for p in self.known.values() if not self.model.may_read_proposal(p, number)
        }
        if author:
            return self.someone(choice, *Role, but=frozenset(self.known) - truth.authors)
        return self.someone(choice, *roles, but=truth.authors | hidden)

    def a_draft(self, choice: int) -> str:
        return list(self.model.drafts)[choice % len(self.model.drafts)]

    def a_proposal(self, choice: int, *states: str) -> str:
        """Mostly one in one of the states."""
        self.model.catch_up()
        every = list(self.model.proposals)
        fit = [number for number in every if self.model.proposals[number].state in states]
        chosen = fit if fit and choice % 8 < 7 else every
        return chosen[choice // 8 % len(chosen)]

    def has_drafts(self) -> bool:
        return bool(self.model.drafts)

    def has(*states: str) -> Callable[["Walk"], bool]:
        """Whether there is a proposal in one of the states."""
        return lambda self: any(each.state in states for each in self.model.proposals.values())

    has_proposals = has(*DRAWN)

    # --- how it begins

    @initialize(groups=st.lists(WHOSE, min_size=5, max_size=5), field=FIELDS)
    def begin(self, groups: list[set[str]], field: str) -> None:
        for (name, roles), whose in zip(ROLES.items(), groups, strict=True):
            self.known[name] = Person(name=name, roles=frozenset(roles), groups=frozenset(whose))
        for number, record in enumerate(RECORDS):
            self.put(record, {EVERY} if number < 2 else {RED} if number == 2 else {BLUE})
        for others in ([], ["INC3"]):
            self.people.draft(self.known["ana"], "INC1", others)
        draft = self.a_draft(0)
        etag = self.people.etags[draft]
        self.people.submit(self.known["ana"], draft, field, True, False, etag)

    def put(self, record: str, groups: set[str], word: str | None = None) -> None:
        known = self.model.records.setdefault(record, RecordTruth(frozenset(), []))
        if word is not None or not known.words:
            known.words.append(word or self.people.word("record"))
        known.groups, known.removed = frozenset(groups), False
        self.world.store(content(record, text_of(known.words[-1]), groups=known.groups))

    # --- who people are, and what there is

    @rule(choice=CHOICE, groups=WHOSE, roles=st.sets(st.sampled_from(list(ROLES)), max_size=1))
    def become(self, choice: int, groups: set[str], roles: set[str]) -> None:
        person = self.someone(choice)
        wanted = frozenset(ROLES[roles.pop()]) if roles else person.roles
        self.known[person.name] = person.model_copy(
            update={"groups": frozenset(groups), "roles": wanted}
        )

    @rule(record=st.sampled_from(RECORDS), groups=WHO_READS)
    def change_readers(self, record: str, groups: set[str]) -> None:
        self.put(record, groups)

    @rule(record=st.sampled_from(RECORDS), removed=st.booleans())
    def change_record(self, record: str, removed: bool) -> None:
        if removed and record != RECORDS[0]:
            self.world.remove(record)
            self.model.records[record].removed = True
        else:
            self.put(record, set(self.model.records[record].groups), self.people.word("record"))

    # --- drafts

    @rule(
        choice=CHOICE,
        record=st.sampled_from(RECORDS),
        others=st.lists(st.sampled_from(RECORDS), max_size=2, unique=True),
    )
    def draft(self, choice: int, record: str, others: list[str]) -> None:
        wanted = [other for other in others if other != record]
        self.people.draft(self.someone(choice, Role.AUTHOR), record, wanted)

    @precondition(has_drafts)
    @rule(choice=CHOICE, which=CHOICE, cites=st.sampled_from([None, None, *RECORDS]))
    def edit(self, choice: int, which: int, cites: str | None) -> None:
        draft = self.a_draft(which)
        etag = self.people.etags[draft] if choice % 7 < 6 else "0" * 64
        whole = choice % 2 == 0
        self.people.edit(self.someone(choice, Role.AUTHOR), draft, cites, etag, whole=whole)

    @precondition(has_drafts)
    @rule(choice=CHOICE, which=CHOICE, number=st.integers(0, 3))
    def remark(self, choice: int, which: int, number: int) -> None:
        """A comment, or somebody settles one."""
        if number:
            self.people.resolve(self.someone(choice), self.a_draft(which), number)
        self.people.comment(self.someone(choice), self.a_draft(which))

    # --- proposals

    @precondition(has_drafts)
    @rule(
        choice=CHOICE,
        which=CHOICE,
        field=FIELDS,
        override=st.booleans(),
        previewed=st.booleans(),
    )
    def submit(self, choice: int, which: int, field: str, override: bool, previewed: bool) -> None:
        draft = self.a_draft(which)
        etag = self.people.etags[draft] if choice % 7 < 6 else "0" * 64
        author = self.someone(choice, Role.AUTHOR)
        self.people.submit(author, draft, field, override or bool(which % 3), previewed, etag)

    @precondition(has_proposals)
    @rule(
        choice=CHOICE,
        which=CHOICE,
        decision=st.sampled_from([Decision.APPROVE, Decision.APPROVE, *Decision]),
        shown=st.sampled_from(["now", "now", "unsaid", "stale", "other content"]),
    )
    def decide(self, choice: int, which: int, decision: Decision, shown: str) -> None:
        self.decided(choice, which, decision, shown)

    @precondition(has("submitted"))
    @rule(choice=CHOICE, which=CHOICE)
    def approve(self, choice: int, which: int) -> None:
        self.decided(choice, which, Decision.APPROVE, "now")

    @rule(choice=CHOICE, field=FIELDS, record=st.sampled_from(RECORDS[:3]))
    def agree(self, choice: int, field: str, record: str) -> None:
        """A new draft that is proposed and approved at once, and mostly carried out."""
        self.agreed(choice, field, record)
        if choice % 4:
            self.work_once(choice % 2)

    def agreed(self, choice: int, field: str, record: str) -> None:
        before = len(self.model.drafts), len(self.model.proposals)
        author = self.someone(choice, Role.AUTHOR)
        self.people.draft(author, record, [])
        if len(self.model.drafts) > before[0]:
            draft = list(self.model.drafts)[-1]
            self.people.submit(author, draft, field, True, False, self.people.etags[draft])
        if len(self.model.proposals) > before[1]:
            self.approved(choice, list(self.model.proposals)[-1])

    def approved(self, choice: int, number: str) -> None:
        """As many approvals as it takes."""
        for again in range(2):
            if self.model.proposals[number].until is None:
                person = self.reader_of(choice + 6 * again, number, Role.APPROVER)
                self.people.approve(person, number)

    def decided(self, choice: int, which: int, decision: Decision, shown: str) -> None:
        number = self.a_proposal(which, "submitted")
        truth = self.model.proposals[number]
        seen = {"unsaid": None, "stale": "0"}.get(shown, self.people.version(number))
        sha256 = "0" * 64 if shown == "other content" else truth.sha256
        person = self.reader_of(choice, number, Role.APPROVER)
        self.people.decide(person, number, decision, sha256, seen)

    @precondition(has("failed", "ambiguous", "conflict", "delivered"))
    @rule(choice=CHOICE, which=CHOICE)
    def go_on(self, choice: int, which: int) -> None:
        """What a person does about a delivery that came to an end."""
        number = self.a_proposal(which, "failed", "ambiguous", "conflict", "delivered")
        person = self.reader_of(choice, number, Role.APPROVER)
        match self.model.proposals[number].state:
            case "conflict":
                self.people.resubmit(person, number)
                self.people.approve(self.reader_of(choice + 6, number, Role.APPROVER), number)
            case "delivered":
                self.people.undo(person, number)
            case _:
                self.people.retry(person, number)

    @precondition(has("submitted", "approved", "conflict"))
    @rule(choice=CHOICE, which=CHOICE)
    def withdraw(self, choice: int, which: int) -> None:
        number = self.a_proposal(which, "submitted", "approved", "conflict")
        self.people.withdraw(self.reader_of(choice, number, author=True), number)

    @precondition(has_proposals)
    @rule(
        choice=CHOICE,
        which=CHOICE,
        verb=st.sampled_from(["look", "withdraw", "retry", "resubmit", "undo"]),
    )
    def try_anything(self, choice: int, which: int, verb: str) -> None:
        getattr(self.people, verb)(self.someone(choice), self.a_proposal(which))

    @rule(choice=CHOICE)
    def stop(self, choice: int) -> None:
        stopping = not self.model.stopped and choice % 3 == 2
        self.people.stop(self.someone(choice, Role.APPROVER, Role.ADMIN), stopping)

    # --- workers, tickets and clocks

    def work_once(self, number: int) -> None:
        try:
            if self.world.workers[number].run_once():
                self.done["worked"] += 1
        except Killed:
            self.done["killed"] += 1
            self.world.workers[number] = self.world.worker()

    @rule(number=st.integers(0, 1))
    def work(self, number: int) -> None:
        self.work_once(number)

    @rule(
        choice=CHOICE,
        field=FIELDS,
        record=st.sampled_from(RECORDS[:2]),
        moods=st.lists(st.sampled_from(list(Mood)), max_size=3),
        moment=st.sampled_from(list(Moment)),
        deed=st.sampled_from([*[""] * len(DEEDS), *DEEDS]),
    )
    def carry_out(
        self, choice: int, field: str, record: str, moods: list[Mood], moment: Moment, deed: str
    ) -> None:
        """Something is agreed upon, and a worker gets to it; somebody may walk in on it."""
        self.agreed(choice, field, record)
        self.spoil_writing(moods)
        if deed and self.model.proposals:
            self.walk_in(moment, deed, choice)
        self.work_on(choice % 2, TOO_LONG if choice % 3 == 2 else 121.0)

    @rule(choice=CHOICE, field=FIELDS, last=st.sampled_from([121.0, TOO_LONG]))
    def come_late(self, choice: int, field: str, last: float) -> None:
        """What was looked for in vain arrives before somebody has it tried again."""
        self.agreed(choice, field, RECORDS[choice % 2])
        self.spoil_writing([Mood.LATE, Mood.REFUSED])
        self.work_on(choice % 2, last)
        self.desk.land_late()
        number = list(self.model.proposals)[-1] if self.model.proposals else ""
        if number and self.model.proposals[number].state == "failed":
            self.people.retry(self.reader_of(choice, number, Role.APPROVER), number)
        elif number:
            self.approved(choice, number)
        self.work_once(choice % 2)

    @rule(number=st.integers(0, 1), last=st.sampled_from([121.0, 121.0, TOO_LONG]))
    def work_on(self, number: int, last: float) -> None:
        """A worker that goes on for a while; it may get to the last step only days later."""
        for seconds in (0.0, 6.0, 31.0, last):
            self.clock.pass_time(seconds=seconds)
            self.work_once(number)

    @rule(moods=st.lists(st.sampled_from(list(Mood)), min_size=1, max_size=4))
    def spoil_writing(self, moods: list[Mood]) -> None:
        self.desk.writing.extend(moods)

    @rule(mood=st.sampled_from(READING_MOODS))
    def spoil_reading(self, mood: Mood) -> None:
        self.desk.reading.append(mood)

    @rule(choice=CHOICE, field=FIELDS)
    def change_ticket(self, choice: int, field: str) -> None:
        """Somebody else edits it, or what hung on its way arrives."""
        if choice % 3 == 2:
            self.desk.land_late()
        elif self.desk.tickets:
            reference = list(self.desk.tickets)[choice % len(self.desk.tickets)]
            self.desk.edited(reference, field, f"Somebody wrote {choice}.")

    @rule(seconds=SECONDS)
    def pass_time(self, seconds: float) -> None:
        self.clock.pass_time(seconds=seconds)

    @precondition(has_proposals)
    @rule(
        moment=st.sampled_from(list(Moment)),
        deed=st.sampled_from([*DEEDS, "work", "work", "late work", "late work"]),
        choice=CHOICE,
    )
    def walk_in(self, moment: Moment, deed: str, choice: int) -> None:
        self.desk.walking_in[moment].append(lambda: self.happen(deed, choice))

    def happen(self, deed: str, choice: int) -> None:
        """What somebody does while a request is on its way."""
        self.done[f"walked in: {deed}"] += 1
        match deed:
            case "edit":
                self.edit(choice, choice, None)
            case "approve":
                self.approve(choice, choice)
            case "stop":
                self.people.stop(self.someone(choice, Role.ADMIN), True)
            case "ticket":
                self.change_ticket(choice, ["notes", "cause", "fix"][choice // 3 % 3])
            case "time":
                self.pass_time(130.0)
            case "work":
                self.work_once(choice % 2)
            case "late work":
                # The lease of the one that was walked in on has run out.
                self.pass_time(130.0)
                self.work_once(choice % 2)
            case "go on":
                self.go_on(choice, choice)
            case _:
                self.withdraw(choice, choice)

    # --- what must hold

    @invariant()
    def nothing_is_wrong(self) -> None:
        self.steps += 1
        for entry in self.world.check_ledger():
            self.done[f"{entry.kind}: {entry.after}" if entry.kind == "state" else entry.kind] += 1
        if self.known and self.steps % GLANCE_EVERY == 0:
            names, choice = list(self.known), self.steps // GLANCE_EVERY
            self.seeing.glance(self.known[names[choice % len(names)]], choice)
        self.judge()

    def judge(self) -> None:
        if not self.model.faults:
            return
        self.done.update(f"fault: {fault.partition(':')[0]}" for fault in self.model.faults)
        told = "\n".join(self.model.faults)
        raise AssertionError(f"{told}\nafter {self.done['steps'] + self.steps} steps")

    def teardown(self) -> None:
        self.done["steps"] += max(self.steps - 2, 0)
        self.done["walks"] += 1
        self.done["writes"] += sum(each.landed for each in self.model.proposals.values())
        if not self.model.faults:
            for person in list(self.known.values())[self.steps % 5 :][:1]:
                self.seeing.see_all(person, self.steps // 5)
            self.model.expect(self.world.app.audit.verify().ok, "the ledger is not whole")
            self.judge()
