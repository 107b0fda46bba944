"""Which sentences tell a cause, and which kind of cause: by heading, then by wording."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from assistant.services.drafting.reading import Unit
from assistant.services.drafting.timeline import is_dated
from assistant.services.drafting.wording import (
    CONTRIBUTES,
    COUNTS_PEOPLE,
    DIRECTS,
    FAULTS,
    FINDS,
    GOES_ON,
    HEDGES,
    MENDS,
    NAMES_ROOT,
    POINTS_BACK,
    PUTS_RIGHT,
    SPEAKS_OF_ROOT,
    STRONG_CAUSE,
    UNKNOWN,
    WEAKENS,
    Part,
)
from assistant.services.sentences import causal

_MAX_EACH = 4

# Where a proximate cause is looked for, the plainest place first.
_PLACES = (
    Part.PROXIMATE,
    Part.CAUSE,
    Part.CONTEXT,
    Part.RESOLUTION,
    Part.SUMMARY,
    Part.OTHER,
    Part.SYMPTOM,
)
# A place is only asked when the ones before it have given nothing.
_LAST_RESORTS = frozenset({Part.SUMMARY, Part.OTHER, Part.SYMPTOM})
_AFTER = re.compile(r"\b(?:after|following)\b", re.IGNORECASE)


@dataclass(slots=True)
class Causes:
    """The causes of one record; no unit stands in two lists."""

    proximate: list[Unit] = field(default_factory=list)
    root: list[Unit] = field(default_factory=list)
    contributing: list[Unit] = field(default_factory=list)
    unknown: list[Unit] = field(default_factory=list)
    suspected: list[Unit] = field(default_factory=list)
    coincident: list[Unit] = field(default_factory=list)
    """What a description says only happened before: no cause, but worth asking about."""

    def taken(self) -> frozenset[int]:
        """Where the units begin that are placed."""
        lists = (self.proximate, self.root, self.contributing, self.unknown)
        return frozenset(unit.start for units in lists for unit in units)


def causes(units: Sequence[Unit]) -> Causes:
    """Sort the causes of a record into proximate, root and contributing ones.

    A heading decides first ("Root cause", "Trigger"). Under any other heading a sentence
    must say itself that it tells a cause; only the first sentence under "Cause" is
    believed on the heading alone. ``suspected`` names those that hedge.
    """
    found = Causes()
    undated = [u for u in units if not is_dated(u) and u.part not in (Part.ACTION, Part.TIMELINE)]
    found.unknown = [u for u in undated if UNKNOWN.search(u.text) and _about_cause(u)]
    found.root = _capped(_roots(undated), found)
    found.contributing = _capped(_contributing(undated), found)
    # What says outright why it happened comes before what only happened first.
    found.proximate = _capped(_outright(undated), found)
    for part in _PLACES:
        if part in _LAST_RESORTS and (found.proximate or found.root):
            break
        here = [unit for unit in undated if unit.part is part]
        found.proximate.extend(_capped(_proximate(here, part), found))
    if not found.proximate and not found.root:
        findings = [u for u in undated if u.part is Part.RESOLUTION and FINDS.search(u.text)]
        found.proximate = _capped(findings, found)
    found.proximate = _with_neighbours(found.proximate[:_MAX_EACH], undated, found)
    found.root = _with_neighbours(found.root, undated, found)
    stated = (*found.proximate, *found.root)
    found.suspected = [unit for unit in stated if HEDGES.search(unit.text)]
    return found


def for_a_draft(found: Causes, units: Iterable[Unit]) -> Causes:
    """The same, stricter and more complete: what a draft may tell as a cause.

    "After the release" in a description is an order in time, so it is only asked about. Without
    a proximate cause, what close notes say was at fault beside the deeds is one.
    """
    coincident = [unit for unit in found.proximate if _only_before(unit)]
    found = replace(
        found,
        proximate=[unit for unit in found.proximate if unit not in coincident],
        coincident=coincident,
    )
    if found.proximate:
        return found
    faults = [
        unit
        for unit in units
        if unit.part is Part.RESOLUTION and FAULTS.search(unit.text) and not _mends(unit)
    ]
    return replace(found, proximate=_capped(faults, found))


def _only_before(unit: Unit) -> bool:
    """True where a description tells a cause by nothing but "after" and "following"."""
    return unit.part in _LAST_RESORTS and not causal(_AFTER.sub(" ", unit.text))


def dated_causes(units: Iterable[Unit]) -> list[Unit]:
    """Causal sentences inside timeline entries: told in passing, so only asked about."""
    return [unit for unit in units if is_dated(unit) and causal(unit.text)]


def tells_root(unit: Unit) -> bool:
    """True when the unit states a root cause, by heading or by its own words."""
    if unit.part is Part.ROOT:
        return True
    return bool(NAMES_ROOT.search(unit.text)) and not HEDGES.search(unit.text)


def _about_cause(unit: Unit) -> bool:
    return unit.part in (Part.CAUSE, Part.ROOT, Part.PROXIMATE, Part.CONTEXT) or bool(
        SPEAKS_OF_ROOT.search(unit.text)
    )


def _roots(units: Sequence[Unit]) -> Iterator[Unit]:
    """Root causes, and what explains them further in the same section."""
    section = None
    for unit in units:
        if tells_root(unit):
            section = (unit.section, unit.part)
            yield unit
        elif (unit.section, unit.part) == section and causal(unit.text) and not _mends(unit):
            yield unit


def _outright(units: Sequence[Unit]) -> Iterator[Unit]:
    """Plain causes beyond the first sentence of the symptoms, which the summary needs."""
    first: set[str] = set()
    for unit in units:
        opens = unit.section not in first
        first.add(unit.section)
        here = unit.part in (Part.SYMPTOM, Part.SUMMARY) and not opens
        here = here and not COUNTS_PEOPLE.match(unit.text)
        if here and causal(unit.text) and STRONG_CAUSE.search(unit.text) and not _mends(unit):
            yield unit


def _contributing(units: Sequence[Unit]) -> Iterator[Unit]:
    for unit in units:
        weakens = WEAKENS.search(unit.text) and not causal(unit.text)
        worded = unit.part in (Part.CAUSE, Part.CONTEXT) and (
            CONTRIBUTES.search(unit.text) or weakens
        )
        if unit.part is Part.CONTRIBUTING or worded:
            yield unit


def _proximate(units: Sequence[Unit], part: Part) -> Iterator[Unit]:
    for index, unit in enumerate(units):
        believed = part is Part.PROXIMATE or (part is Part.CAUSE and index == 0)
        told = causal(unit.text) and not _mends(unit)
        if part in _LAST_RESORTS and COUNTS_PEOPLE.match(unit.text):
            continue
        if believed or told:
            yield unit


def _mends(unit: Unit) -> bool:
    """True for what was, or will be, done about it, even if it gives its reason.

    Under a resolution every deed counts; elsewhere only what put things right.
    """
    text = unit.text
    if NAMES_ROOT.search(text) or " cause of" in text or "reason for this" in text:
        return False
    if unit.part is Part.RESOLUTION:
        return bool(MENDS.search(text) or DIRECTS.search(text)) or "will have to" in text
    return bool(PUTS_RIGHT.search(text))


def _capped(units: Iterable[Unit], found: Causes) -> list[Unit]:
    taken = found.taken()
    return [unit for unit in units if unit.start not in taken][:_MAX_EACH]


def _with_neighbours(chosen: list[Unit], units: Sequence[Unit], found: Causes) -> list[Unit]:
    """Add the sentence that a chosen one points back to, and the one that goes on from it."""
    places = {unit.start: index for index, unit in enumerate(units)}
    starts = {unit.start for unit in chosen}
    taken = found.taken()
    for unit in chosen:
        index = places[unit.start]
        before = units[index - 1] if index else None
        if (
            before is not None
            and unit.part not in _LAST_RESORTS
            and POINTS_BACK.match(unit.text)
            and before.section == unit.section
            and before.start not in taken
        ):
            starts.add(before.start)
        after = units[index + 1] if index + 1 < len(units) else None
        if (
            after is not None
            and (unit.part is Part.CONTEXT or unit in found.root)
            and GOES_ON.match(after.text)
            and after.section == unit.section
            and after.start not in taken
        ):
            starts.add(after.start)
    return [unit for unit in units if unit.start in starts]
