"""What companions are made of: the claims of a draft by section, and the incident itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.domain.companions import Companion, CompanionKind, CompanionSection, Completeness
from assistant.domain.drafts import Claim, ClaimKind, Draft, SectionName
from retrieval.records import Record


@dataclass(frozen=True, slots=True)
class Material:
    """A revision of a draft and the record that it is about."""

    draft: Draft
    incident: Record

    def told(self, *names: SectionName) -> list[Claim]:
        """Claims about this incident in the given sections; precedents are left out."""
        return [claim for claim in self._of(names) if claim.kind is not ClaimKind.PRECEDENT]

    def precedents(self, *names: SectionName) -> list[Claim]:
        """What helped in the past, in the given sections."""
        return [claim for claim in self._of(names) if claim.kind is ClaimKind.PRECEDENT]

    def _of(self, names: tuple[SectionName, ...]) -> list[Claim]:
        by_name = {section.name: section.claims for section in self.draft.body.sections}
        return [claim for name in names for claim in by_name.get(name, ())]

    def companion(
        self,
        kind: CompanionKind,
        title: str,
        sections: Iterable[CompanionSection],
        completeness: Completeness | None = None,
    ) -> Companion:
        """A companion of this revision."""
        return Companion(
            kind=kind,
            title=f"{title}: {self.draft.body.title}",
            draft_id=self.draft.id,
            revision=self.draft.revision,
            sections=tuple(sections),
            completeness=completeness,
        )


def section(
    heading: str, claims: Iterable[Claim], question: str = "", most: int = 3
) -> CompanionSection:
    """A section of at most ``most`` claims, each once; the question only where there is none."""
    chosen = tuple(dict.fromkeys(claims))[:most]
    return CompanionSection(heading, chosen, () if chosen or not question else (question,))
