"""A kept draft beside the one that its evidence gives today."""

from dataclasses import dataclass

from assistant.domain.drafts import Draft, DraftBody


@dataclass(frozen=True, slots=True)
class Replay:
    """A draft as it was first written, and as it is written again from the same evidence.

    ``differences`` name the sections that are not the same; none when the content hash is.
    A chat model may differ from itself: then they show where.
    """

    draft: Draft
    again: DraftBody

    @property
    def is_same(self) -> bool:
        """True when the same words, citations and verdicts came out."""
        return self.again.content_hash() == self.draft.etag

    @property
    def differences(self) -> tuple[str, ...]:
        """The sections that differ, in their order, then "Questions"."""
        before = {section.name: section for section in self.draft.body.sections}
        sections = [s.name.value for s in self.again.sections if before.get(s.name) != s]
        asked = self.again.questions != self.draft.body.questions
        return (*sections, *["Questions"] * asked)
