"""The revisions of a draft, and what differs between two, as JSON."""

from datetime import datetime
from typing import Any

from assistant.domain.drafts import Claim, Draft, Question
from assistant.schemas.drafts import ClaimOut
from assistant.schemas.shape import Shape
from assistant.services.draft_diff import Change, Happened
from assistant.services.draft_reading import Compared


class RevisionOut(Shape):
    """Who made a revision, and when."""

    revision: int
    author: str
    edited_at: datetime
    etag: str

    @classmethod
    def of(cls, draft: Draft) -> "RevisionOut":
        """From the domain value."""
        return cls(
            revision=draft.revision,
            author=draft.author,
            edited_at=draft.edited_at,
            etag=draft.etag,
        )


class SegmentOut(Shape):
    """Words that were kept, added or removed; kept and removed ones make up the old text."""

    happened: Happened
    text: str


class ChangeOut(Shape):
    """What happened to a claim or a question, and its places (from 0) before and after."""

    happened: Happened
    old_at: int | None
    new_at: int | None
    segments: list[SegmentOut]


class ClaimChangeOut(ChangeOut):
    """A claim that was added, removed or changed."""

    old: ClaimOut | None
    new: ClaimOut | None

    @classmethod
    def of(cls, change: Change[Claim]) -> "ClaimChangeOut":
        """From the domain value."""
        return cls(
            **_what_happened(change),
            old=None if change.old is None else ClaimOut.of(change.old),
            new=None if change.new is None else ClaimOut.of(change.new),
        )


class QuestionChangeOut(ChangeOut):
    """A question that was added, removed or changed."""

    old: Question | None
    new: Question | None

    @classmethod
    def of(cls, change: Change[Question]) -> "QuestionChangeOut":
        """From the domain value."""
        return cls(**_what_happened(change), old=change.old, new=change.new)


class SectionDiffOut(Shape):
    """The changes in one section."""

    name: str
    changes: list[ClaimChangeOut]


class DiffOut(Shape):
    """What differs between two revisions; sections without a change are left out.

    Without the old places that are named, and with the new ones put at theirs, the old
    lists become the new ones.
    """

    draft_id: str
    from_revision: int
    to_revision: int
    sections: list[SectionDiffOut]
    questions: list[QuestionChangeOut]

    @classmethod
    def of(cls, compared: Compared) -> "DiffOut":
        """From the domain value."""
        return cls(
            draft_id=compared.new.id,
            from_revision=compared.old.revision,
            to_revision=compared.new.revision,
            sections=[
                SectionDiffOut(
                    name=section.name,
                    changes=[ClaimChangeOut.of(change) for change in section.changes],
                )
                for section in compared.diff.sections
            ],
            questions=[QuestionChangeOut.of(change) for change in compared.diff.questions],
        )


def _what_happened(change: Change[Any]) -> dict[str, Any]:
    segments = [SegmentOut(happened=one.happened, text=one.text) for one in change.segments]
    return {
        "happened": change.happened,
        "old_at": change.old_at,
        "new_at": change.new_at,
        "segments": segments,
    }
