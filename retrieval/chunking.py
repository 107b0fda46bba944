"""Records → passages: the spans that are embedded, with exact character offsets.

A record that fits into one passage stays whole: when the answer is spread over a
short record, cutting it up costs quality. A longer one is cut section by section
at line ends (at sentence ends within long lines), neighbours overlapping by up to
``OVERLAP_CHARS`` so that no sentence loses its context.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from retrieval.records import Passage, RecordContent, Section, SectionKind

CHUNKER_VERSION = "1"
"""Changes whenever the same record would give other passages; kept with every index."""

# About 256 word pieces of operations text, what MiniLM-class models read.
PASSAGE_CHARS = 1_000
OVERLAP_CHARS = 150
# A section shorter than this joins the one before it: a passage of a few words
# matches everything and means nothing.
SMALL_SECTION_CHARS = 200

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+")


class _Span(NamedTuple):
    start: int
    end: int


def passages(record: RecordContent) -> tuple[Passage, ...]:
    """The passages of a record, in the order of its text; at least one.

    Every non-blank character lies in at least one passage. An empty text gives one
    passage of length 0, so that a record is still found by its title.
    """
    if len(record.text) <= PASSAGE_CHARS:
        return (Passage(0, 0, len(record.text), SectionKind.OTHER, ""),)
    found: list[Passage] = []
    for section in _regions(record):
        for span in _windows(record.text, section.start, section.end):
            found.append(Passage(len(found), span.start, span.end, section.kind, section.heading))
    return tuple(found) or (Passage(0, 0, len(record.text), SectionKind.OTHER, ""),)


def embedded_text(title: str, heading: str, body: str) -> str:
    """What the embedder reads for a passage: its title and heading give it context."""
    context = title if not heading or heading in body else f"{title}\n{heading}"
    return f"{context}\n{body}".strip()


def embed_hash(text: str) -> str:
    """Key under which the vector of an embedded text is kept, whatever record it came from."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _regions(record: RecordContent) -> list[Section]:
    """The whole text as a gapless row of regions, small ones joined to the one before."""
    regions: list[Section] = []
    position = 0
    for section in sorted(record.sections, key=lambda s: s.start):
        if section.end <= position:
            continue
        # The region starts where the last one ended, so headings are inside it.
        region = Section(section.kind, section.heading, position, section.end)
        if regions and region.end - region.start < SMALL_SECTION_CHARS:
            before = regions[-1]
            if region.end - before.start <= PASSAGE_CHARS:
                regions[-1] = Section(before.kind, before.heading, before.start, region.end)
                position = region.end
                continue
        regions.append(region)
        position = region.end
    if record.text[position:].strip():
        regions.append(Section(SectionKind.OTHER, "", position, len(record.text)))
    return regions


def _windows(text: str, start: int, end: int) -> Iterator[_Span]:
    """Pack lines into spans of at most ``PASSAGE_CHARS``, repeating a little at the seams."""
    units = list(_units(text, start, end))
    first = 0
    while first < len(units):
        last = first
        while last + 1 < len(units) and units[last + 1].end - units[first].start <= PASSAGE_CHARS:
            last += 1
        span = _stripped(text, units[first].start, units[last].end)
        if span.start < span.end:
            yield span
        if last + 1 >= len(units):
            return
        first = _overlap_start(units, first, last)


def _overlap_start(units: list[_Span], first: int, last: int) -> int:
    """The unit at which the next window begins: back by the overlap, yet always forward."""
    begin = last + 1
    while begin - 1 > first and units[last].end - units[begin - 1].start <= OVERLAP_CHARS:
        begin -= 1
    return begin


def _units(text: str, start: int, end: int) -> Iterator[_Span]:
    """Lines; a line too long for a passage is cut at sentence ends, then at spaces."""
    position = start
    while position < end:
        newline = text.find("\n", position, end)
        line_end = end if newline < 0 else newline + 1
        if line_end - position <= PASSAGE_CHARS:
            yield _Span(position, line_end)
        else:
            yield from _cut_long_line(text, position, line_end)
        position = line_end


def _cut_long_line(text: str, start: int, end: int) -> Iterator[_Span]:
    position = start
    while end - position > PASSAGE_CHARS:
        limit = position + PASSAGE_CHARS
        cut = max(
            (m.end() for m in _SENTENCE_END.finditer(text, position, limit)), default=position
        )
        if cut <= position:
            cut = text.rfind(" ", position + 1, limit) + 1
        if cut <= position:
            cut = limit
        yield _Span(position, cut)
        position = cut
    yield _Span(position, end)


def _stripped(text: str, start: int, end: int) -> _Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return _Span(start, end)
