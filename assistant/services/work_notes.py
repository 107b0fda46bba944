"""Use case: a hypothesis of a card becomes a short note, which needs approval like any draft."""

from assistant.domain.drafts import (
    Claim,
    ClaimKind,
    Draft,
    DraftBody,
    DraftSection,
    EvidenceItem,
    EvidenceRole,
    Provenance,
    SectionName,
)
from assistant.domain.incident import IncidentContext
from assistant.domain.people import Person, Role
from assistant.domain.triage import Hypothesis, Origin
from assistant.services.draft_store import DraftStore
from assistant.services.triage.service import Triage
from assistant.services.verification import Verifier
from retrieval.access import Reader
from retrieval.errors import InvalidInput, NotFound
from retrieval.ports import RecordStore
from retrieval.records import Citation, Record

CARD_WRITER = "card"
"""Who wrote a draft that was begun with a hypothesis of a card; it writes nothing again."""

# What a card shows of a hypothesis' support.
_MOST_CITED = 2


class WorkNotes:
    """Begins notes. A note is a draft: edited, previewed, submitted and approved like any."""

    def __init__(self, triage: Triage, store: RecordStore, drafts: DraftStore) -> None:
        self._triage = triage
        self._store = store
        self._drafts = drafts
        self._verifier = Verifier()

    def begin(self, person: Person, context: IncidentContext, hypothesis: str) -> Draft:
        """Keep a draft that says the hypothesis and what to check next, each with its source.

        The card is made again, so that nothing is taken from the browser but the hypothesis' id.
        Raises ``NotAllowed`` for a person who is no author, and ``NotFound`` when the card no
        longer has that hypothesis.
        """
        person.require(Role.AUTHOR)
        if context.record is None:
            raise InvalidInput("A note needs a ticket. A pasted text has none.")
        reader = person.reader()
        card = self._triage.card(context, reader)
        chosen = next((one for one in card.hypotheses if one.id == hypothesis), None)
        if chosen is None:
            raise NotFound("The card has changed and no longer says this. Load it again.")
        claims = [self._cause(chosen)]
        if chosen.next_check is not None:
            check = chosen.next_check
            claims.append(self._claim(check.text, (check.citation,), ClaimKind.PRECEDENT))
        body = DraftBody(
            title=context.title,
            sections=tuple(
                DraftSection(name=name, claims=tuple(claims) if name is SectionName.SUMMARY else ())
                for name in SectionName
            ),
        )
        evidence = self._evidence(context.record, body, reader)
        return self._drafts.create(
            person, context.record.id, body, Provenance(writer=CARD_WRITER, evidence=evidence)
        )

    def _cause(self, chosen: Hypothesis) -> Claim:
        own = chosen.origin is Origin.INCIDENT
        kind = ClaimKind.FACT if own else ClaimKind.PRECEDENT
        return self._claim(chosen.statement, chosen.support[:_MOST_CITED], kind)

    def _claim(self, text: str, citations: tuple[Citation, ...], kind: ClaimKind) -> Claim:
        found = self._verifier.check(text, [citation.quote for citation in citations])
        return Claim(
            text=text,
            kind=kind,
            verdict=found.verdict,
            citations=citations,
            reasons=found.reasons,
        )

    def _evidence(
        self, incident: Record, body: DraftBody, reader: Reader
    ) -> tuple[EvidenceItem, ...]:
        """The incident, and every revision that a claim cites."""
        items = {incident.id: _item(incident, EvidenceRole.INCIDENT)}
        for citation in (cited for claim in body.claims() for cited in claim.citations):
            record = self._store.get(citation.record_id, citation.revision)
            if record is not None and reader.may_read(record):
                items.setdefault(record.id, _item(record, EvidenceRole.PRECEDENT))
        return tuple(items.values())


def _item(record: Record, role: EvidenceRole) -> EvidenceItem:
    return EvidenceItem(
        record_id=record.id,
        revision=record.revision,
        content_hash=record.content_hash(),
        role=role,
    )
