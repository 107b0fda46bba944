"""What can go wrong on the way to a fake service, on order or at random."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import BaseModel

Kind = Literal["status", "throttle", "hang", "drop-before", "drop-after", "cancel"]


@dataclass(frozen=True, slots=True)
class Fault:
    """The next ``count`` requests that fit go wrong in this way.

    ``status`` answers ``status`` and ``message``, with ``Retry-After`` where the service sends it
    and ``seconds`` are given. ``throttle`` answers 429 as the service does. ``hang`` waits
    ``seconds`` and then does what was asked. ``drop-before`` and ``drop-after`` end the connection
    without an answer, before or after doing it. ``cancel`` ends the transaction at 60 seconds,
    simulated (ServiceNow).
    ``path`` is a part of the address; no ``methods`` or ``path`` means any.
    """

    kind: Kind
    count: int = 1
    methods: tuple[str, ...] = ()
    path: str = ""
    status: int = 500
    seconds: float = 0.0
    message: str = "A fault that a test ordered."

    def fits(self, method: str, path: str) -> bool:
        """Whether it is meant for this request."""
        return (not self.methods or method in self.methods) and self.path in path


class Faults:
    """Ordered faults, used up one by one, then random ones."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """From now on everything works."""
        self._ordered: list[Fault] = []
        self._mix: tuple[Fault, ...] = ()
        self._rate = 0.0
        self._random = random.Random(0)

    def order(self, *faults: Fault) -> None:
        """Add faults to those that wait for their request."""
        self._ordered += faults

    def mix(self, faults: Iterable[Fault], rate: float, seed: int) -> None:
        """A share ``rate`` of all requests that fit gets one of these, by a seeded draw."""
        self._mix, self._rate, self._random = tuple(faults), rate, random.Random(seed)

    def next(self, method: str, path: str) -> Fault | None:
        """The fault of a request, which is thereby used up."""
        for place, fault in enumerate(self._ordered):
            if fault.fits(method, path):
                if fault.count > 1:
                    self._ordered[place] = replace(fault, count=fault.count - 1)
                else:
                    del self._ordered[place]
                return fault
        fitting = [fault for fault in self._mix if fault.fits(method, path)]
        if fitting and self._random.random() < self._rate:
            return self._random.choice(fitting)
        return None


class FaultBody(BaseModel):
    """What a control endpoint takes: faults in order, or with ``rate`` a random mix of them."""

    faults: list[Fault]
    rate: float = 0.0
    seed: int = 0

    def put_into(self, faults: Faults) -> None:
        """Order or mix them."""
        if self.rate:
            faults.mix(self.faults, self.rate, self.seed)
        else:
            faults.order(*self.faults)
