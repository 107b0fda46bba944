"""A record read for drafting: its sentences, each with the part that it plays."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from assistant.services.drafting.spotlight import instructs
from assistant.services.drafting.wording import (
    ANSWERS,
    COUNTS,
    EMPTY,
    REFERS,
    WORD,
    Part,
    label_of,
    part_of,
)
from assistant.services.sentences import Sentence, UnitKind, sentences
from assistant.services.verification.folding import folded, tidy
from retrieval.records import Citation, Record, Section

# A list that belongs to the sentence before it is read with it up to this length; longer
# ones are read item by item.
_LIST_CHARS = 300
_ITEM_WORDS = 12
# Shorter than this, a value says nothing without its label ("Identified: via user").
_MIN_WORDS = 4
_MAX_CHARS = 600
_ADDRESS = re.compile(r"\S*(?:/\S*/|\w\.\w+\.\w)\S*")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}")


@dataclass(frozen=True, slots=True)
class Unit:
    """One citable statement of a record: ``text`` is ``record.text[start:end]`` as plain text.

    Units of one paragraph or list item share a ``block``; ``section`` is the heading.
    """

    record: Record
    start: int
    end: int
    text: str
    part: Part
    kind: UnitKind
    block: int
    section: str

    def cite(self) -> Citation:
        """The citation of exactly this unit."""
        return self.record.cite(self.start, self.end)


class Reading(NamedTuple):
    """What a record says, and the sentences left out because they address a writer."""

    units: tuple[Unit, ...]
    instructions: tuple[Unit, ...]


def read(record: Record) -> Reading:
    """The usable units of a record in the order of its text.

    Template headings, empty values, references, code and logs are left out, and so is a
    sentence said before. No two units overlap. What was read lately is remembered.
    """
    return _read(_Content(record.id, record.revision, record.text, record.sections, record))


def filed_under(units: Iterable[Unit], part: Part) -> list[Unit]:
    """The units of a part that are long enough to be understood where another record cites them."""
    return [unit for unit in units if unit.part is part and len(unit.text.split()) >= _MIN_WORDS]


@dataclass(frozen=True, slots=True)
class _Content:
    """A record by what is read of it, so that equal content is read once."""

    id: str
    revision: int
    text: str
    sections: tuple[Section, ...]
    record: Record = field(compare=False)


# One answer reads the same thirty records four times, and the next one most of them again.
@lru_cache(maxsize=1_000)
def _read(content: _Content) -> Reading:
    record = content.record
    units: list[Unit] = []
    instructions: list[Unit] = []
    seen: set[str] = set()
    block = 0
    for region in _regions(record):
        found = list(_units(record, region, block))
        block = max((unit.block for unit in found), default=block) + 1
        for unit in _with_actions(_with_lists(found)):
            key = folded(unit.text)
            if not _says_something(unit) or key in seen:
                continue
            seen.add(key)
            (instructions if instructs(unit.text) else units).append(unit)
    return Reading(tuple(units), tuple(instructions))


class _Region(NamedTuple):
    part: Part
    heading: str
    start: int
    end: int


def _regions(record: Record) -> Iterator[_Region]:
    """The sections, and the text between them that belongs to none."""
    position = 0
    for section in sorted(record.sections, key=lambda s: (s.start, -s.end)):
        if section.start < position:
            continue
        yield from _between(record, position, section)
        yield _Region(part_of(section), section.heading, section.start, section.end)
        position = section.end
    if position < len(record.text):
        yield _Region(Part.OTHER, "", position, len(record.text))


def _between(record: Record, start: int, section: Section) -> Iterator[_Region]:
    """The text before a section without the line of its heading."""
    heading = record.text.rfind(section.heading, start, section.start) if section.heading else -1
    end = section.start if heading < 0 else record.text.rfind("\n", start, heading)
    if end > start:
        yield _Region(Part.OTHER, "", start, end)


def _units(record: Record, region: _Region, first_block: int) -> Iterator[Unit]:
    part = region.part
    for sentence in sentences(record.text, region.start, region.end):
        if sentence.kind is UnitKind.CODE:
            continue
        start = _label_start(record, region, sentence)
        here = part
        if (label := label_of(record.text[start : sentence.end])) and start == sentence.start:
            # A duration is one value and means nothing without its label.
            here = label.part
            if label.part is not Part.DURATION:
                start += label.chars
            if label.opens:
                part = label.part
        if start < sentence.end:
            yield Unit(
                record=record,
                start=start,
                end=sentence.end,
                text=tidy(record.text[start : sentence.end]),
                part=here,
                kind=sentence.kind,
                block=first_block + sentence.block,
                section=region.heading,
            )


def _label_start(record: Record, region: _Region, sentence: Sentence) -> int:
    """Where a short single value begins with its label, so that it can be understood."""
    if region.end - region.start > _MAX_CHARS:
        return sentence.start
    body = record.text[region.start : region.end].strip()
    alone = body == record.text[sentence.start : sentence.end].strip()
    short = region.part is Part.DURATION or len(body.split()) < _MIN_WORDS
    if not (alone and short and region.heading) or EMPTY.match(tidy(body)):
        return sentence.start
    label = record.text.rfind(region.heading, max(0, region.start - 80), region.start)
    return sentence.start if label < 0 else label


def _with_lists(units: list[Unit]) -> Iterator[Unit]:
    """A sentence that ends in a colon is one statement with the short list that it opens."""
    position = 0
    while position < len(units):
        unit = units[position]
        items = _items(unit, units[position + 1 :]) if _opens_list(unit) else []
        yield _joined(unit, items) if items else unit
        position += 1 + len(items)


def _with_actions(units: Iterable[Unit]) -> Iterator[Unit]:
    """An action told in several sentences is one action, its ticket included; a question
    in a review is one with its answer.
    """
    before: Unit | None = None
    for unit in units:
        if before is not None and _belongs(unit, before) and unit.end - before.start <= _LIST_CHARS:
            span = unit.record.text[before.start : unit.end]
            before = replace(before, end=unit.end, text=tidy(span))
            continue
        if before is not None:
            yield before
        before = unit
    if before is not None:
        yield before


def _belongs(unit: Unit, before: Unit) -> bool:
    if unit.part is not Part.ACTION or before.part is not Part.ACTION:
        return False
    if unit.block == before.block:
        return unit.kind is UnitKind.ITEM or "?" in before.text
    return before.text.endswith("?") and bool(ANSWERS.match(unit.text))


def _opens_list(unit: Unit) -> bool:
    return unit.record.text[unit.end - 1 : unit.end + 2].rstrip("* \n").endswith(":")


def _items(opening: Unit, followers: Sequence[Unit]) -> list[Unit]:
    """The whole list below a sentence, or nothing when it is long or has long items."""
    column = _column(opening)
    items: list[Unit] = []
    for unit in followers:
        if unit.kind is not UnitKind.ITEM or unit.part is not opening.part:
            break
        if opening.kind is UnitKind.ITEM and _column(unit) <= column:
            break
        if len(unit.text.split()) > _ITEM_WORDS or instructs(unit.text) or _opens_list(unit):
            return []
        items.append(unit)
    return items if items and items[-1].end - opening.start <= _LIST_CHARS else []


def _column(unit: Unit) -> int:
    return unit.start - (unit.record.text.rfind("\n", 0, unit.start) + 1)


def _joined(opening: Unit, items: list[Unit]) -> Unit:
    listed = ", ".join(item.text.rstrip(".") for item in items)
    return replace(opening, end=items[-1].end, text=f"{opening.text.rstrip(' :')}: {listed}")


def _says_something(unit: Unit) -> bool:
    text = unit.text
    if not text or len(text) > _MAX_CHARS:
        return False
    if any(pattern.match(text) for pattern in (EMPTY, REFERS, COUNTS)):
        return False
    if text.rstrip(":").casefold() == unit.section.casefold():
        return False
    # A line that is only a date says when the lines below it happened.
    return bool(WORD.search(_ADDRESS.sub(" ", text)) or _DATE.fullmatch(text))
