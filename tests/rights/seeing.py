"""Somebody looks around: what they find is what they may read, no more and no less."""

from typing import Any

from fastapi import Response

from assistant.api.comments import list_comments
from assistant.api.draft_exports import export_draft
from assistant.api.draft_history import diff_draft, list_revisions
from assistant.api.drafts import get_draft
from assistant.api.proposals import get_proposal, list_proposals
from assistant.api.records import get_record
from assistant.domain.people import Person
from tests.rights.people import People


class Seeing:
    """Reads through the API's routes and compares with the model."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._app = people.app
        self._model = people.model

    def glance(self, person: Person, choice: int) -> None:
        """One of the things that there are to see."""
        model = self._model
        looks = [self.proposals]
        if model.records:
            record = list(model.records)[choice // 3 % len(model.records)]
            looks.append(lambda person: self.record(person, record, choice))
        if model.drafts:
            draft = list(model.drafts)[choice // 3 % len(model.drafts)]
            looks += [
                lambda person: self.draft(person, draft),
                lambda person: self.revision(person, draft, choice),
                lambda person: self.diff(person, draft, choice),
                lambda person: self.comments(person, draft),
            ]
        if model.proposals:
            number = list(model.proposals)[choice // 3 % len(model.proposals)]
            looks.append(lambda person: self.proposal(person, number))
        looks[choice % len(looks)](person)

    def see_all(self, person: Person, choice: int) -> None:
        """All proposals, and one of the drafts."""
        self.proposals(person)
        drafts = list(self._model.drafts)
        if drafts:
            self.draft(person, drafts[choice % len(drafts)])

    def proposals(self, person: Person) -> None:
        found = self._people.ask(
            person, "list", lambda: list_proposals(self._app, person, limit=200)
        )
        listed = {each.id for each in found.items}
        model = self._model
        readable = {each for each in model.proposals if model.may_read_proposal(person, each)}
        self._same(person, "the list", listed, readable)

    def proposal(self, person: Person, number: str) -> None:
        found = self._people.ask(
            person, "proposal", lambda: get_proposal(number, self._app, person)
        )
        readable = self._model.may_read_proposal(person, number)
        self._same(person, number, found is not None, readable)
        if found is not None:
            truth = self._model.proposals[number]
            stored = (found.body, found.proposal.state)
            self._same(person, number, stored, (truth.body, truth.state))

    def draft(self, person: Person, draft: str) -> None:
        found = self._people.ask(
            person, "read", lambda: get_draft(draft, self._app, person, Response())
        )
        self._same(person, draft, found is not None, self._model.may_read(person, draft))

    def revision(self, person: Person, draft: str, choice: int) -> None:
        revision = choice % len(self._model.drafts[draft].revisions) + 1
        found = self._people.ask(
            person, "export", lambda: export_draft(draft, self._app, person, revision=revision)
        )
        readable = self._model.may_read(person, draft, revision)
        self._same(person, f"{draft}/{revision}", found is not None, readable)

    def diff(self, person: Person, draft: str, choice: int) -> None:
        last = len(self._model.drafts[draft].revisions)
        old, new = choice % last + 1, choice // 3 % last + 1
        found = self._people.ask(
            person, "diff", lambda: diff_draft(draft, self._app, person, old, new)
        )
        readable = all(self._model.may_read(person, draft, each) for each in (old, new))
        self._same(person, f"{draft}/{old}-{new}", found is not None, readable)
        self._people.ask(person, "revisions", lambda: list_revisions(draft, self._app, person))

    def comments(self, person: Person, draft: str) -> None:
        found = self._people.ask(
            person, "comments", lambda: list_comments(draft, self._app, person)
        )
        model = self._model
        self._same(person, draft, found is not None, model.may_read(person, draft))
        if found is not None:
            made = model.drafts[draft].comments
            wanted = {n for n, on in made.items() if model.may_read(person, draft, on)}
            self._same(person, f"remarks on {draft}", {e.number for e in found.items}, wanted)

    def record(self, person: Person, record: str, choice: int) -> None:
        revision = choice % len(self._model.records[record].words) + 1
        found = self._people.ask(
            person, "record", lambda: get_record(record, self._app, person, revision)
        )
        readable = self._model.may_read_record(person, record)
        self._same(person, record, found is not None, readable)

    def _same(self, person: Person, what: str, found: Any, wanted: Any) -> None:
        self._model.expect(
            found == wanted, f"leak: {person.name} found {what}: {found}, should be {wanted}"
        )
