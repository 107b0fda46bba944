"""A stretch of text as plain words, with the way back to the characters it came from."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# What is no prose of the author stands as one mark; an address is a source all the same.
MARK = "▪"
"""Stands for code or a quotation."""
ADDRESS = "↗"
"""Stands for an address."""
_TOKENS = re.compile(
    r"(?P<address><https?:[^>\s]{0,500}>|\]\([^)\s]{0,500}\)|\bhttps?://\S{1,500})"
    r"|(?P<mark>```.*?(?:```|\Z)|`[^`\n]{1,300}`"
    r"|\"(?:[^\s\"]+\s+){2,40}[^\s\"]+\"|“(?:[^\s“”]+\s+){2,40}[^\s“”]+”)"
    r"|(?P<drop>\*{1,3}|~~|__+|(?<!\w)_(?=\w)|(?<=\w)_(?!\w)|\[(?=[^\]\n]{1,200}\]\()|\n\s*>+\s?)"
    r"|(?P<space>\s+)",
    re.DOTALL,
)


class Prose(NamedTuple):
    """Plain text in which character ``i`` was ``starts[i]:ends[i]`` of the document."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where ``text[start:end]``, which is not empty, lies in the document."""
        return self.starts[start], self.ends[end - 1]


def prose(text: str, start: int, end: int) -> Prose:
    """``text[start:end]`` on one line without markup; code, addresses and quotations go."""
    pieces = list(_pieces(text, start, end))
    return Prose(
        "".join(piece[0] for piece in pieces),
        tuple(piece[1] for piece in pieces),
        tuple(piece[2] for piece in pieces),
    )


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    position = start
    for match in _TOKENS.finditer(text, start, end):
        yield from _plain(text, position, match.start())
        if match["mark"]:
            yield MARK, match.start(), match.end()
        elif match["address"]:
            yield ADDRESS, match.start(), match.end()
        elif match["space"]:
            yield " ", match.start(), match.end()
        position = match.end()
    yield from _plain(text, position, end)


def _plain(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    for place in range(start, end):
        yield ("'" if text[place] in "’‘" else text[place]), place, place + 1
