"""What triage says about an incident: similar records, hypotheses, next checks."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from assistant.domain.incident import IncidentContext
from retrieval.records import Citation, Record
from retrieval.searcher import Hit


class CauseKind(StrEnum):
    """What a source says a cause is.

    ``FINDING``: the resolution says what was found; ``FIX``: only the remedy tells of it;
    ``SUSPICION``: the open incident's own record mentions it.
    """

    ROOT = "root"
    PROXIMATE = "proximate"
    CONTRIBUTING = "contributing"
    FINDING = "finding"
    FIX = "fix"
    SUSPICION = "suspicion"


class Origin(StrEnum):
    """Where a hypothesis comes from: what happened before, or this incident's own record."""

    PRECEDENT = "precedent"
    INCIDENT = "incident"


class Standing(StrEnum):
    """How a hypothesis is shown: weak and rejected ones are folded, never hidden."""

    OPEN = "open"
    WEAK = "weak"
    REJECTED = "rejected"


class Effect(StrEnum):
    """What carrying out a step does to the systems it touches."""

    CHECK = "check"
    REVERSIBLE = "reversible"
    RISKY = "risky"


@dataclass(frozen=True, slots=True)
class CitedText:
    """A sentence taken from a record, with the span it was taken from."""

    text: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class SuggestedAction:
    """Something that was done before and might help again.

    ``reasons`` say why a risky one is, ``needs`` what must be there before it is carried out.
    """

    text: str
    citation: Citation
    effect: Effect
    reasons: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """A name for feedback, without its words."""
        return f"action:{_digest(self.text)}"


@dataclass(frozen=True, slots=True)
class Counter:
    """Something that speaks against a hypothesis; the citation is of the record in question."""

    text: str
    citation: Citation | None = None


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A possible cause found in past records. A precedent is never live evidence.

    ``probability`` stays ``None`` until it has been fitted on the organisation's history;
    ``weight`` orders hypotheses of one answer and means nothing by itself. ``kind`` is what
    the source calls the cause. ``features`` are what the weight was made of.
    """

    statement: str
    weight: float
    support: tuple[Citation, ...]
    kind: CauseKind = CauseKind.PROXIMATE
    origin: Origin = Origin.PRECEDENT
    standing: Standing = Standing.OPEN
    counter: tuple[Counter, ...] = ()
    next_check: CitedText | None = None
    actions: tuple[SuggestedAction, ...] = ()
    probability: float | None = None
    features: dict[str, float] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """A name for feedback: equal statements of different answers have the same."""
        return _digest(self.statement)


@dataclass(frozen=True, slots=True)
class SuggestedField:
    """A value for a field of the ticket, with what speaks for it.

    ``probability`` is ``None`` where nothing was fitted; ``share`` is the part of the close
    records' weight that agrees. ``reason`` says in a few words where the value comes from.
    """

    name: str
    value: str
    share: float
    record_ids: tuple[str, ...]
    probability: float | None = None
    reason: str = ""

    @property
    def id(self) -> str:
        """A name for feedback, without the value."""
        return f"field:{_digest(f'{self.name}={self.value}')}"


@dataclass(frozen=True, slots=True)
class SuspectedChange:
    """A change shortly before the incident: a suspect, never a cause.

    ``score`` orders suspects, between 0 and 1. ``matched_by`` names the person who said that
    this change belongs to the incident; nobody but a person can.
    """

    record: Record
    hours_before: float
    reasons: tuple[str, ...]
    score: float = 0.0
    matched_by: str | None = None


@dataclass(frozen=True, slots=True)
class TriageCard:
    """The answer to "have we seen this, what was it, what do I check next?".

    ``precedent_probability`` says how likely a shown record is a real precedent; ``None``
    until it was fitted. ``next_checks`` are what to look at when no hypothesis is told.
    """

    context: IncidentContext
    hits: tuple[Hit, ...]
    abstained: bool
    hypotheses: tuple[Hypothesis, ...]
    runbooks: tuple[Hit, ...]
    suggested_fields: tuple[SuggestedField, ...]
    suspected_changes: tuple[SuspectedChange, ...]
    notes: tuple[str, ...] = ()
    next_checks: tuple[CitedText, ...] = ()
    precedent_probability: float | None = None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
