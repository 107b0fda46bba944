"""The JSON that programs rely on: the same shapes over HTTP and from the command line.

Offsets count Unicode code points of the stored text of the named revision, and
``text[start:end] == quote``.
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from assistant.domain.approval import Proposal
from assistant.domain.drafts import Claim, Draft, EvidenceItem, Question, RemovedClaim
from assistant.domain.triage import CitedText, Hypothesis, TriageCard
from assistant.services.approval import ProposalView
from assistant.services.similar import SimilarAnswer
from retrieval.explain import Reason
from retrieval.records import Citation, Record
from retrieval.searcher import Hit


class Shape(BaseModel):
    """A JSON object with known members only."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CitationOut(Shape):
    """A span of a stored revision and the words found there."""

    record_id: str
    revision: int
    start: int
    end: int
    quote: str

    @classmethod
    def of(cls, citation: Citation) -> "CitationOut":
        """From the domain value."""
        return cls(
            record_id=citation.record_id,
            revision=citation.revision,
            start=citation.start,
            end=citation.end,
            quote=citation.quote,
        )


class ReasonOut(Shape):
    """One thing that matches or differs."""

    kind: str
    text: str
    values: list[str]

    @classmethod
    def of(cls, reason: Reason) -> "ReasonOut":
        """From the domain value."""
        return cls(kind=reason.kind, text=reason.text, values=list(reason.values))


class HitOut(Shape):
    """A similar record. ``score`` only orders; ``probability`` is null until fitted."""

    record_id: str
    kind: str
    title: str
    source: str
    url: str
    opened_at: datetime | None
    services: list[str]
    score: float
    similarity: float
    coverage: float
    probability: float | None
    why: list[ReasonOut]
    differs: list[ReasonOut]
    citations: list[CitationOut]

    @classmethod
    def of(cls, hit: Hit) -> "HitOut":
        """From the domain value."""
        return cls(
            record_id=hit.record.id,
            kind=hit.record.kind,
            title=hit.record.title,
            source=hit.record.source,
            url=hit.record.url,
            opened_at=hit.record.opened_at,
            services=list(hit.record.services),
            score=round(hit.score, 6),
            similarity=round(hit.similarity, 4),
            coverage=round(hit.coverage, 4),
            probability=hit.probability,
            why=[ReasonOut.of(reason) for reason in hit.why],
            differs=[ReasonOut.of(reason) for reason in hit.differs],
            citations=[CitationOut.of(citation) for citation in hit.citations],
        )


class SimilarOut(Shape):
    """Similar records. ``abstained``: nothing is close; the hits are merely the nearest."""

    query: str
    as_of: datetime | None
    abstained: bool
    calibrated: bool = False
    hits: list[HitOut]
    notes: list[str]

    @classmethod
    def of(cls, answer: SimilarAnswer) -> "SimilarOut":
        """From the domain value."""
        return cls(
            query=_shortened(answer.context.text),
            as_of=answer.context.as_of,
            abstained=answer.result.abstained,
            hits=[HitOut.of(hit) for hit in answer.result.hits],
            notes=list(answer.result.notes),
        )


class CitedTextOut(Shape):
    """A sentence and where it was taken from."""

    text: str
    citation: CitationOut | None

    @classmethod
    def of(cls, cited: CitedText) -> "CitedTextOut":
        """From the domain value."""
        return cls(text=cited.text, citation=CitationOut.of(cited.citation))


class HypothesisOut(Shape):
    """A possible cause from past records; a precedent, not live evidence."""

    statement: str
    probability: float | None
    weight: float
    support: list[CitationOut]
    counter: list[CitedTextOut]
    next_check: CitedTextOut | None
    actions: list[CitedTextOut]

    @classmethod
    def of(cls, hypothesis: Hypothesis) -> "HypothesisOut":
        """From the domain value."""
        check = hypothesis.next_check
        return cls(
            statement=hypothesis.statement,
            probability=hypothesis.probability,
            weight=round(hypothesis.weight, 4),
            support=[CitationOut.of(citation) for citation in hypothesis.support],
            counter=[
                CitedTextOut(
                    text=counter.text,
                    citation=None if counter.citation is None else CitationOut.of(counter.citation),
                )
                for counter in hypothesis.counter
            ],
            next_check=None if check is None else CitedTextOut.of(check),
            actions=[CitedTextOut.of(action) for action in hypothesis.actions],
        )


class SuggestedFieldOut(Shape):
    """A field value that close neighbours agree on; ``share`` of their weight."""

    name: str
    value: str
    share: float
    record_ids: list[str]


class SuspectedChangeOut(Shape):
    """A change shortly before the incident: a suspect, never a cause."""

    record_id: str
    title: str
    opened_at: datetime | None
    hours_before: float
    reasons: list[str]


class TriageOut(SimilarOut):
    """The triage card."""

    hypotheses: list[HypothesisOut]
    suggested_fields: list[SuggestedFieldOut]
    suspected_changes: list[SuspectedChangeOut]
    runbooks: list[HitOut]

    @classmethod
    def of_card(cls, card: TriageCard) -> "TriageOut":
        """From the domain value."""
        return cls(
            query=_shortened(card.context.text),
            as_of=card.context.as_of,
            abstained=card.abstained,
            hits=[HitOut.of(hit) for hit in card.hits],
            notes=list(card.notes),
            hypotheses=[HypothesisOut.of(hypothesis) for hypothesis in card.hypotheses],
            suggested_fields=[
                SuggestedFieldOut(
                    name=found.name,
                    value=found.value,
                    share=found.share,
                    record_ids=list(found.record_ids),
                )
                for found in card.suggested_fields
            ],
            suspected_changes=[
                SuspectedChangeOut(
                    record_id=suspect.record.id,
                    title=suspect.record.title,
                    opened_at=suspect.record.opened_at,
                    hours_before=suspect.hours_before,
                    reasons=list(suspect.reasons),
                )
                for suspect in card.suspected_changes
            ],
            runbooks=[HitOut.of(hit) for hit in card.runbooks],
        )


class SectionOut(Shape):
    """A typed part of a record's text."""

    kind: str
    heading: str
    start: int
    end: int


class RecordOut(Shape):
    """One revision of a record, as stored: redacted."""

    id: str
    revision: int
    kind: str
    title: str
    text: str
    fields: dict[str, JsonValue]
    sections: list[SectionOut]
    source: str
    external_id: str
    services: list[str]
    url: str
    opened_at: datetime | None
    resolved_at: datetime | None

    @classmethod
    def of(cls, record: Record) -> "RecordOut":
        """From the domain value."""
        return cls(
            id=record.id,
            revision=record.revision,
            kind=record.kind,
            title=record.title,
            text=record.text,
            fields=dict(record.fields),
            sections=[
                SectionOut(kind=s.kind, heading=s.heading, start=s.start, end=s.end)
                for s in record.sections
            ],
            source=record.source,
            external_id=record.external_id,
            services=list(record.services),
            url=record.url,
            opened_at=record.opened_at,
            resolved_at=record.resolved_at,
        )


class ClaimOut(Shape):
    """One sentence of a draft with its verdict and the spans that support it."""

    text: str
    kind: str
    verdict: str
    citations: list[CitationOut]
    reasons: list[str]

    @classmethod
    def of(cls, claim: Claim) -> "ClaimOut":
        """From the domain value."""
        return cls(
            text=claim.text,
            kind=claim.kind,
            verdict=claim.verdict,
            citations=[CitationOut.of(citation) for citation in claim.citations],
            reasons=list(claim.reasons),
        )


class DraftSectionOut(Shape):
    """A section of a draft."""

    name: str
    claims: list[ClaimOut]


class DraftOut(Shape):
    """A stored draft. ``etag`` is what an edit or a submission must name."""

    id: str
    record_id: str
    revision: int
    etag: str
    title: str
    author: str
    edited_at: datetime
    sections: list[DraftSectionOut]
    questions: list[Question]
    removed: list[RemovedClaim]
    writer: str
    prompt: str | None
    model: str | None
    evidence: list[EvidenceItem]
    notes: list[str]

    @classmethod
    def of(cls, draft: Draft) -> "DraftOut":
        """From the domain value."""
        return cls(
            id=draft.id,
            record_id=draft.record_id,
            revision=draft.revision,
            etag=draft.etag,
            title=draft.body.title,
            author=draft.author,
            edited_at=draft.edited_at,
            sections=[
                DraftSectionOut(
                    name=section.name, claims=[ClaimOut.of(claim) for claim in section.claims]
                )
                for section in draft.body.sections
            ],
            questions=list(draft.body.questions),
            removed=list(draft.body.removed),
            writer=draft.provenance.writer,
            prompt=draft.provenance.prompt,
            model=draft.provenance.model,
            evidence=list(draft.provenance.evidence),
            notes=list(draft.provenance.notes),
        )


class DecisionOut(Shape):
    """Who decided what, and when."""

    person: str
    decision: str
    reason: str
    decided_at: datetime


class ReceiptOut(Shape):
    """Proof of a delivery."""

    external_reference: str
    url: str
    delivered_at: datetime


class ProposalOut(Shape):
    """Exact content for an exact place. ``sha256`` is what a decision must name."""

    id: str
    draft_id: str
    draft_revision: int
    record_id: str
    title: str
    target: str
    reference: str
    visibility: str
    sha256: str
    state: str
    reason: str
    authors: list[str]
    submitted_by: str
    submitted_at: datetime

    @classmethod
    def of(cls, proposal: Proposal) -> "ProposalOut":
        """From the domain value."""
        return cls(
            id=proposal.id,
            draft_id=proposal.draft_id,
            draft_revision=proposal.draft_revision,
            record_id=proposal.record_id,
            title=proposal.title,
            target=proposal.target.name,
            reference=proposal.target.reference,
            visibility=proposal.target.visibility,
            sha256=proposal.sha256,
            state=proposal.state,
            reason=proposal.reason,
            authors=sorted(proposal.authors),
            submitted_by=proposal.submitted_by,
            submitted_at=proposal.submitted_at,
        )


class ProposalDetailOut(Shape):
    """A proposal with exactly what will be written, the decisions and the receipt."""

    proposal: ProposalOut
    body: str
    decisions: list[DecisionOut]
    receipt: ReceiptOut | None

    @classmethod
    def of(cls, view: ProposalView) -> "ProposalDetailOut":
        """From the domain value."""
        receipt = view.receipt
        return cls(
            proposal=ProposalOut.of(view.proposal),
            body=view.proposal.body,
            decisions=[
                DecisionOut(
                    person=made.person,
                    decision=made.decision,
                    reason=made.reason,
                    decided_at=made.decided_at,
                )
                for made in view.decisions
            ],
            receipt=None if receipt is None else ReceiptOut(**receipt.model_dump()),
        )


class IngestOut(Shape):
    """What came of one path."""

    source: str
    place: str
    added: int
    changed: int
    unchanged: int
    removed: int
    rejected: int
    redactions: int
    seconds: float
    records_per_second: float
    warning: str | None = None
    error: str | None = None
    rejects: list["RejectOut"] = Field(default_factory=list)
    remarks: list[str] = Field(default_factory=list)


class RejectOut(Shape):
    """A row or file that could not become a record."""

    place: str
    reason: str
    external_id: str | None


def _shortened(text: str) -> str:
    return text if len(text) <= 2_000 else text[:2_000] + "…"
