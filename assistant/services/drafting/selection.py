"""Which statements of a record belong into which section of an RCA."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from assistant.domain.drafts import SectionName
from assistant.domain.evidence import EvidencePack, Related
from assistant.services.drafting.asking import asks, unanswered
from assistant.services.drafting.causes import Causes, causes, for_a_draft
from assistant.services.drafting.condensing import condensed
from assistant.services.drafting.linked import Told, from_linked
from assistant.services.drafting.precedents import from_precedents
from assistant.services.drafting.reading import Reading, Unit, read
from assistant.services.drafting.roles import read_by_roles
from assistant.services.drafting.timeline import Timeline, is_dated, timeline
from assistant.services.drafting.wording import (
    DETECTS,
    DIRECTS,
    IMPACTS,
    LIMITS,
    MENDS,
    POINTS_BACK,
    PUTS_RIGHT,
    RESTORES,
    UNKNOWN,
    Part,
)
from assistant.services.sentences import UnitKind
from assistant.services.verification.folding import tidy
from retrieval.analysis import analyse
from retrieval.records import Record, SectionKind

_MAX_SUMMARY = 4
_MAX_IMPACT = 8
_MAX_RESOLUTION = 8
_MAX_DETECTION = 2
_MAX_LIMITS = 3
# Share of a sentence's words that another one of the summary may have.
_REPEATED = 0.6
# Titles that only name the kind and the day of an incident say nothing.
_PLAIN_TITLE = re.compile(
    r"^(?:incident|problem|outage|rca|post.?mortem|root cause analysis)s?(?: report)?"
    r"(?: (?:on|of|for))?[ :–-]*[\d/.-]*[ :–-]*",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Selection:
    """Units by section, what the record itself asks, and the incident's parts for questions."""

    incident: Record
    sections: dict[SectionName, list[Unit]]
    precedents: dict[SectionName, list[Unit]]
    causes: Causes
    timeline: Timeline
    reading: Reading
    linked: dict[SectionName, list[Told]] = field(default_factory=dict)
    suspects: tuple[Related, ...] = ()
    asked: list[Unit] = field(default_factory=list)
    moments: dict[int, datetime] = field(default_factory=dict)
    """When what a unit of the timeline tells happened, by where the unit begins."""
    notes: tuple[str, ...] = ()

    def own(self, name: SectionName) -> list[Unit]:
        """The incident's own units of a section."""
        return self.sections.get(name, [])


def select(pack: EvidencePack) -> Selection:
    """Place the statements of the incident, then fill its gaps: from linked records, then from
    precedents.

    No statement stands twice. A precedent is asked only for causes, resolutions and
    actions, and only where the incident and what is linked with it have none.
    """
    reading = read_by_roles(pack.incident)
    asked = unanswered(reading.units)
    units = [unit for unit in reading.units if not asks(unit)]
    events = timeline(units, pack.incident.opened_at)
    in_timeline = {start for entry in events.entries for start in entry.taken}
    undated = [unit for unit in units if unit.start not in in_timeline]
    shown = condensed(events.entries)
    found = for_a_draft(causes(undated), undated)
    sections = {
        SectionName.TIMELINE: [entry.unit for entry in shown.entries],
        **_placed(undated, found, pack.incident),
    }
    asked.extend(unit for unit in sections[SectionName.ACTIONS] if asks(unit))
    sections[SectionName.ACTIONS] = [u for u in sections[SectionName.ACTIONS] if not asks(u)]
    linked = from_linked(pack, sections)
    told = {name: [*own, *(u for u, _ in linked.get(name, ()))] for name, own in sections.items()}
    return Selection(
        incident=pack.incident,
        sections=sections,
        linked=linked,
        suspects=pack.suspects,
        precedents=from_precedents(pack, told),
        causes=found,
        timeline=events,
        reading=reading,
        asked=asked,
        moments={e.unit.start: e.moment for e in shown.entries if e.moment and e.exact},
        notes=(*shown.notes, *_repeated(events)),
    )


def _repeated(events: Timeline) -> Iterator[str]:
    if events.repeats:
        entries = "1 entry" if events.repeats == 1 else f"{events.repeats} entries"
        yield f"The timeline leaves out {entries} that another one of the same minute says better."


def _placed(
    undated: Sequence[Unit], found: Causes, incident: Record
) -> dict[SectionName, list[Unit]]:
    """The statements that tell no event, each in the first section that wants it."""
    rest = [unit for unit in undated if unit.start not in found.taken()]
    sections = {
        SectionName.PROXIMATE_CAUSE: found.proximate,
        SectionName.ROOT_CAUSE: found.root,
        SectionName.CONTRIBUTING_FACTORS: found.contributing,
        SectionName.OPEN_QUESTIONS: found.unknown,
    }
    for name, choose in _CHOICES:
        chosen = choose(rest, incident)
        ends = [(unit.start, unit.end) for unit in chosen]
        rest = [u for u in rest if not any(start <= u.start < end for start, end in ends)]
        sections[name] = [*sections.get(name, []), *chosen]
    return sections


def _actions(units: Sequence[Unit], _record: Record) -> list[Unit]:
    found = [unit for unit in units if unit.part is Part.ACTION]
    return found or [u for u in units if u.part is Part.OTHER and DIRECTS.search(u.text)]


def _open(units: Sequence[Unit], _record: Record) -> list[Unit]:
    return [unit for unit in units if UNKNOWN.search(unit.text)]


def _impact(units: Sequence[Unit], _record: Record) -> list[Unit]:
    """What the record files under impact, else what sounds like it; then the durations."""
    stated = [unit for unit in units if unit.part is Part.IMPACT and len(unit.text.split()) > 2]
    if not stated:
        # The first sentence belongs to the summary.
        rest = _told(units)[1:]
        stated = [unit for unit in rest if IMPACTS.search(unit.text)][:2]
    durations = [unit for unit in units if unit.part is Part.DURATION]
    return [*stated[:_MAX_IMPACT], *durations]


def _limits(units: Sequence[Unit], _record: Record) -> list[Unit]:
    """What went well, as the record files it; else why it was no worse, by its wording."""
    stated = [unit for unit in units if unit.part is Part.LIMITED]
    return (stated or [u for u in _told(units)[1:] if LIMITS.search(u.text)])[:_MAX_LIMITS]


def _detection(units: Sequence[Unit], record: Record) -> list[Unit]:
    """How it was noticed; not the one sentence that also says what happened."""
    told = [unit for unit in _told(units) if unit.part not in (Part.IMPACT, Part.CONTEXT)]
    noticed = [unit for unit in told if DETECTS.search(unit.text)]
    others = [unit for unit in told if unit not in noticed and len(unit.text.split()) > 2]
    summed_up = bool(others) or _title(record, []) is not None
    return (noticed if summed_up else noticed[1:])[:_MAX_DETECTION]


def _told(units: Sequence[Unit]) -> list[Unit]:
    """What may tell how it was noticed or why it was no worse, each by itself."""
    places = (Part.SYMPTOM, Part.SUMMARY, Part.IMPACT, Part.CONTEXT, Part.OTHER)
    return [unit for unit in units if unit.part in places and not POINTS_BACK.match(unit.text)]


def _summary(units: Sequence[Unit], record: Record) -> list[Unit]:
    """What happened, how it was noticed and how it ended: at most four statements."""
    told = [unit for unit in units if unit.part is Part.SUMMARY]
    seen = [unit for unit in units if unit.part is Part.SYMPTOM]
    other = [unit for unit in units if unit.part is Part.OTHER and not is_dated(unit)]
    body = told or seen or other
    body = [unit for unit in body if len(unit.text.split()) > 2]
    while body and POINTS_BACK.match(body[0].text):
        body = body[1:]
    chosen: list[Unit] = body[:1]
    if title := _title(record, body):
        chosen.insert(0, title)
    noticed = next((u for u in (*body, *seen) if DETECTS.search(u.text)), None)
    ended = next((u for u in reversed(told) if RESTORES.search(u.text)), None)
    for unit in (noticed, ended, *body[1:3]):
        if unit is None or len(chosen) == _MAX_SUMMARY or _repeats(unit, chosen):
            continue
        if not POINTS_BACK.match(unit.text) or _before(unit, body) in chosen:
            chosen.append(unit)
    title_first = chosen[:1] if chosen and chosen[0] is title else []
    return [*title_first, *sorted(chosen[len(title_first) :], key=lambda unit: unit.start)]


def _repeats(unit: Unit, chosen: Sequence[Unit]) -> bool:
    """True when most of its words have been said."""
    words = frozenset(analyse(unit.text))
    return any(
        len(words & frozenset(analyse(other.text))) > _REPEATED * len(words) for other in chosen
    )


def _before(unit: Unit, units: Sequence[Unit]) -> Unit | None:
    index = units.index(unit) if unit in units else 0
    return units[index - 1] if index else None


def telling_title(record: Record) -> str:
    """The title without the words that only say "incident" and the day; may be empty."""
    return _PLAIN_TITLE.sub("", record.title).strip()


def _title(record: Record, body: Sequence[Unit]) -> Unit | None:
    """The title as a statement, where the text has it and the summary does not say it."""
    said = telling_title(record)
    start = record.text.find(said) if len(said.split()) > 2 else -1
    line_end = record.text.find("\n", start)
    after = record.text[start + len(said) : line_end if line_end >= 0 else None]
    # The beginning of a sentence that serves as a title is no statement.
    if start < 0 or after.strip(" #*"):
        return None
    words = frozenset(analyse(said))
    if any(len(words & frozenset(analyse(unit.text))) > len(words) / 2 for unit in body[:2]):
        return None
    text = tidy(said)
    return Unit(record, start, start + len(said), text, Part.SUMMARY, UnitKind.PROSE, -1, "")


def _resolution(units: Sequence[Unit], record: Record) -> list[Unit]:
    """What the record files under resolution; only without one, what sounds like it."""
    stated = [unit for unit in units if unit.part is Part.RESOLUTION and len(unit.text.split()) > 1]
    if not stated and not record.sections_of(SectionKind.RESOLUTION):
        stated = [unit for unit in units if _sounds_like_a_repair(unit)]
    return stated[:_MAX_RESOLUTION]


def _sounds_like_a_repair(unit: Unit) -> bool:
    """A deed where an investigation is told; elsewhere only what put things right."""
    if unit.part is Part.CONTEXT:
        return bool(MENDS.search(unit.text)) and not POINTS_BACK.match(unit.text)
    return unit.part in (Part.OTHER, Part.SUMMARY) and bool(PUTS_RIGHT.search(unit.text))


# The order decides: what is an action is no impact, what tells the impact no summary.
_CHOICES: tuple[tuple[SectionName, Callable[[Sequence[Unit], Record], list[Unit]]], ...] = (
    (SectionName.ACTIONS, _actions),
    (SectionName.OPEN_QUESTIONS, _open),
    (SectionName.LIMITED_IMPACT, _limits),
    (SectionName.IMPACT, _impact),
    (SectionName.DETECTION, _detection),
    (SectionName.SUMMARY, _summary),
    (SectionName.RESOLUTION, _resolution),
)


def instructions_in(pack: EvidencePack) -> Iterator[Unit]:
    """Sentences of the pack that address a writer."""
    for record in pack.records():
        yield from read(record).instructions
