"""What a redaction rule is."""

import re
from collections.abc import Callable
from dataclasses import dataclass


def _always(_value: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern whose group ``value`` (or whole match, without one) is removed.

    ``accepts`` looks at the value once more: check digits, things that only look like
    secrets. A pattern must take linear time: no nested repetition, bounded look-arounds.
    """

    kind: str
    pattern: re.Pattern[str]
    accepts: Callable[[str], bool] = _always


def rule(kind: str, pattern: str, accepts: Callable[[str], bool] = _always, flags: int = 0) -> Rule:
    """A rule from a verbose pattern."""
    return Rule(kind, re.compile(pattern, re.VERBOSE | flags), accepts)
