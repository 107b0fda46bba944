"""The dated entries of a document in the order of its text, and what moment each tells of."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from assistant.services.drafting.reading import Unit
from assistant.services.drafting.timeline import is_dated, timeline
from assistant.services.drafting.wording import Part, wording
from assistant.services.linting.document import Document

# Where only times are given, any day serves to compare them.
_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_PARTS = (Part.TIMELINE, Part.OTHER, Part.CONTEXT)

BEGINS = wording(
    r"\b(?:fault occur\w*|(?:incident|outage|fault|impact|problem|issue|failures?|errors?"
    r"|disruption)"
    r" (?:began|begins?|start(?:s|ed)?|occur(?:s|red)?)|first (?:errors?|failures?|timeouts?)"
    r"|^\W*(?:[\d:T./ -]{4,25}\W+)?(?:start(?:ed)?|began|begin)(?: of (?:the )?\w+)?[\W\d]*$)"
)
NOTICES = wording(
    r"\b(?:detected|first (?:detected|noticed|reported|alert|ticket|call|report)|notic(?:ed|es)"
    r"|alert(?:s|ed|ing)? (?:fired|fires|triggered|raised|received|us|on-call|for)|alert(?:s|ed)?$"
    r"|alarm|paged|pages|reported|reports? (?:that|an?|of|by)|users? call\w*|service desk"
    r"|pingdom|complain\w*|ticket (?:opened|raised|received))\b"
)
ENDS = wording(
    r"\b(?:resolved|repaired|restored|recovered|all clear|incident closed|service (?:is )?back"
    r"|back to normal|fully operational|mitigated|end of (?:the )?(?:incident|outage|impact))\b"
    r"(?! (?:the|a|an|by adding) )"
)
_NEGATED = wording(r"\b(?:not|n't|un|be|being|was thought|until|to be|partially|partly)\W*$")


@dataclass(frozen=True, slots=True)
class Moment:
    """An entry whose moment is known."""

    unit: Unit
    at: datetime

    def tells(self, what: re.Pattern[str]) -> bool:
        """True when the entry is about that, and does not deny it."""
        return tells(self.unit.text, what)


def tells(text: str, what: re.Pattern[str]) -> bool:
    """True when a text is about that, and does not deny it."""
    found = what.search(text)
    return found is not None and not _NEGATED.search(text[: found.start()])


def moments(document: Document) -> tuple[tuple[Moment, ...], ...]:
    """The entries of each section that has at least two, in the order of the text."""
    units = [unit for unit in document.units if unit.part in _PARTS and _listed(unit)]
    found = timeline(units)
    if not any(entry.moment for entry in found.entries):
        found = timeline(units, _SOME_DAY)
    ordered = sorted(found.entries, key=lambda entry: entry.unit.start)
    groups = groupby(ordered, key=lambda entry: entry.unit.section)
    sections = (
        tuple(Moment(entry.unit, entry.moment) for entry in entries if entry.moment)
        for _, entries in groups
    )
    return tuple(section for section in sections if len(section) > 1)


def _listed(unit: Unit) -> bool:
    return is_dated(unit) or unit.part is Part.TIMELINE
