"""What a rule finds, and how findings of many rules become one set of spans."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

# A noncharacter: no text has it and no rule takes it for a letter or white space, so what is
# already redacted can neither be a secret nor name one.
FILLER = "\ufdd0"


@dataclass(frozen=True, slots=True)
class Finding:
    """A span of the text that must vanish."""

    start: int
    end: int
    kind: str


class Finder(Protocol):
    """Anything that finds spans of one family.

    Guarantees: every span lies in the text and is not empty; spans may overlap; the time
    is linear in the length of the text, so every repetition in a pattern that can fail is
    bounded or cannot start twice at the same run of characters. Where ``pattern`` matches
    nowhere in the text, there is no span.
    """

    @property
    def pattern(self) -> re.Pattern[str]:
        """What must occur in the text for anything to be found."""

    def find(self, text: str, lowered: str) -> Iterable[Finding]:
        """The spans in ``text``; ``lowered`` is the same in lower case with the same offsets."""


Accept = Callable[[re.Match[str], str], bool]
"""Judges a match and its value; ``False`` leaves the text as it is."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern. Its capturing groups are alternatives for the value; none means all of it.

    ``hints``: lower-case literals; where none occurs the pattern is not tried at all.
    """

    kind: str
    pattern: re.Pattern[str]
    hints: tuple[str, ...] = ()
    accept: Accept | None = None

    def find(self, text: str, lowered: str) -> Iterator[Finding]:
        """The values of all accepted matches; a refused match may contain another."""
        if self.hints and not any(hint in lowered for hint in self.hints):
            return
        position = 0
        while match := self.pattern.search(text, position):
            group = match.lastindex or 0
            start, end = match.span(group)
            if start < end and (self.accept is None or self.accept(match, match[group])):
                yield Finding(start, end, self.kind)
                position = end
            else:
                position = max(match.start() + 1, start)


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """Findings without overlaps, in order: leftmost first, the longest of equal starts.

    A later finding that begins inside an earlier one lengthens it, because both ends were
    judged secret; the kind is that of the earlier.
    """
    result: list[Finding] = []
    for found in sorted(findings, key=lambda f: (f.start, -f.end, f.kind)):
        if not result or found.start >= result[-1].end:
            result.append(found)
        elif found.end > result[-1].end:
            last = result[-1]
            result[-1] = Finding(last.start, found.end, last.kind)
    return result
