"""Use case: people remark on a draft, and settle what was remarked."""

from collections.abc import Callable
from datetime import datetime

from assistant.db import audit
from assistant.db import comments as rows
from assistant.domain.comments import Comment
from assistant.domain.drafts import Draft, SectionName
from assistant.domain.people import Person
from assistant.services.draft_reading import DraftReading
from ingest.redaction import Redactor
from retrieval.corpus.database import Database
from retrieval.errors import InvalidInput, NotFound


class Commenting:
    """Whoever may read a draft may remark on it and resolve remarks; nothing is deleted.

    A comment belongs to the revision that it was made on: who may not read that revision
    does not see the comment, because it may repeat what was quoted there.
    """

    def __init__(
        self,
        database: Database,
        reading: DraftReading,
        redactor: Redactor,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._reading = reading
        self._redactor = redactor
        self._clock = clock

    def on(self, person: Person, draft_id: str) -> list[Comment]:
        """The comments that the person may see, oldest first; ``NotFound`` as for the draft."""
        reader = person.reader()
        self._reading.get(draft_id, reader)
        with self._database.read() as connection:
            found = rows.comments_on(connection, draft_id)
        revisions = {comment.revision for comment in found}
        seen = {each for each in revisions if self._reading.may_read(draft_id, reader, each)}
        return [comment for comment in found if comment.revision in seen]

    def add(
        self,
        person: Person,
        draft_id: str,
        text: str,
        section: SectionName | None = None,
        claim: str | None = None,
    ) -> Comment:
        """Keep a remark on the draft as it stands, redacted; on a claim by its exact words.

        Raises ``InvalidInput`` for an empty text and for a claim that the draft, or the
        section if one is named, does not make.
        """
        draft = self._reading.get(draft_id, person.reader())
        said = self._redactor.clean(text).strip()
        if not said:
            raise InvalidInput("The comment is empty. Write what should be looked at.")
        place = section if claim is None else _section_of(draft, claim, section)
        with self._database.write() as connection:
            comment = Comment(
                draft_id=draft_id,
                number=rows.next_number(connection, draft_id),
                revision=draft.revision,
                text=said,
                person=person.name,
                at=self._clock(),
                section=place,
                claim=claim,
            )
            rows.insert_comment(connection, comment)
            audit.append(
                connection,
                comment.at,
                person.name,
                "comment.added",
                draft_id,
                {"comment": comment.number, "revision": comment.revision},
            )
        return comment

    def resolve(self, person: Person, draft_id: str, number: int) -> Comment:
        """Mark a comment as settled; who did so first stays on record."""
        self._visible(person, draft_id, number)
        at = self._clock()
        with self._database.write() as connection:
            if rows.set_resolved(connection, draft_id, number, person.name, at):
                payload = {"comment": number}
                audit.append(connection, at, person.name, "comment.resolved", draft_id, payload)
        return self._visible(person, draft_id, number)

    def _visible(self, person: Person, draft_id: str, number: int) -> Comment:
        for comment in self.on(person, draft_id):
            if comment.number == number:
                return comment
        raise NotFound(f"{draft_id} has no comment {number}.")


def _section_of(draft: Draft, claim: str, wanted: SectionName | None) -> SectionName:
    for section in draft.body.sections:
        if wanted in (None, section.name) and any(each.text == claim for each in section.claims):
            return section.name
    raise InvalidInput("The draft does not make this claim. Load it again and copy the claim.")
