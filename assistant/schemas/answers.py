"""Answers to "have we seen this?" as JSON."""

from datetime import datetime

from assistant.domain.alerts import AlertGroup
from assistant.domain.holdout import HeldBack
from assistant.domain.incident import IncidentContext
from assistant.domain.triage import (
    CitedText,
    Hypothesis,
    SuggestedAction,
    SuggestedField,
    SuspectedChange,
    TriageCard,
)
from assistant.schemas.records import CitationOut
from assistant.schemas.shape import Shape
from assistant.services.similar import SimilarAnswer
from retrieval.explain import Reason
from retrieval.identifiers import find
from retrieval.searcher import Hit

# What an incident names stands at its beginning; behind it comes the log.
_READ_FOR_IDENTIFIERS = 20_000


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


class ActionOut(CitedTextOut):
    """What was done before. ``effect``: check, reversible or risky; ``needs`` come first.

    ``id`` names it in feedback.
    """

    id: str
    effect: str
    reasons: list[str]
    needs: list[str]

    @classmethod
    def of_action(cls, action: SuggestedAction) -> "ActionOut":
        """From the domain value."""
        return cls(
            id=action.id,
            text=action.text,
            citation=CitationOut.of(action.citation),
            effect=action.effect,
            reasons=list(action.reasons),
            needs=list(action.needs),
        )


class HypothesisOut(Shape):
    """A possible cause from past records; a precedent, not live evidence.

    ``origin`` is ``incident`` where this incident's own record names the cause. ``standing``
    is ``open``, ``weak`` or ``rejected``; ``kind`` what the source calls the cause; ``id``
    names it in feedback.
    """

    id: str
    statement: str
    probability: float | None
    weight: float
    kind: str
    origin: str
    standing: str
    support: list[CitationOut]
    counter: list[CitedTextOut]
    next_check: CitedTextOut | None
    actions: list[ActionOut]

    @classmethod
    def of(cls, hypothesis: Hypothesis) -> "HypothesisOut":
        """From the domain value."""
        check = hypothesis.next_check
        return cls(
            id=hypothesis.id,
            statement=hypothesis.statement,
            probability=hypothesis.probability,
            weight=round(hypothesis.weight, 4),
            kind=hypothesis.kind,
            origin=hypothesis.origin,
            standing=hypothesis.standing,
            support=[CitationOut.of(citation) for citation in hypothesis.support],
            counter=[
                CitedTextOut(
                    text=counter.text,
                    citation=None if counter.citation is None else CitationOut.of(counter.citation),
                )
                for counter in hypothesis.counter
            ],
            next_check=None if check is None else CitedTextOut.of(check),
            actions=[ActionOut.of_action(action) for action in hypothesis.actions],
        )


class SuggestedFieldOut(Shape):
    """A field value with what speaks for it; ``share`` of the close records' weight agrees.

    ``id`` names it in feedback.
    """

    id: str
    name: str
    value: str
    probability: float | None
    share: float
    reason: str
    record_ids: list[str]

    @classmethod
    def of(cls, found: SuggestedField) -> "SuggestedFieldOut":
        """From the domain value."""
        return cls(
            id=found.id,
            name=found.name,
            value=found.value,
            probability=found.probability,
            share=found.share,
            reason=found.reason,
            record_ids=list(found.record_ids),
        )


class SuspectedChangeOut(Shape):
    """A change shortly before the incident: a suspect, never a cause.

    ``matched_by`` names the person who said that it belongs to the incident.
    """

    record_id: str
    title: str
    opened_at: datetime | None
    hours_before: float
    score: float
    reasons: list[str]
    matched_by: str | None

    @classmethod
    def of(cls, suspect: SuspectedChange) -> "SuspectedChangeOut":
        """From the domain value."""
        return cls(
            record_id=suspect.record.id,
            title=suspect.record.title,
            opened_at=suspect.record.opened_at,
            hours_before=suspect.hours_before,
            score=round(suspect.score, 4),
            reasons=list(suspect.reasons),
            matched_by=suspect.matched_by,
        )


class IdentifierOut(Shape):
    """An error code, host, certificate … that the incident names."""

    kind: str
    value: str


class AlertOut(Shape):
    """One alert of the incident and how often it was told."""

    name: str
    count: int
    first_at: datetime | None
    last_at: datetime | None
    labels: dict[str, str]


class AlertGroupOut(Shape):
    """Alerts that belong together; ``further`` notices are counted but not listed."""

    key: str
    count: int
    further: int
    labels: dict[str, str]
    alerts: list[AlertOut]

    @classmethod
    def of(cls, group: AlertGroup) -> "AlertGroupOut":
        """From the domain value."""
        return cls(
            key=group.key,
            count=group.count,
            further=group.further,
            labels=dict(group.labels),
            alerts=[
                AlertOut(
                    name=alert.notice.name,
                    count=alert.count,
                    first_at=alert.first_at,
                    last_at=alert.last_at,
                    labels=dict(alert.notice.labels),
                )
                for alert in group.alerts
            ],
        )


class TriageOut(SimilarOut):
    """The triage card. ``next_checks`` are what to look at where no hypothesis is told.

    ``precedent_probability`` says how likely a shown record is a precedent; null until fitted.
    ``held_back``: suggestions are being recorded and not shown; then nothing of them is here,
    ``abstained`` says nothing, and the only note tells why.
    """

    identifiers: list[IdentifierOut]
    alerts: list[AlertGroupOut]
    hypotheses: list[HypothesisOut]
    suggested_fields: list[SuggestedFieldOut]
    suspected_changes: list[SuspectedChangeOut]
    runbooks: list[HitOut]
    next_checks: list[CitedTextOut]
    precedent_probability: float | None
    held_back: bool = False

    @classmethod
    def without_answer(cls, context: IncidentContext, held_back: HeldBack) -> "TriageOut":
        """In place of a card that is held back: the question, and why there is no answer."""
        return cls(
            query=_shortened(context.text),
            as_of=context.as_of,
            abstained=False,
            precedent_probability=None,
            hits=[],
            notes=[held_back.told],
            identifiers=[],
            alerts=[],
            hypotheses=[],
            suggested_fields=[],
            suspected_changes=[],
            runbooks=[],
            next_checks=[],
            held_back=True,
        )

    @classmethod
    def of_card(cls, card: TriageCard) -> "TriageOut":
        """From the domain value."""
        return cls(
            query=_shortened(card.context.text),
            as_of=card.context.as_of,
            abstained=card.abstained,
            calibrated=card.precedent_probability is not None,
            precedent_probability=card.precedent_probability,
            hits=[HitOut.of(hit) for hit in card.hits],
            notes=list(card.notes),
            identifiers=[
                IdentifierOut(kind=found.kind, value=found.value)
                for found in find(card.context.text[:_READ_FOR_IDENTIFIERS])
            ],
            alerts=[AlertGroupOut.of(group) for group in card.context.alerts],
            hypotheses=[HypothesisOut.of(hypothesis) for hypothesis in card.hypotheses],
            suggested_fields=[SuggestedFieldOut.of(found) for found in card.suggested_fields],
            suspected_changes=[SuspectedChangeOut.of(one) for one in card.suspected_changes],
            runbooks=[HitOut.of(hit) for hit in card.runbooks],
            next_checks=[CitedTextOut.of(check) for check in card.next_checks],
        )


def _shortened(text: str) -> str:
    return text if len(text) <= 2_000 else text[:2_000] + "…"
