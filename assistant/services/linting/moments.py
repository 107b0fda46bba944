"""The dated entries of a document in the order of its text, and what moment each tells of."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from assistant.services.drafting.reading import Unit
from assistant.services.drafting.timeline import Entry, is_dated, timeline
from assistant.services.drafting.wording import Part
from assistant.services.linting.document import Document
from assistant.services.linting.wording import wording

# Where only times are given, any day serves to compare them.
_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_ONLY_TIME = re.compile(r"\W*\d{1,2}[:.]\d\d(?!\d|[./]\d)")
_WORD = re.compile(r"[^\W\d_]{2,}")
_PARTS = (Part.TIMELINE, Part.OTHER, Part.CONTEXT)
# A step back of more than this between two times of day is the next day.
_MIDNIGHT = timedelta(hours=12)

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
        found = what.search(self.unit.text)
        return found is not None and not _NEGATED.search(self.unit.text[: found.start()])


def moments(document: Document) -> tuple[tuple[Moment, ...], ...]:
    """The entries of each section that has at least two, in the order of the text."""
    units = [unit for unit in document.units if unit.part in _PARTS and _listed(unit)]
    found = timeline(units)
    if not any(entry.moment for entry in found.entries):
        found = timeline(units, _SOME_DAY)
    ordered = sorted(found.entries, key=lambda entry: entry.unit.start)
    days = [unit.start for unit in units if not _WORD.search(unit.text)]
    groups = groupby(ordered, key=lambda entry: entry.unit.section)
    return tuple(
        section
        for _, entries in groups
        if len(section := tuple(_with_midnights(entries, days))) > 1
    )


def _listed(unit: Unit) -> bool:
    return is_dated(unit) or unit.part is Part.TIMELINE


def _with_midnights(entries: Iterator[Entry], dates: Sequence[int]) -> Iterator[Moment]:
    """Times of day go on to the next day at midnight, and below a line that is only a date."""
    days = timedelta()
    before: Moment | None = None
    for entry in entries:
        if entry.moment is None:
            continue
        at = entry.moment
        if _ONLY_TIME.match(entry.unit.text):
            if before is not None and before.at > at + days:
                divided = any(before.unit.start < date < entry.unit.start for date in dates)
                if divided or before.at - (at + days) > _MIDNIGHT:
                    days += timedelta(days=1)
            at += days
        else:
            days = timedelta()
        before = Moment(entry.unit, at)
        yield before
