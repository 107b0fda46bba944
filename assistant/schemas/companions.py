"""Companions of a draft as JSON."""

from assistant.domain.companions import Companion
from assistant.schemas.drafts import ClaimOut
from assistant.schemas.lint import FindingOut
from assistant.schemas.shape import Shape
from assistant.services.companions.linted import Linted


class CompanionSectionOut(Shape):
    """A heading with its claims; ``questions`` ask for what is missing."""

    heading: str
    claims: list[ClaimOut]
    questions: list[str]


class CompletenessOut(Shape):
    """How much of what a vendor asks for is there; ``score`` is a share, 0 to 1."""

    score: float
    present: list[str]
    missing: list[str]


class CompanionOut(Shape):
    """A text for another reader, made of claims of one revision of a draft.

    ``findings`` are its weak spots; their offsets are of ``text``.
    """

    kind: str
    title: str
    draft_id: str
    revision: int
    sections: list[CompanionSectionOut]
    completeness: CompletenessOut | None
    text: str
    findings: list[FindingOut]

    @classmethod
    def of(cls, companion: Companion, judged: Linted) -> "CompanionOut":
        """From the domain value and what lint says of it."""
        found = companion.completeness
        return cls(
            kind=companion.kind,
            title=companion.title,
            draft_id=companion.draft_id,
            revision=companion.revision,
            sections=[
                CompanionSectionOut(
                    heading=part.heading,
                    claims=[ClaimOut.of(claim) for claim in part.claims],
                    questions=list(part.questions),
                )
                for part in companion.sections
            ],
            completeness=found
            and CompletenessOut(
                score=round(found.score, 3),
                present=list(found.present),
                missing=list(found.missing),
            ),
            text=judged.text,
            findings=[FindingOut.of(finding) for finding in judged.findings],
        )
