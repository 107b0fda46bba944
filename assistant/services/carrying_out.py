"""One step of carrying out what was approved: look, compare, write, or find out what became of it.

What a step comes to is a value; nothing here touches the database but through ``begin``, which
notes that a write is about to be sent.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from assistant.domain.approval import Proposal, Receipt
from assistant.domain.delivery import TargetState, TicketWriter, UndoIntent, WriteIntent
from retrieval.errors import (
    DeliveryFailed,
    PrecedentError,
    ServiceUnavailable,
    TargetChanged,
    Throttled,
    Unanswered,
)

log = structlog.get_logger()

# Waits of 2, 4, 8 and 16 seconds: a target that is down for longer needs a person.
_MAX_FAILURES = 5
_FIRST_WAIT_SECONDS = 2.0
# The first write and, when it is certainly not there, one more.
_MAX_WRITES = 2


@dataclass(frozen=True, slots=True)
class Done:
    """It is there."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing was written; another try in so many seconds. To be ``asked`` is no failure."""

    reason: str
    seconds: float
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been written. Another look in so many seconds; ``None``: a person must look.

    ``looked``: this step looked and did not find it.
    """

    reason: str
    seconds: float | None
    looked: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """The ticket is not what the approver saw; nothing was written."""

    reason: str
    found: TargetState | None


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing was written, and trying again is no use."""

    reason: str


@dataclass(frozen=True, slots=True)
class Superseded:
    """It is no longer this worker's to carry out."""


Outcome = Done | Later | Unknown | Changed | Failed | Superseded


@dataclass(frozen=True, slots=True)
class Progress:
    """How far something has come.

    ``writes`` may have been made, ``looks`` were made for the last of them; ``failures`` came
    one after the other since either.
    """

    writes: int
    looks: int
    failures: int


class Step(Protocol):
    """A write or an undo, by one writer."""

    def find(self) -> Receipt | None:
        """The receipt of an earlier try."""

    def check(self) -> Changed | Failed | None:
        """What speaks against writing now."""

    def do(self) -> Receipt:
        """Write."""


class Writing:
    """Carries out a proposal."""

    def __init__(self, writer: TicketWriter, proposal: Proposal, *, rehearse: bool) -> None:
        self._writer = writer
        self._intent = WriteIntent.of(proposal)
        self._rehearse = rehearse

    def find(self) -> Receipt | None:
        """See ``Step.find``."""
        return self._writer.find(self._intent)

    def check(self) -> Changed | Failed | None:
        """The ticket must be at the version that the approver saw."""
        if self._rehearse:
            request = self._writer.describe(self._intent)
            return Failed(f"Only rehearsed, nothing was written. It would have been: {request}")
        state = self._writer.read(self._intent.target)
        if state.version != self._intent.version:
            return Changed(f"{state.shown_as} changed after it was approved.", state)
        return None

    def do(self) -> Receipt:
        """See ``Step.do``."""
        receipt = self._writer.apply(self._intent)
        return receipt.model_copy(update={"version_before": self._intent.version})


class Undoing:
    """Takes a delivery back."""

    def __init__(self, writer: TicketWriter, undo: UndoIntent) -> None:
        self._writer = writer
        self._undo = undo

    def find(self) -> Receipt | None:
        """See ``Step.find``."""
        return self._writer.find_undo(self._undo)

    def check(self) -> Changed | Failed | None:
        """The writer itself refuses to overwrite what somebody has edited since."""
        return None

    def do(self) -> Receipt:
        """See ``Step.do``."""
        return self._writer.undo(self._undo)


def carried_out(
    step: Step, progress: Progress, looks_after: Sequence[float], begin: Callable[[], bool]
) -> Outcome:
    """What one step comes to.

    A write that may have been made is looked for after each of ``looks_after`` seconds; only
    when it is absent after all of them it is written once more, and never a third time.
    ``begin`` is called right before a write is sent; false: it must not be.
    """
    try:
        against = _looked(step, progress, looks_after) or step.check()
    except PrecedentError as exc:
        return _before_writing(exc, progress)
    if against is not None:
        return against
    return _written(step, progress, looks_after) if begin() else Superseded()


def _looked(step: Step, progress: Progress, looks_after: Sequence[float]) -> Outcome | None:
    """What looking for an earlier write comes to; ``None`` when another may be sent."""
    if not progress.writes:
        return None
    found = step.find()
    if found is not None:
        return Done(found)
    looks = progress.looks + 1
    if looks < len(looks_after):
        return Unknown("It is not there yet.", looks_after[looks], looked=True)
    if progress.writes < _MAX_WRITES:
        return None
    return Unknown(
        "It is not known whether it was written, and it was tried twice. "
        "Look at the ticket, then let it be looked for again.",
        None,
        looked=True,
    )


def _written(step: Step, progress: Progress, looks_after: Sequence[float]) -> Outcome:
    try:
        return Done(step.do())
    except Unanswered as exc:
        return Unknown(str(exc), looks_after[0])
    except TargetChanged as exc:
        return Changed(str(exc), None)
    except (ServiceUnavailable, DeliveryFailed) as exc:
        return _postponed(exc, progress)
    except PrecedentError as exc:
        return Failed(str(exc))
    except Exception as exc:
        # A writer is foreign code: whatever it raises, it may have written before.
        log.exception("delivery.crashed")
        return Unknown(f"The writer broke ({type(exc).__name__}).", looks_after[0])


def _before_writing(failure: PrecedentError, progress: Progress) -> Outcome:
    """A failure while looking or reading."""
    passing = isinstance(failure, ServiceUnavailable | DeliveryFailed)
    if not progress.writes:
        return _postponed(failure, progress) if passing else Failed(str(failure))
    again = _postponed(failure, progress) if passing else None
    seconds = again.seconds if isinstance(again, Later) else None
    return Unknown(f"It could not be looked for: {failure}", seconds)


def _postponed(failure: PrecedentError, progress: Progress) -> Later | Failed:
    if isinstance(failure, Throttled):
        return Later(str(failure), max(failure.wait_seconds, _FIRST_WAIT_SECONDS), asked=True)
    if progress.failures + 1 >= _MAX_FAILURES:
        return Failed(str(failure))
    return Later(str(failure), _FIRST_WAIT_SECONDS * 2.0**progress.failures)
