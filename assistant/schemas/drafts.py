"""Drafts and proposals as JSON."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path

from assistant.domain.drafts import Claim, Draft, EvidenceItem, Question, RemovedClaim
from assistant.schemas.records import CitationOut
from assistant.schemas.shape import Shape
from assistant.services.drafting.progress import Progress
from assistant.services.drafting.replay import Replay
from assistant.services.drafting.whys import five_whys
from assistant.services.exporting import Export


class ClaimOut(Shape):
    """One sentence of a draft with its verdict and the spans that support it."""

    text: str
    kind: str
    verdict: str
    citations: list[CitationOut]
    reasons: list[str]
    at: datetime | None

    @classmethod
    def of(cls, claim: Claim) -> "ClaimOut":
        """From the domain value."""
        return cls(
            text=claim.text,
            kind=claim.kind,
            verdict=claim.verdict,
            citations=[CitationOut.of(citation) for citation in claim.citations],
            reasons=list(claim.reasons),
            at=claim.at,
        )


class DraftSectionOut(Shape):
    """A section of a draft."""

    name: str
    claims: list[ClaimOut]


class WhyOut(Shape):
    """A step of the chain from what happened to its root cause; without an answer, a question."""

    question: str
    answer: ClaimOut | None


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
    whys: list[WhyOut]
    questions: list[Question]
    removed: list[RemovedClaim]
    writer: str
    prompt: str | None
    model: str | None
    evidence: list[EvidenceItem]
    notes: list[str]
    as_of: datetime | None
    parameters: dict[str, str | int | float]

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
            whys=[
                WhyOut(question=why.question, answer=why.answer and ClaimOut.of(why.answer))
                for why in five_whys(draft.body)
            ],
            questions=list(draft.body.questions),
            removed=list(draft.body.removed),
            writer=draft.provenance.writer,
            prompt=draft.provenance.prompt,
            model=draft.provenance.model,
            evidence=list(draft.provenance.evidence),
            notes=list(draft.provenance.notes),
            as_of=draft.provenance.as_of,
            parameters=draft.provenance.parameters,
        )


class ReplayOut(Shape):
    """A draft written again from its kept evidence."""

    id: str
    writer: str
    prompt: str | None
    model: str | None
    is_same: bool
    differences: list[str]

    @classmethod
    def of(cls, replay: Replay) -> "ReplayOut":
        """From the domain value."""
        provenance = replay.draft.provenance
        return cls(
            id=replay.draft.id,
            writer=provenance.writer,
            prompt=provenance.prompt,
            model=provenance.model,
            is_same=replay.is_same,
            differences=list(replay.differences),
        )


class ExportOut(Shape):
    """A file that an export made."""

    file: str
    media_type: str
    bytes: int
    sha256: str

    @classmethod
    def of(cls, file: Path, export: Export) -> "ExportOut":
        """From what was written, and where."""
        return cls(
            file=str(file),
            media_type=export.media_type,
            bytes=len(export.content),
            sha256=sha256(export.content).hexdigest(),
        )


class ProgressOut(Shape):
    """A step of a draft in the making that begins, and how many things it is about."""

    stage: str
    count: int
    counted: str

    @classmethod
    def of(cls, progress: Progress) -> "ProgressOut":
        """From the service's value."""
        return cls(stage=progress.stage, count=progress.count, counted=progress.counted)
