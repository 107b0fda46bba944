"""What a past record says about its cause, and what it tells somebody to look at."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.domain.triage import CauseKind
from assistant.services.drafting.causes import causes
from assistant.services.drafting.reading import Unit, read
from assistant.services.drafting.wording import Part
from retrieval.records import Citation, Record

# A cause shorter than this is a word ("DNS"), a longer one a whole story.
_MIN_CHARS = 20
_MAX_CHARS = 400
_MAX_PER_RECORD = 2

# Words that destroy, cut off, overwrite or change. Such a step is never offered as a check.
_CHANGES = re.compile(
    r"\b(?:destroy|delete|drop|truncate|purge|wipe|erase|format|remove|reset|restart|reboot|"
    r"shut\s?down|power\s?off|kill|fail\s?over|roll\s?back|restore|revoke|rotate|disable|enable|"
    r"uninstall|install|overwrite|scale|drain|evict|apply|patch|upgrade|deploy|terminate|force|"
    r"replace|import|re-?enroll|push|clear|flush|move|copy|run the)\w*|"
    r"\brm\s+-|--force|\bchmod|\bchown|\bdd\s+if=",
    re.IGNORECASE,
)
# Words that begin or carry an instruction to look.
_LOOKS = re.compile(
    r"\b(?:check|verify|confirm|look (?:at|for|in|up)|inspect|compare|review|see (?:if|whether)|"
    r"list|show|describe|ping|curl|query|examine|determine|make sure|ensure|validate|openssl|"
    r"nslookup|dig|traceroute|netstat|get-\w+|kubectl (?:get|describe|logs|top)|df|"
    r"is (?:it|the|there)|are (?:the|there)|which|whether)\b",
    re.IGNORECASE,
)


# How plainly each kind answers "why": a weight in the ranking of hypotheses.
PLAINNESS = {
    CauseKind.ROOT: 1.0,
    CauseKind.PROXIMATE: 0.9,
    CauseKind.CONTRIBUTING: 0.5,
    CauseKind.FIX: 0.4,
}


@dataclass(frozen=True, slots=True)
class CauseSentence:
    """A sentence that names a cause: as it reads, where it stands, and of what kind."""

    text: str
    citation: Citation
    kind: CauseKind


def cause_sentences(record: Record) -> tuple[CauseSentence, ...]:
    """At most two sentences, the plainest first; what resolved it only if nothing else is said."""
    units = read(record).units
    found = causes(units)
    named = [
        (kind, unit)
        for kind, listed in (
            (CauseKind.ROOT, found.root),
            (CauseKind.PROXIMATE, found.proximate),
            (CauseKind.CONTRIBUTING, found.contributing),
        )
        for unit in listed
    ]
    fixes = [(CauseKind.FIX, unit) for unit in units if unit.part is Part.RESOLUTION]
    usable = [(kind, unit) for kind, unit in named or fixes if _usable(unit)]
    return tuple(
        CauseSentence(unit.text, unit.cite(), kind) for kind, unit in usable[:_MAX_PER_RECORD]
    )


def remedies(record: Record) -> Iterator[Unit]:
    """Sentences that tell what was done, the resolution before the actions."""
    units = read(record).units
    for part in (Part.RESOLUTION, Part.ACTION):
        yield from (unit for unit in units if unit.part is part and _usable(unit))


def checks(record: Record) -> Iterator[Unit]:
    """Sentences that tell somebody to look at something and change nothing."""
    for unit in read(record).units:
        looks = _LOOKS.search(unit.text) and not _CHANGES.search(unit.text)
        if looks and _usable(unit):
            yield unit


def _usable(unit: Unit) -> bool:
    return _MIN_CHARS <= len(unit.text) <= _MAX_CHARS
