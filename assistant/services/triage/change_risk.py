"""What a change's own record says of its risk, and whether it was carried out at all."""

import re
from typing import NamedTuple

from retrieval.records import Record

# A longer value is a story, and its words are not those of a form.
_MAX_VALUE_CHARS = 60

# Raw exports have numbers: ServiceNow's are -5 new to -2 scheduled, and 4 cancelled.
_NOT_BEGUN_CODES = frozenset({"-5", "-4", "-3", "-2", "4"})
_NOT_BEGUN = re.compile(
    r"^[\s\d.:-]*(?:new|draft|plan\w*|schedul\w*|assess\w*|authori[sz]\w*|approv\w*|await\w*|"
    r"pending|request\w*|submitted|to ?do|backlog|not started)\b",
    re.IGNORECASE,
)
_NEVER = re.compile(r"\b(?:cancel|reject|declin|withdr[ae]w|denied|abandon)\w*", re.IGNORECASE)
_FAILED = re.compile(
    r"\b(?:backed.?out|roll(?:ed)?.?back|unsuccessful|fail\w*|with issues)\b", re.IGNORECASE
)

_LEVELS = (
    (re.compile(r"\b(?:very high|high|critical)\b", re.IGNORECASE), 1.0),
    (re.compile(r"\b(?:moderate|medium)\b", re.IGNORECASE), 0.5),
    (re.compile(r"\b(?:low|none|minor)\b", re.IGNORECASE), 0.2),
)
# Nobody judged it: between low and moderate, where most changes are.
_UNKNOWN = 0.35
# Done in haste, with less review than a normal change.
_EMERGENCY = 0.7


class Risk(NamedTuple):
    """How risky a change was, between 0 and 1, and what says so."""

    value: float
    reasons: tuple[str, ...]


def has_begun(change: Record) -> bool:
    """False for a change that was cancelled or rejected, or is still a plan.

    A status that is missing or unknown counts as begun: the time says when.
    """
    status = _value(change, "status")
    if status in _NOT_BEGUN_CODES or _NOT_BEGUN.match(status):
        return False
    return not any(_NEVER.search(text) for text in (status, _value(change, "close_code")))


def risk(change: Record) -> Risk:
    """The level that people gave it, raised by haste and by a bad end."""
    level = _value(change, "risk")
    value = next((score for pattern, score in _LEVELS if pattern.search(level)), _UNKNOWN)
    reasons = [f"Risk: {level}"] if level else []
    if re.search(r"\bemergency\b", _value(change, "type"), re.IGNORECASE):
        value = max(value, _EMERGENCY)
        reasons.append("Emergency change")
    for name in ("status", "close_code", "outcome"):
        told = _value(change, name)
        if _FAILED.search(told):
            value = 1.0
            reasons.append(f"Outcome: {told}")
            break
    return Risk(value, tuple(reasons))


def _value(change: Record, name: str) -> str:
    value = change.fields.get(name)
    text = str(value).strip() if isinstance(value, str | int) else ""
    return text if len(text) <= _MAX_VALUE_CHARS else ""
