"""What an incident went through, as its claims tell it: unnoticed, then being mended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from assistant.domain.drafts import Claim
from assistant.services.linting.moments import BEGINS, ENDS, NOTICES, tells


class Phase(StrEnum):
    """The phases, in order."""

    UNNOTICED = "unnoticed"
    BEING_MENDED = "being mended"


@dataclass(frozen=True, slots=True)
class Passed:
    """A phase that an incident went through; both moments are in UTC."""

    phase: Phase
    began: datetime
    ended: datetime

    @property
    def lasted(self) -> timedelta:
        """How long."""
        return self.ended - self.began


def phases(claims: Sequence[Claim]) -> Iterator[Passed]:
    """The phases that claims tell in so many words: what begins, notices and ends it, and when.

    Nothing is told of a phase whose ends are not. Claims without a moment say nothing.
    """
    told = sorted(
        ((claim.at, claim.text) for claim in claims if claim.at is not None),
        key=lambda each: each[0],
    )
    began = next((at for at, text in told if tells(text, BEGINS)), None)
    later = [(at, text) for at, text in told if began is None or at > began]
    noticed = next((at for at, text in later if tells(text, NOTICES)), None)
    ended = next((at for at, text in reversed(told) if tells(text, ENDS)), None)
    if began and noticed:
        yield Passed(Phase.UNNOTICED, began, noticed)
    since = noticed or began
    if since and ended and since < ended:
        yield Passed(Phase.BEING_MENDED, since, ended)
