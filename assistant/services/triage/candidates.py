"""Sentences of a past record that name a cause, best first."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from assistant.services.sentences import causal, sentences
from retrieval.records import Citation, Record, Section, SectionKind

# A cause shorter than this is a word ("DNS"), a longer one a whole story.
_MIN_CHARS = 20
_MAX_CHARS = 400
_MAX_PER_RECORD = 2

_EMPTY = re.compile(r"^\W*(n/?a|tbc|tbd|todo|none|unknown|not (yet )?known|see above)\b", re.I)
_ROOT = re.compile(r"\broot\b|5 whys|five whys", re.I)
_LINKS_ONLY = re.compile(r"^\W*(slack|thread|link|see|ticket)?[^\w]*<?https?:", re.I)


class CauseSentence(NamedTuple):
    """A sentence that names a cause, and how plainly (higher is plainer)."""

    citation: Citation
    plainness: float


def cause_sentences(record: Record) -> tuple[CauseSentence, ...]:
    """At most two sentences: from cause sections, else causal ones, else what resolved it.

    A sentence of a section called "Root cause" is the plainest; what somebody did to
    resolve the incident is the weakest sign of what was wrong.
    """
    for found in (_stated(record), _causal(record), _resolving(record)):
        ranked = sorted(found, key=lambda item: (-item.plainness, item.citation.start))
        if ranked:
            return tuple(ranked[:_MAX_PER_RECORD])
    return ()


def section_sentences(record: Record, *kinds: SectionKind) -> Iterator[Citation]:
    """The usable sentences of the record's sections of the given kinds."""
    for section in record.sections_of(*kinds):
        yield from _sentences(record, section.start, section.end)


def _stated(record: Record) -> list[CauseSentence]:
    found = []
    for section in record.sections_of(SectionKind.CAUSE):
        for citation in _sentences(record, section.start, section.end):
            found.append(CauseSentence(citation, _plainness(section, citation)))
    return found


def _plainness(section: Section, citation: Citation) -> float:
    base = 1.0 if _ROOT.search(section.heading) else 0.8
    return base if causal(citation.quote) else base - 0.2


def _causal(record: Record) -> list[CauseSentence]:
    steps = record.sections_of(SectionKind.STEP, SectionKind.ACTION)
    return [
        CauseSentence(citation, 0.5)
        for citation in _sentences(record, 0, len(record.text))
        if causal(citation.quote)
        and not any(step.start <= citation.start < step.end for step in steps)
    ]


def _resolving(record: Record) -> list[CauseSentence]:
    return [
        CauseSentence(citation, 0.3)
        for citation in section_sentences(record, SectionKind.RESOLUTION)
    ]


def _sentences(record: Record, start: int, end: int) -> Iterator[Citation]:
    for sentence in sentences(record.text, start, end):
        length = sentence.end - sentence.start
        if not _MIN_CHARS <= length <= _MAX_CHARS:
            continue
        citation = record.cite(sentence.start, sentence.end)
        if not _EMPTY.search(citation.quote) and not _LINKS_ONLY.search(citation.quote):
            yield citation
