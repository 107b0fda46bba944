"""Priority from impact and urgency: as the organisation sets it, else as most tools do."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

# (impact, urgency) → priority, as ServiceNow ships it.
_STANDARD = {
    (1, 1): "1 - Critical",
    (1, 2): "2 - High",
    (2, 1): "2 - High",
    (1, 3): "3 - Moderate",
    (2, 2): "3 - Moderate",
    (3, 1): "3 - Moderate",
    (2, 3): "4 - Low",
    (3, 2): "4 - Low",
    (3, 3): "5 - Planning",
}
_LEVEL = re.compile(r"^\W*([1-3])\b")
_WORDS = {"critical": 1, "high": 1, "medium": 2, "moderate": 2, "low": 3}
# One ticket is no custom.
_FEWEST = 3


class Priority(NamedTuple):
    """A priority and where it comes from."""

    value: str
    reason: str


def priority_of(
    impact: str, urgency: str, seen: Mapping[tuple[str, str], Counter[str]]
) -> Priority | None:
    """What tickets of this impact and urgency got most often; else the standard matrix.

    ``None`` where the levels are no levels that the matrix knows.
    """
    counted = seen.get((impact, urgency), Counter())
    told = f"impact {impact} × urgency {urgency}"
    if counted.total() >= _FEWEST:
        usual, count = min(counted.items(), key=lambda item: (-item[1], item[0]))
        return Priority(usual, f"{told}, as in {count} of {counted.total()} records")
    value = _STANDARD.get((_level(impact), _level(urgency)))
    return None if value is None else Priority(value, f"{told}, by the standard matrix")


def _level(text: str) -> int:
    """1 to 3; 0 for what is no level."""
    match = _LEVEL.match(text)
    return int(match.group(1)) if match else _WORDS.get(text.strip().lower(), 0)
