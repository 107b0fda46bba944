"""Use case: keep drafts and their edits, so that no one's words are lost or overwritten."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection

from assistant.db import audit, outbox
from assistant.db import drafts as rows
from assistant.db import proposals as proposal_rows
from assistant.domain.approval import OPEN_STATES, ProposalState
from assistant.domain.drafts import Draft, DraftBody, Provenance
from assistant.domain.people import Person, Role
from retrieval.corpus.database import Database
from retrieval.errors import NotFound, StaleRevision


class DraftStore:
    """Every edit makes a new revision; an edit voids an approval that is not yet carried out."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def create(
        self, person: Person, record_id: str, body: DraftBody, provenance: Provenance
    ) -> Draft:
        """Keep a new draft; its author needs the role of an author."""
        person.require(Role.AUTHOR)
        draft = Draft(
            id=f"draft-{uuid4().hex[:16]}",
            record_id=record_id,
            revision=1,
            body=body,
            provenance=provenance,
            author=person.name,
            edited_at=self._clock(),
        )
        with self._database.write() as connection:
            rows.insert_draft(connection, draft)
            self._note(connection, draft, "draft.created")
        return draft

    def get(self, draft_id: str, revision: int | None = None) -> Draft:
        """A revision of a draft, by default the current one; ``NotFound`` otherwise."""
        with self._database.read() as connection:
            draft = rows.find_draft(connection, draft_id, revision)
            current = draft or rows.find_draft(connection, draft_id)
        if current is None:
            raise _unknown(draft_id)
        if draft is None:
            raise NotFound(
                f"{draft_id} has no revision {revision}; the current one is {current.revision}."
            )
        return draft

    def revisions(self, draft_id: str) -> list[Draft]:
        """Every revision, oldest first."""
        with self._database.read() as connection:
            return rows.all_revisions(connection, draft_id)

    def latest(self, limit: int = 50) -> list[Draft]:
        """The drafts that were edited last."""
        with self._database.read() as connection:
            return rows.latest_drafts(connection, limit)

    def save_edit(
        self,
        person: Person,
        draft_id: str,
        etag: str,
        body: DraftBody,
        provenance: Provenance | None = None,
    ) -> Draft:
        """Keep an edit of the revision that ``etag`` names.

        ``provenance`` is given where a writer had a part in it. Raises ``StaleRevision`` when
        somebody else edited since, and says who and when.
        """
        person.require(Role.AUTHOR)
        with self._database.write() as connection:
            current = rows.find_draft(connection, draft_id)
            if current is None:
                raise _unknown(draft_id)
            require_current(current, etag)
            edited = rows.new_edit(current, body, person.name, self._clock())
            if provenance is not None:
                edited = edited.model_copy(update={"provenance": provenance})
            rows.insert_revision(connection, edited)
            self._note(connection, edited, "draft.rewritten" if provenance else "draft.edited")
            self._void_approvals(connection, edited)
        return edited

    def _void_approvals(self, connection: Connection, draft: Draft) -> None:
        for proposal in proposal_rows.open_proposals_of(connection, draft.id, OPEN_STATES):
            reason = f"{draft.author} edited the draft after it was submitted."
            outbox.cancel(connection, proposal.id)
            voided = {"state": ProposalState.WITHDRAWN, "reason": reason}
            proposal_rows.save(connection, proposal.model_copy(update=voided))
            audit.append(
                connection,
                draft.edited_at,
                draft.author,
                "proposal.voided",
                proposal.id,
                {"reason": reason, "was": str(proposal.state)},
            )

    def _note(self, connection: Connection, draft: Draft, action: str) -> None:
        audit.append(
            connection,
            draft.edited_at,
            draft.author,
            action,
            draft.id,
            {"record": draft.record_id, "revision": draft.revision, "content": draft.etag},
        )


def require_current(draft: Draft, etag: str) -> None:
    """Raise ``StaleRevision`` unless the etag is that of the current revision."""
    if etag.strip('"') != draft.etag:
        raise StaleRevision(
            f"{draft.author} edited {draft.id} at {draft.edited_at:%Y-%m-%d %H:%M} UTC. "
            "Load it again and repeat your change."
        )


def _unknown(draft_id: str) -> NotFound:
    return NotFound(f"There is no draft {draft_id!r}.")
