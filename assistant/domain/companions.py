"""Texts for other readers, made of the claims of a draft: nothing in them is new."""

from dataclasses import dataclass
from enum import StrEnum

from assistant.domain.drafts import Claim


class CompanionKind(StrEnum):
    """For whom it is written."""

    STATUS_UPDATE = "status-update"
    EXECUTIVE_SUMMARY = "executive-summary"
    VENDOR_DOSSIER = "vendor-dossier"
    HANDOVER = "handover"


@dataclass(frozen=True, slots=True)
class CompanionSection:
    """A heading with claims in reading order; ``questions`` ask for what is missing."""

    heading: str
    claims: tuple[Claim, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of what a vendor will ask for is there: ``present`` of ``wanted`` parts."""

    present: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def score(self) -> float:
        """The share of the wanted parts that is there, 0 to 1."""
        return len(self.present) / max(1, len(self.present) + len(self.missing))


@dataclass(frozen=True, slots=True)
class Companion:
    """One text beside a draft, with the claims and citations of that revision."""

    kind: CompanionKind
    title: str
    draft_id: str
    revision: int
    sections: tuple[CompanionSection, ...]
    completeness: Completeness | None = None

    def claims(self) -> tuple[Claim, ...]:
        """All claims in reading order."""
        return tuple(claim for section in self.sections for claim in section.claims)
