"""Finds the typed sections of a record's text, with exact offsets.

Four ways in which people divide text are known: Markdown headings, bold labels
(``- **Identified**: …``), bracketed labels on a line of their own (``[Final message]``)
and plain labels at the start of a line (``Root cause: …``, from a closed list).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from retrieval.records import Section, SectionKind

# The first fitting line wins, so the more telling words come first.
_KINDS: tuple[tuple[SectionKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for kind, words in (
        (
            SectionKind.ACTION,
            r"(?:corrective|preventive|preventative|review|follow[- ]?up|remedial) "
            r"(?:and [a-z]+ )?actions?|action items?|actions|follow[- ]?ups?|next steps|"
            r"lessons(?: learn(?:ed|t))?|prevention|improvements",
        ),
        (
            SectionKind.CAUSE,
            r"(?:root|proximate|probable|direct|underlying)[ -]causes?|causes?|"
            r"contributing factors?|triggers?|(?:5|five) whys|whys?|context|"
            r"what went wrong|cause notes|analysis",
        ),
        (
            SectionKind.RESOLUTION,
            r"resolutions?|resolved|fix(?:es)?|fix notes|mitigations?|workarounds?|recovery|"
            r"close notes|closing notes|solutions?|final messages?|final|restoration",
        ),
        (
            SectionKind.IMPACT,
            r"impacts?|impacted|affected|scope|severity|business impact|consequences?",
        ),
        (
            SectionKind.TIMELINE,
            r"timelines?|key events|chronology|work ?notes|comments?|updates?|activity|"
            r"log|history|journal|edit(?:ed)?",
        ),
        (
            SectionKind.STEP,
            r"steps?|checks?|procedures?|diagnos(?:is|tics?|e)|instructions?|how to.*|runbook|"
            r"remediation|rollback|roll back|back-?out|recommended actions|troubleshoot(?:ing)?|"
            r"verif(?:y|ication)|pre-?requisites|usage|investigation|escalation|plan",
        ),
        (
            SectionKind.SYMPTOM,
            r"symptoms?|descriptions?|details|identified|issues?|problems?|summary|meaning|"
            r"alerts?|overview|what happened|initial messages?|initial|open issue|detection|"
            r"actual results?|expected results?|short description",
        ),
    )
)

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_SETEXT = re.compile(r"^(\S[^\n]{0,120})\n(=+|-{3,})[ \t]*$", re.MULTILINE)
_BOLD = re.compile(r"^[ \t]*(?:[-*+][ \t]+)?(?:\*\*|__)([^*_\n]{2,60}?):?(?:\*\*|__)[ \t]*:?", re.M)
_BRACKET = re.compile(r"^\[([A-Za-z][A-Za-z ]{1,30})\][ \t]*$", re.MULTILINE)
_PLAIN = re.compile(
    r"^[ \t]*((?:root|proximate|probable) cause|cause|contributing factors?|resolution|"
    r"impact|workaround|fix|symptoms?|timeline|summary|detection|corrective actions?|"
    r"actions?|mitigation)[ \t]*:[ \t]*",
    re.IGNORECASE | re.MULTILINE,
)
# As in CommonMark: a line with backticks after the opening ones is no fence.
_FENCE = re.compile(
    r"^ {0,3}(```+|~~~+)[^`\n]*\n.*?(?:^ {0,3}\1[^\n]*$|\Z)", re.DOTALL | re.MULTILINE
)
# Each form with what a text must have for it.
_FORMS = (
    (_HEADING, ("#",)),
    (_SETEXT, ("\n=", "\n---")),
    (_BOLD, ("**", "__")),
    (_BRACKET, ("[",)),
    (_PLAIN, (":",)),
)
# The deepest Markdown heading has level 6; a label lies below every heading.
_LABEL_LEVEL = 7


@dataclass(frozen=True, slots=True)
class _Mark:
    """A heading or label: where it begins, where its body begins, how deep it lies."""

    start: int
    body: int
    level: int
    title: str


def sections(text: str) -> tuple[Section, ...]:
    """The typed sections, in order and without overlap; empty ones are left out.

    A heading that says nothing of its role inherits it from the heading above it. Text
    before the first heading belongs to no section.
    """
    marks = sorted(_marks(text), key=lambda mark: mark.start)
    found: list[Section] = []
    above: list[tuple[int, SectionKind]] = []
    for position, mark in enumerate(marks):
        end = marks[position + 1].start if position + 1 < len(marks) else len(text)
        while above and above[-1][0] >= mark.level:
            above.pop()
        kind = kind_of(mark.title) or (above[-1][1] if above else SectionKind.OTHER)
        above.append((mark.level, kind))
        start, end = _stripped(text, mark.body, end)
        if start < end:
            found.append(Section(kind, mark.title, start, end))
    return tuple(found)


# The headings of all tickets of a source are the same few.
@lru_cache(maxsize=10_000)
def kind_of(heading: str) -> SectionKind | None:
    """The role that a heading names, or ``None`` when it names none."""
    return next((kind for kind, words in _KINDS if words.search(heading)), None)


def _marks(text: str) -> Iterator[_Mark]:
    fenced = "```" in text or "~~~" in text
    code = [match.span() for match in _FENCE.finditer(text)] if fenced else []
    taken: set[int] = set()
    for pattern, needs in _FORMS:
        for match in pattern.finditer(text) if any(each in text for each in needs) else ():
            line = text.rfind("\n", 0, match.start()) + 1
            if line in taken or any(start <= match.start() < end for start, end in code):
                continue
            mark = _mark(pattern, match, line)
            if mark is not None:
                taken.add(line)
                yield mark


def _mark(pattern: re.Pattern[str], match: re.Match[str], line: int) -> _Mark | None:
    if pattern is _HEADING:
        return _Mark(line, match.end(), len(match.group(1)), _clean(match.group(2)))
    if pattern is _SETEXT:
        level = 1 if match.group(2).startswith("=") else 2
        return _Mark(line, match.end(), level, _clean(match.group(1)))
    title = _clean(match.group(1))
    # Any phrase can be bold or in brackets; only one that names a role begins a section.
    return _Mark(line, match.end(), _LABEL_LEVEL, title) if kind_of(title) else None


def _clean(heading: str) -> str:
    return heading.strip(" \t*_`:#")


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
