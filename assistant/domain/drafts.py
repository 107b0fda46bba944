"""An RCA draft: typed sections of claims, each with the spans that support it."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from retrieval.records import Citation, sha256_of_json


class SectionName(StrEnum):
    """The sections of an RCA, in the order in which they are read."""

    SUMMARY = "Summary"
    IMPACT = "Impact"
    DETECTION = "Detection"
    TIMELINE = "Timeline"
    PROXIMATE_CAUSE = "Proximate cause"
    ROOT_CAUSE = "Root cause"
    CONTRIBUTING_FACTORS = "Contributing factors"
    LIMITED_IMPACT = "What limited the impact"
    RESOLUTION = "Resolution"
    ACTIONS = "Corrective and preventive actions"
    OPEN_QUESTIONS = "Open questions"


class ClaimKind(StrEnum):
    """What a claim speaks of. A precedent is never told as a fact of this incident."""

    FACT = "fact"
    PRECEDENT = "precedent"
    INFERENCE = "inference"
    AUTHOR = "author"


class Verdict(StrEnum):
    """What the verifier found."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    UNSUPPORTED = "unsupported"
    AUTHOR_ASSERTED = "author-asserted"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Claim(_Value):
    """One sentence with the spans that support it.

    ``at``: when what a claim of the timeline tells happened, in UTC, as it was worked out from
    the zone or the distance that the text names.
    """

    text: str
    kind: ClaimKind
    verdict: Verdict
    citations: tuple[Citation, ...] = ()
    reasons: tuple[str, ...] = ()
    at: datetime | None = None


class DraftSection(_Value):
    """One section: its claims in reading order, possibly none."""

    name: SectionName
    claims: tuple[Claim, ...] = ()


class Question(_Value):
    """Something the evidence does not say: for the author to answer."""

    section: SectionName
    text: str


class RemovedClaim(_Value):
    """A claim that the gate took out, and why."""

    section: SectionName
    text: str
    reasons: tuple[str, ...]


class EvidenceRole(StrEnum):
    """What a record is to the incident of a draft."""

    INCIDENT = "incident"
    LINKED = "linked"
    PRECEDENT = "precedent"
    GUIDANCE = "guidance"
    SUSPECT = "suspected change"


class EvidenceItem(_Value):
    """A revision that the writer was allowed to use, and as what.

    ``spans`` are the passages that matched. Drafts of an older version have no role.
    """

    record_id: str
    revision: int
    content_hash: str
    role: EvidenceRole | None = None
    why: str = ""
    spans: tuple[tuple[int, int], ...] = ()


class DraftBody(_Value):
    """What a writer or an author makes; everything that the content hash covers."""

    title: str
    sections: tuple[DraftSection, ...]
    questions: tuple[Question, ...] = ()
    removed: tuple[RemovedClaim, ...] = ()

    def content_hash(self) -> str:
        """SHA-256 of the canonical JSON form; also the draft's ETag."""
        # What is not there is left out, so that a new optional part changes no older hash.
        return sha256_of_json(self.model_dump(mode="json", exclude_none=True))

    def claims(self) -> tuple[Claim, ...]:
        """All claims in reading order."""
        return tuple(claim for section in self.sections for claim in section.claims)

    def claims_of(self, name: SectionName) -> tuple[Claim, ...]:
        """The claims of one section, none where the draft has no such section."""
        return next((section.claims for section in self.sections if section.name is name), ())


class Provenance(_Value):
    """How a generated draft came about, so that it can be made again.

    ``parameters`` are what a model was asked with (``temperature``, ``max_tokens``,
    ``context_tokens``, the ``mark`` around the evidence, ``prompt_sha256`` of the first
    message with all of that filled in) and what it took (``attempts``, ``seconds``,
    ``prompt_tokens`` and ``completion_tokens`` where the provider counts them). Empty when
    no model was asked.
    """

    writer: str
    evidence: tuple[EvidenceItem, ...]
    prompt: str | None = None
    model: str | None = None
    notes: tuple[str, ...] = ()
    as_of: datetime | None = None
    parameters: dict[str, str | int | float] = Field(default_factory=dict)


class Draft(_Value):
    """One revision of a stored draft."""

    id: str
    record_id: str
    revision: int
    body: DraftBody
    provenance: Provenance
    author: str
    edited_at: datetime

    @property
    def etag(self) -> str:
        """The content hash of this revision."""
        return self.body.content_hash()
