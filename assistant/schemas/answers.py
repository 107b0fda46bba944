"""Answers to "have we seen this?" as JSON."""

from datetime import datetime

from assistant.domain.triage import CitedText, Hypothesis, TriageCard
from assistant.schemas.records import CitationOut
from assistant.schemas.shape import Shape
from assistant.services.similar import SimilarAnswer
from retrieval.explain import Reason
from retrieval.searcher import Hit


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
    """A similar record. ``score`` only orders; ``probability`` is null until fitted.

    ``folded`` names the records that say the same and are not listed by themselves.
    """

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
    folded: list[str]

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
            folded=[record.id for record in hit.folded],
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


def _shortened(text: str) -> str:
    return text if len(text) <= 2_000 else text[:2_000] + "…"
