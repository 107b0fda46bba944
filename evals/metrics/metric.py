"""What a retrieval metric is."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Metric:
    """A name that programs rely on, and the measure of ir-measures that computes it."""

    name: str
    measure: Any
