"""What of the evidence goes into a prompt: numbered spans, within a budget.

Budgets are given in tokens and kept in characters: four characters count as one token.
Operations text has 4.2 (SmolLM2's tokenizer) or more to a token, so the estimate is on the
safe side; a tokenizer of its own for every model would be exact, and one more dependency.

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

CHARS_PER_TOKEN = 4
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
    left_out = 0
    for origin, unit in _offered(pack):
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
