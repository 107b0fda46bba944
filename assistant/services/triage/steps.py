"""What past records tell somebody to look at, and what was done."""

import re
from collections.abc import Iterator

from assistant.domain.triage import Effect
from assistant.services.drafting.reading import Unit, read
from assistant.services.drafting.wording import MENDS, Part
from assistant.services.triage.remediation import assess
from retrieval.records import Record

# A step shorter than this is a word ("Restarted."), a longer one a whole story.
_MIN_CHARS = 20
_MAX_CHARS = 400

# Words that begin or carry an instruction to look.
_LOOKS = re.compile(
    r"\b(?:check|verify|confirm|look (?:at|for|in|up)|inspect|compare|review|see (?:if|whether)|"
    r"list|show|describe|ping|curl|query|examine|determine|make sure|ensure|validate|openssl|"
    r"nslookup|dig|traceroute|netstat|get-\w+|kubectl (?:get|describe|logs|top)|df|"
    r"is (?:it|the|there)|are (?:the|there)|which|whether)\b",
    re.IGNORECASE,
)


def remedies(record: Record) -> Iterator[Unit]:
    """Sentences that tell what was done: deeds of the resolution, its other words, the actions."""
    units = [unit for unit in read(record).units if _usable(unit)]
    resolved = [unit for unit in units if unit.part is Part.RESOLUTION]
    yield from sorted(resolved, key=lambda unit: not MENDS.search(unit.text))
    yield from (unit for unit in units if unit.part is Part.ACTION)


def checks(record: Record) -> Iterator[Unit]:
    """Sentences that tell somebody to look at something and change nothing."""
    for unit in read(record).units:
        looks = _usable(unit) and _LOOKS.search(unit.text)
        if looks and assess(unit.text).effect is Effect.CHECK:
            yield unit


def _usable(unit: Unit) -> bool:
    return _MIN_CHARS <= len(unit.text) <= _MAX_CHARS
