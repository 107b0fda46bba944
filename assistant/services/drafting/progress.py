"""What a draft in the making tells whoever waits for it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """The steps of a draft, in order. A writer that asks no model skips the two of asking."""

    EVIDENCE = "evidence"
    ASKING = "asking the model"
    ASKING_AGAIN = "attempt 2"
    CHECKING = "checking"
    DONE = "done"


_COUNTED = {
    Stage.EVIDENCE: "records",
    Stage.ASKING: "sentences of evidence",
    Stage.ASKING_AGAIN: "faults of the first answer",
    Stage.CHECKING: "claims",
    Stage.DONE: "claims in the draft",
}


@dataclass(frozen=True, slots=True)
class Progress:
    """A step that begins, and how many things it is about."""

    stage: Stage
    count: int

    @property
    def counted(self) -> str:
        """What is counted, in the plural."""
        return _COUNTED[self.stage]

    def __str__(self) -> str:
        return f"{self.stage}: {self.count} {self.counted}"


# Called in the thread that writes the draft; it must return at once and not raise.
Tell = Callable[[Progress], None]


def silent(_progress: Progress) -> None:
    """For whoever does not want to know."""
