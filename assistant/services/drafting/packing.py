"""What of the evidence goes into a prompt: numbered spans, within a budget.

Budgets are given in tokens and kept in characters: four characters count as one token.
Operations text has 4.2 (SmolLM2's tokenizer) or more to a token, so the estimate is on the
safe side; a tokenizer of its own for every model would be exact, and one more dependency.

The rule: the incident and what is linked with it in the order of their texts, then causes,
resolutions and actions of the precedents, then the matching passages of the guidance, each
most similar first. An incident that would leave no room for the others is condensed: what it
tells beside its timeline stays, and of the timeline the most telling entries of each period
(``condensing``). What no longer fits is counted and reported, never cut off silently.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.domain.evidence import EvidencePack, Related
from assistant.services.drafting.condensing import condensed
from assistant.services.drafting.reading import Unit
from assistant.services.drafting.roles import read_by_roles
from assistant.services.drafting.spotlight import clean, instructs
from assistant.services.drafting.timeline import Entry, timeline
from assistant.services.drafting.wording import Part
from retrieval.records import Record

CHARS_PER_TOKEN = 4
# The part of the budget that the incident's own record may take.
_OWN_SHARE = 0.7
_MAX_PER_LINKED = 12
_MAX_PER_PRECEDENT = 8
_MAX_PER_GUIDANCE = 6
_TOLD_BY_PRECEDENTS = (
    Part.ROOT,
    Part.PROXIMATE,
    Part.CONTRIBUTING,
    Part.CAUSE,
    Part.CONTEXT,
    Part.RESOLUTION,
    Part.ACTION,
)


@dataclass(frozen=True, slots=True)
class PromptSpan:
    """One numbered piece of evidence: ``text`` is cleaned, the unit is what it cites."""

    id: str
    text: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class PromptSource:
    """Spans of one part of one record, with a line that says where they come from."""

    origin: str
    part: str
    spans: tuple[PromptSpan, ...]


@dataclass(frozen=True, slots=True)
class Packed:
    """What the prompt shows, the spans by id, and how many did not fit."""

    sources: tuple[PromptSource, ...]
    spans: dict[str, PromptSpan]
    left_out: int


def packed(pack: EvidencePack, budget_chars: int) -> Packed:
    """Number the evidence; a span that would exceed the budget is left out and counted.

    Counted is what the prompt shows: the text, its id and the lines that name its source.
    """
    sources: list[PromptSource] = []
    spans: dict[str, PromptSpan] = {}
    left = budget_chars
    own = _own(pack.incident, int(budget_chars * _OWN_SHARE))
    left_out = len(read_by_roles(pack.incident).units) - len(own)
    for origin, unit in _offered(pack, own):
        span = PromptSpan(f"S{len(spans) + 1}", clean(unit.text), unit)
        source = PromptSource(origin, unit.part.value, (span,))
        last = sources[-1] if sources else None
        goes_on = last is not None and (last.origin, last.part) == (source.origin, source.part)
        cost = _chars(span) if goes_on else _chars(span) + len(f"{origin} | {source.part}\n")
        if cost > left:
            left_out += 1
            continue
        left -= cost
        spans[span.id] = span
        if last is not None and goes_on:
            sources[-1] = PromptSource(origin, source.part, (*last.spans, span))
        else:
            sources.append(source)
    return Packed(tuple(sources), spans, left_out)


def _chars(span: PromptSpan) -> int:
    return len(f"[{span.id}] {span.text}\n")


def _own(incident: Record, room: int) -> list[Unit]:
    """The statements of the incident, condensed where they would take more than ``room``."""
    units = list(read_by_roles(incident).units)
    if _size(units) <= room:
        return units
    entries = timeline(units, incident.opened_at).entries
    dated = {start for entry in entries for start in entry.taken}
    others = [unit for unit in units if unit.start not in dated]
    for_entries = max(room - _size(others), room // 2)
    most = len(entries)
    while most and _size(_kept(entries, most)) > for_entries:
        # Halving reads ten thousand notes a dozen times at most.
        most //= 2
    kept = [*_kept(entries, most), *others]
    return sorted(kept, key=lambda unit: unit.start)


def _kept(entries: Sequence[Entry], most: int) -> list[Unit]:
    return [entry.unit for entry in condensed(entries, most).entries]


def _size(units: Iterable[Unit]) -> int:
    """An estimate of what they take in the prompt, ids included."""
    return sum(len(unit.text) + len("[S1000] \n") for unit in units)


def _offered(pack: EvidencePack, own: Sequence[Unit]) -> Iterator[tuple[str, Unit]]:
    for unit in own:
        yield "incident", unit
    for related in pack.linked:
        origin = f"incident, linked {related.record.kind} {_named(related.record)}"
        for unit in read_by_roles(related.record).units[:_MAX_PER_LINKED]:
            yield origin, unit
    for precedent in pack.precedents:
        origin = f"precedent {_named(precedent.record)}"
        units = read_by_roles(precedent.record).units
        told = [unit for unit in units if unit.part in _TOLD_BY_PRECEDENTS]
        for unit in told[:_MAX_PER_PRECEDENT]:
            yield origin, unit
    for guide in pack.guidance:
        for unit in _matching(guide)[:_MAX_PER_GUIDANCE]:
            yield f"guidance {_named(guide.record)}", unit


def _matching(guide: Related) -> list[Unit]:
    """The sentences of the passages that matched; the beginning when none is known."""
    units = list(read_by_roles(guide.record).units)
    matched = [unit for unit in units if any(p.start <= unit.start < p.end for p in guide.passages)]
    return matched or units


def _named(record: Record) -> str:
    """Id and title as data: a title is as foreign as the text below it."""
    title = record.title if not instructs(record.title) else ""
    return clean(f"{record.id} {title}")[:160]
