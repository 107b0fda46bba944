"""What of the evidence goes into a prompt: numbered spans, within a budget.

The rule: the incident whole and in the order of its text, then causes, resolutions and
actions of the precedents, then the matching passages of the guidance, each most similar
first. What no longer fits is counted and reported, never cut off silently.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.domain.evidence import EvidencePack, Related
from assistant.services.drafting.reading import Unit, read
from assistant.services.drafting.spotlight import clean, instructs
from assistant.services.drafting.wording import Part
from retrieval.records import Record

# About 6,000 tokens of operations text: a quarter of the smallest context window (32 k) of
# the models that people run themselves today, so that instruction and answer fit as well.
BUDGET_CHARS = 24_000
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


def packed(pack: EvidencePack, budget_chars: int = BUDGET_CHARS) -> Packed:
    """Number the evidence; a span that would exceed the budget is left out and counted."""
    sources: list[PromptSource] = []
    spans: dict[str, PromptSpan] = {}
    left = budget_chars
    left_out = 0
    for origin, unit in _offered(pack):
        text = clean(unit.text)
        if len(text) > left:
            left_out += 1
            continue
        left -= len(text)
        span = PromptSpan(f"S{len(spans) + 1}", text, unit)
        spans[span.id] = span
        part = unit.part.value
        last = sources[-1] if sources else None
        if last is not None and (last.origin, last.part) == (origin, part):
            sources[-1] = PromptSource(origin, part, (*last.spans, span))
        else:
            sources.append(PromptSource(origin, part, (span,)))
    return Packed(tuple(sources), spans, left_out)


def _offered(pack: EvidencePack) -> Iterator[tuple[str, Unit]]:
    for unit in read(pack.incident).units:
        yield "incident", unit
    for precedent in pack.precedents:
        origin = f"precedent {_named(precedent.record)}"
        units = read(precedent.record).units
        told = [unit for unit in units if unit.part in _TOLD_BY_PRECEDENTS]
        for unit in told[:_MAX_PER_PRECEDENT]:
            yield origin, unit
    for guide in pack.guidance:
        for unit in _matching(guide)[:_MAX_PER_GUIDANCE]:
            yield f"guidance {_named(guide.record)}", unit


def _matching(guide: Related) -> list[Unit]:
    """The sentences of the passages that matched; the beginning when none is known."""
    units = list(read(guide.record).units)
    matched = [unit for unit in units if any(p.start <= unit.start < p.end for p in guide.passages)]
    return matched or units


def _named(record: Record) -> str:
    """Id and title as data: a title is as foreign as the text below it."""
    title = record.title if not instructs(record.title) else ""
    return clean(f"{record.id} {title}")[:160]
