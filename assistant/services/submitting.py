"""Use case: propose to write a draft, as it stands now, to a ticket."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from pydantic import JsonValue

from assistant.db import drafts as draft_rows
from assistant.db import proposals as rows
from assistant.domain.approval import Proposal, ProposalState, Risk, content_sha256
from assistant.domain.drafts import Draft
from assistant.domain.people import Person, Role
from assistant.services.draft_store import require_current
from assistant.services.places import Place, Places
from assistant.services.proposal_body import blockers, body_of, risk_of
from assistant.services.proposal_notes import note
from ingest.redaction import Redactor
from retrieval.corpus.database import Database
from retrieval.errors import InvalidInput, NotFound, WrongState

_NUMBER = r"prop-[0-9a-f]{16}"


@dataclass(frozen=True, slots=True)
class Submission:
    """A draft as its author read it, and where it should be written.

    ``number`` is that of a preview, so that what was shown is what is proposed to the letter.
    """

    draft_id: str
    etag: str
    target: str
    field: str | None = None
    override_reason: str = ""
    number: str | None = None

    def __post_init__(self) -> None:
        if self.number is not None and not re.fullmatch(_NUMBER, self.number):
            raise InvalidInput(f"{self.number!r} is no number of a proposal.")


class Prepared(NamedTuple):
    """A proposal that is not submitted yet, and the place as it stands."""

    proposal: Proposal
    place: Place


class Submitting:
    """Makes proposals. What will be written is rendered here, once; only these bytes count."""

    def __init__(
        self,
        database: Database,
        places: Places,
        redactor: Redactor,
        *,
        quorum: Mapping[Risk, int],
        review_url: Callable[[str], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._places = places
        self._redactor = redactor
        self._quorum = quorum
        self._review_url = review_url
        self._clock = clock

    def prepare(self, person: Person, wanted: Submission) -> Prepared:
        """What ``submit`` would propose, for a preview; nothing is kept.

        Raises ``StaleRevision`` when somebody edited the draft since it was read.
        """
        person.require(Role.AUTHOR)
        draft_id = wanted.draft_id
        with self._database.read() as connection:
            draft = _known(draft_rows.find_draft(connection, draft_id), draft_id)
            authors = draft_rows.authors_of(connection, draft_id)
        require_current(draft, wanted.etag)
        if not draft.body.claims():
            raise InvalidInput("The draft has no claim yet; there is nothing to approve.")
        place = self._places.of_record(draft.record_id, wanted.target, wanted.field)
        against = blockers(draft)
        override = self._redactor.clean(wanted.override_reason).strip() if against else ""
        replaced = place.field.replaces and bool(place.reading.text)
        risk, why = risk_of(place.field, bool(against), replaced)
        number = wanted.number or f"prop-{uuid4().hex[:16]}"
        body = body_of(draft, place.field, number, self._review_url(number))
        proposal = Proposal(
            id=number,
            draft_id=draft.id,
            draft_revision=draft.revision,
            record_id=draft.record_id,
            title=draft.body.title,
            target=place.target,
            body=body,
            sha256=content_sha256(place.target, body),
            authors=authors | {person.name},
            submitted_by=person.name,
            submitted_at=self._clock(),
            state=ProposalState.SUBMITTED,
            shown_as=place.shown_as,
            form=place.field.form,
            risk=risk,
            risk_reasons=why,
            quorum=self._quorum.get(risk, 1),
            blockers=against,
            override_reason=override,
        )
        return Prepared(proposal, place)

    def submit(self, person: Person, wanted: Submission) -> Proposal:
        """Propose to write a draft as it stands now to a field of its ticket.

        Unsupported claims and errors of the linter are refused with ``WrongState``, unless
        ``override_reason`` says why they may stand; it is kept for whoever decides.
        """
        proposal, place = self.prepare(person, wanted)
        if proposal.blockers and not proposal.override_reason:
            raise WrongState(
                f"{len(proposal.blockers)} thing(s) stand against submitting: "
                f"{'; '.join(proposal.blockers)}. Mend them, or give a reason to submit anyway."
            )
        with self._database.write() as connection:
            # Again, under the lock: somebody may have edited while the ticket was read.
            draft = _known(draft_rows.find_draft(connection, wanted.draft_id), wanted.draft_id)
            require_current(draft, wanted.etag)
            if rows.find_proposal(connection, proposal.id) is not None:
                raise WrongState(f"{proposal.id} has been submitted already.")
            rows.insert_proposal(connection, proposal)
            rows.keep_reading(connection, proposal.id, rows.SEEN, place.reading)
            overridden: list[JsonValue] = [*proposal.blockers]
            note(
                connection,
                self._clock(),
                person.name,
                "proposal.submitted",
                proposal,
                overridden=overridden or None,
                override_reason=proposal.override_reason,
            )
        return proposal


def _known(draft: Draft | None, draft_id: str) -> Draft:
    if draft is None:
        raise NotFound(f"There is no draft {draft_id!r}.")
    return draft
