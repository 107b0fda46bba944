"""What a case of a guardrail suite gave."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class GuardedCase:
    """One attempt. It passed when nothing failed; ``failures`` say where it got through.

    ``remarks`` are what tells nothing and does nothing, and yet is not as if nothing were there.
    """

    suite: str
    name: str
    failures: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The suite and the name in it."""
        return f"{self.suite}: {self.name}"

    @property
    def passed(self) -> bool:
        """Whether the guardrail held."""
        return not self.failures

    @property
    def scores(self) -> dict[str, float]:
        """Whether it held, for all suites and for its own."""
        held = float(self.passed)
        return {"passed": held, f"{self.suite}_passed": held}

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "id": self.id,
            "suite": self.suite,
            "passed": self.passed,
            "failures": list(self.failures),
            **({"remarks": list(self.remarks)} if self.remarks else {}),
        }
