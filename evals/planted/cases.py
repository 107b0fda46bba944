"""One case of a suite: a claim, the evidence that it cites, and what is wrong with it."""

from dataclasses import dataclass
from typing import Any

TRUE = "true"
KINDS = ("number", "time", "duration", "service", "negation", "actor", "causal")
"""What a planted error changed; a case without an error is of kind ``true``."""


@dataclass(frozen=True, slots=True)
class PlantedCase:
    """A claim of a known truth. ``origin``: record, span and how the claim was made of it."""

    id: str
    claim: str
    evidence: tuple[str, ...]
    kind: str
    origin: str

    def as_json(self) -> dict[str, Any]:
        """One line of a suite."""
        return {
            "id": self.id,
            "claim": self.claim,
            "evidence": list(self.evidence),
            "kind": self.kind,
            "origin": self.origin,
        }


@dataclass(frozen=True, slots=True)
class Variant:
    """A changed claim, and the name of the change."""

    claim: str
    change: str
