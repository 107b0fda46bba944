"""Private keys in their armour, also where a field limit cut them off."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from ingest.redaction.findings import Finding

_KIND = "private_key"
_BEGIN = re.compile(r"-{4,5} ?BEGIN [A-Z0-9 ]{0,30}?PRIVATE KEY(?: BLOCK)? ?-{4,5}")
_END = re.compile(r"-{4,5} ?END [A-Z0-9 ]{0,30}?PRIVATE KEY(?: BLOCK)? ?-{4,5}")
# The longest RSA key in use (16,384 bits) takes 12,800 characters.
_LONGEST = 20_000
# A break inside the armour: real, or written as \n in JSON, with whatever indents the line.
_BREAK = r"(?:\\[rn]|[\s\"'+,>|]){1,24}"
_HEADER = r"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Subject|Charset):[^\n\\]{0,120}"
_LINE = r"[A-Za-z0-9+/=]{20,}|=?[A-Za-z0-9+/]{1,76}={0,2}(?=\s*(?:\\n|$|[\"'-]))"
_BODY_LINE = re.compile(rf"{_BREAK}(?:{_HEADER}|{_LINE})")
_LINE_END = re.compile(r"(\n|\\n)")
_FULL_LINE = re.compile(r"[\s>\"']{0,8}[A-Za-z0-9+/=]{20,}\s{0,8}\Z")
_LAST_LINE = re.compile(r"[\s>\"']{0,8}[A-Za-z0-9+/]{1,76}={0,2}\s{0,8}\Z")
_PUTTY = re.compile(r"Private-Lines: ?(\d{1,3})")
_PUTTY_LINE = re.compile(r"\s{1,4}[A-Za-z0-9+/=]{4,80}")
_SAME_LINE = re.compile(r"[ \t]{0,8}[A-Za-z0-9+/=]{8,}")


class KeyBlocks:
    """Finds the body of PEM, OpenSSH, SSH2, PGP and PuTTY private keys; the armour stays."""

    pattern = re.compile("private", re.IGNORECASE)

    def find(self, text: str, lowered: str) -> Iterator[Finding]:
        """One span for each key; what follows a truncated key is left alone."""
        if "private" not in lowered:
            return
        begins = list(_BEGIN.finditer(text))
        ends = list(_END.finditer(text))
        end_starts = [match.start() for match in ends]
        for index, begin in enumerate(begins):
            limit = begins[index + 1].start() if index + 1 < len(begins) else len(text)
            at = bisect_left(end_starts, begin.end())
            if at < len(ends) and end_starts[at] <= min(limit, begin.end() + _LONGEST):
                stop = end_starts[at]
            else:
                stop = _truncated(text, begin.end(), limit)
            start, stop = _trimmed(text, begin.end(), stop)
            if start < stop:
                yield Finding(start, stop, _KIND)
        yield from _headless(text, ends, begins)
        yield from _putty(text)


def _truncated(text: str, start: int, limit: int) -> int:
    """Where the lines that belong to the key stop."""
    position = start
    while match := _BODY_LINE.match(text, position, limit):
        position = match.end()
    if one := _SAME_LINE.match(text, start, limit):
        position = max(position, one.end())
    return position


def _headless(
    text: str, ends: list[re.Match[str]], begins: list[re.Match[str]]
) -> Iterator[Finding]:
    """Keys whose first lines are missing."""
    begin_ends = [match.end() for match in begins]
    previous = 0
    for end in ends:
        at = bisect_left(begin_ends, end.start() + 1)
        opened = begin_ends[at - 1] if at else 0
        if opened <= previous:
            start = _walk_back(text, max(previous, end.start() - _LONGEST), end.start())
            start, stop = _trimmed(text, start, end.start())
            if start < stop:
                yield Finding(start, stop, _KIND)
        previous = end.end()


def _walk_back(text: str, floor: int, stop: int) -> int:
    start = stop
    expected = _LAST_LINE
    for part in reversed(_LINE_END.split(text[floor:stop])):
        if part.strip() and part != "\\n":
            if not (expected.match(part) or _FULL_LINE.match(part)):
                break
            expected = _FULL_LINE
        start -= len(part)
    return start


def _putty(text: str) -> Iterator[Finding]:
    for match in _PUTTY.finditer(text):
        start = stop = match.end()
        for _ in range(int(match[1])):
            line = _PUTTY_LINE.match(text, stop)
            if line is None:
                break
            stop = line.end()
        start, stop = _trimmed(text, start, stop)
        if start < stop:
            yield Finding(start, stop, _KIND)


def _trimmed(text: str, start: int, stop: int) -> tuple[int, int]:
    """The span without the white space and line breaks around the body."""
    while start < stop and (text[start].isspace() or text.startswith(("\\n", "\\r"), start)):
        start += 1 if text[start].isspace() else 2
    while start < stop:
        if text[stop - 1].isspace():
            stop -= 1
        elif text.endswith(("\\n", "\\r"), start, stop):
            stop -= 2
        else:
            break
    return start, stop
