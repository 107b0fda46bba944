"""Operations text → sentences with exact offsets, and the cause wording in them.

Markdown as tickets and RCAs contain it: a list item, a table row, a fenced block and
a run of log lines are never joined with their neighbours; a hard-wrapped paragraph is
read as if it had not been wrapped.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class UnitKind(StrEnum):
    """What a sentence was found in."""

    PROSE = "prose"
    ITEM = "item"
    ROW = "row"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Sentence:
    """``text[start:end]``: one sentence, table row or code block, without its markers.

    Sentences of one paragraph or list item share a ``block`` number; numbers grow in
    the order of the text.
    """

    start: int
    end: int
    kind: UnitKind = UnitKind.PROSE
    block: int = 0


class _Line(NamedTuple):
    start: int
    end: int


@dataclass(slots=True)
class _Block:
    kind: UnitKind
    lines: list[_Line]


_FENCE = re.compile(r"(?:[-*+]\s+)?(`{3,}|~{3,})")
_LIST_MARKER = re.compile(r"(?:[-*+•‣◦–—]|\d{1,3}[.)])\s+|\[[ xX]\]\s+|>+\s?")
_HEADING = re.compile(r"#{1,6}(?:\s|$)")
_RULE = re.compile(r"(?:[-_=]\s*){3,}$|(?:\*\s*){3,}$")
_TABLE_RULE = re.compile(r"[\s|:\-]+$")
_STAMP = (
    r"[\[(]?(?:\d{4}[-/]\d\d[-/]\d\d|\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}[:.]\d\d(?!\d|[.]\d|%)"
    r"(?=\s*(?:[ap]m\b|UTC|GMT|BST|CET|Z\b|[-–—:|\]]|[A-Z]|$)))"
)
_DATED = re.compile(_STAMP)
# A log line needs a level, or the shape of a stack frame: a dated journal entry is prose.
_LOG_LINE = re.compile(
    r"(?:[\[(]?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*\s+|\w{3} +\d+ \d\d:\d\d:\d\d\s+)"
    r"\S{0,40}?\s*\S{0,40}?"
    r"[\[(]?\b(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERR(?:OR)?|CRIT(?:ICAL)?|FATAL|SEVERE)\b"
    r"|at [\w.$]+\([\w.]*:?\d*\)|Caused by: [\w.$]+(?:Exception|Error)\b|Traceback \(most recent"
    r'|File "[^"]+", line \d+|\[?(?:DEBUG|INFO|WARN|WARNING|ERROR|FATAL|TRACE)\]? +[\w.\[]'
)

_TERMINATOR = re.compile(r"[.!?…]+[\"'”’)\]*]*\s+")
# A full stop in here belongs to a name, not to the sentence.
_CODE_OR_LABEL = re.compile(r"`[^`\n]+`|\[[^\]\n]{0,300}\](?=\()")
# Never the end of a sentence.
_ABBREVIATIONS = frozenset(
    "e.g eg i.e ie approx vs cf incl excl resp dept mr mrs ms dr prof st viz ca tel".split()
)
# The end of a sentence unless a number follows: "No. 4", "min. 5".
_BEFORE_NUMBER = frozenset("no nos fig sec min max ver vol p pp ch art".split())
# The end of a sentence only when a capital follows.
_BEFORE_SMALL = frozenset("etc inc ltd co corp a.m p.m al".split())
_WORD_CHARS = 60  # enough for the word before a full stop
_INITIAL = re.compile(r"[A-Z]$")
# A line that ends so goes on in the next one, whatever that begins with.
_GOES_ON = re.compile(
    r"(?:[,(/&+]|\b(?:a|an|the|of|to|in|on|at|by|for|from|with|and|or|but|as|that|which|is|are|was"
    r"|were|be|been|has|have|had|not|into|our|their|its|this|via|due|because|when|while))$",
    re.IGNORECASE,
)
_ENDS_SENTENCE = re.compile(r"[.!?:;…][\"'”’)\]*`]*$")
_OPENING = re.compile(r"(?:\*{2,}|_{2,}|~~|[|\s]|[-–—•]\s|:\s)+")
_ONLY_URL = re.compile(r"[\[(<]?https?:\S+")
_CLOSING = re.compile(r"(?:\*{2,}|_{2,}|~~|[|\s])+$")


def sentences(text: str, start: int = 0, end: int | None = None) -> tuple[Sentence, ...]:
    """The sentences of ``text[start:end]`` in order; headings and rules are left out.

    Spans never overlap, lie inside the range, begin and end with a visible character
    and contain at least one letter or digit. Abbreviations, initials, decimals,
    versions, host names and inline code do not end a sentence.
    """
    found: list[Sentence] = []
    for number, block in enumerate(_blocks(text, start, len(text) if end is None else end)):
        for line in _split(text, block):
            span = _trimmed(text, line)
            if span is not None:
                found.append(Sentence(span.start, span.end, block.kind, number))
    return tuple(found)


def _blocks(text: str, start: int, end: int) -> Iterator[_Block]:
    """Paragraphs, list items, table rows and code blocks, in the order of the text."""
    lines = list(_lines(text, start, end))
    position = 0
    while position < len(lines):
        line = lines[position]
        content = text[line.start : line.end]
        if fence := _FENCE.match(content):
            block, position = _fenced(text, lines, position, fence.group(1))
            yield block
        elif not content or _HEADING.match(content) or _RULE.match(content):
            position += 1
        elif content.startswith("|"):
            follower = lines[position + 1] if position + 1 < len(lines) else None
            is_header = follower is not None and _is_table_rule(text, follower)
            if not is_header and not _is_table_rule(text, line):
                yield _Block(UnitKind.ROW, [line])
            position += 1
        else:
            taken = _run_of_log_lines(text, lines, position)
            if taken:
                yield _Block(UnitKind.CODE, [_Line(line.start, lines[position + taken - 1].end)])
            else:
                block, taken = _paragraph(text, lines, position)
                yield block
            position += taken


def _lines(text: str, start: int, end: int) -> Iterator[_Line]:
    """Lines without the white space around them."""
    position = start
    while position < end:
        newline = text.find("\n", position, end)
        stop = end if newline < 0 else newline
        first, last = position, stop
        while first < last and text[first].isspace():
            first += 1
        while last > first and text[last - 1].isspace():
            last -= 1
        yield _Line(first, last)
        position = stop + 1


class _Taken(NamedTuple):
    block: _Block
    position: int


def _fenced(text: str, lines: list[_Line], position: int, fence: str) -> _Taken:
    """The block from an opening fence to its end; a fence never closed runs to the end."""
    line = lines[position]
    body = text.index(fence, line.start) + len(fence)
    closing = text.rfind(fence, body, line.end)
    if closing > body:
        return _Taken(_Block(UnitKind.CODE, [_Line(body, closing)]), position + 1)
    first = position + 1
    if line.end - body > 20:  # longer than the name of a language: the code begins here
        first_char = body
    else:
        first_char = lines[first].start if first < len(lines) else line.end
    for index in range(first, len(lines)):
        content = text[lines[index].start : lines[index].end]
        if content.endswith(fence):
            span = _Line(first_char, max(first_char, lines[index].end - len(fence)))
            return _Taken(_Block(UnitKind.CODE, [span]), index + 1)
    return _Taken(_Block(UnitKind.CODE, [_Line(first_char, lines[-1].end)]), len(lines))


def _is_table_rule(text: str, line: _Line) -> bool:
    content = text[line.start : line.end]
    return content.startswith("|") and "-" in content and bool(_TABLE_RULE.match(content))


def _run_of_log_lines(text: str, lines: list[_Line], position: int) -> int:
    count = 0
    while position + count < len(lines) and _LOG_LINE.match(
        text, lines[position + count].start, lines[position + count].end
    ):
        count += 1
    return count


def _paragraph(text: str, lines: list[_Line], position: int) -> _Taken:
    """One list item or paragraph with the lines that belong to it, and how many they are."""
    line = lines[position]
    body = _after_markers(text, line)
    block = _Block(UnitKind.ITEM if body > line.start else UnitKind.PROSE, [_Line(body, line.end)])
    taken = 1
    while position + taken < len(lines):
        line = lines[position + taken]
        content = text[line.start : line.end]
        quoted = content.startswith(">") and text[lines[position].start] == ">"
        goes_on = _GOES_ON.search(text[block.lines[-1].start : block.lines[-1].end])
        if (
            not content
            or (_LIST_MARKER.match(content) and not quoted)
            or content.startswith("|")
            or (_DATED.match(content) and not goes_on)
            or any(pattern.match(content) for pattern in (_FENCE, _HEADING, _RULE, _LOG_LINE))
        ):
            break
        block.lines.append(_Line(_after_markers(text, line), line.end))
        taken += 1
    return _Taken(block, taken)


def _after_markers(text: str, line: _Line) -> int:
    position = line.start
    while match := _LIST_MARKER.match(text, position, line.end):
        position = match.end()
    return position


def _split(text: str, block: _Block) -> Iterator[_Line]:
    """The sentences of a block, untrimmed."""
    if block.kind in (UnitKind.CODE, UnitKind.ROW):
        yield from block.lines
        return
    first = block.lines[0]
    run = first
    for line in block.lines[1:]:
        if _wrapped(text[run.start : run.end], text[line.start : line.end]):
            run = _Line(run.start, line.end)
        else:
            yield from _terminated(text, run)
            run = line
    yield from _terminated(text, run)


def _wrapped(before: str, after: str) -> bool:
    """True when a line break between the two was made for width, not for meaning."""
    if _ENDS_SENTENCE.search(before):
        return False
    return after[:1].islower() or after[:1] in "(`'\"&/" or bool(_GOES_ON.search(before))


def _terminated(text: str, run: _Line) -> Iterator[_Line]:
    names = [match.span() for match in _CODE_OR_LABEL.finditer(text, run.start, run.end)]
    begin = run.start
    for match in _TERMINATOR.finditer(text, run.start, run.end):
        if any(first < match.start() < last for first, last in names):
            continue
        before = text[max(begin, match.start() - _WORD_CHARS) : match.start()]
        after = text[match.end() : match.end() + 1]
        if _ends_sentence(before, match.group(), after):
            yield _Line(begin, match.end())
            begin = match.end()
    yield _Line(begin, run.end)


def _ends_sentence(before: str, terminator: str, after: str) -> bool:
    if terminator[0] in "!?" or terminator.startswith(("..", "…")):
        return not after.islower()
    word = before.rsplit(None, 1)[-1].lstrip("([{\"'“‘*") if before.strip() else ""
    lowered = word.casefold()
    if lowered in _ABBREVIATIONS or _INITIAL.fullmatch(word) or not word:
        return False
    if lowered in _BEFORE_NUMBER:
        return not after.isdigit()
    if lowered in _BEFORE_SMALL:
        return after.isupper()
    return True


def _trimmed(text: str, line: _Line) -> _Line | None:
    """Without white space and markup at the ends; ``None`` when nothing is said."""
    start = line.start
    if match := _OPENING.match(text, start, line.end):
        start = match.end()
    tail = _CLOSING.search(text[start : line.end])
    end = start + tail.start() if tail else line.end
    said = text[start:end]
    if not any(character.isalnum() for character in said) or _ONLY_URL.fullmatch(said):
        return None
    return _Line(start, end)


# The closed list of what makes a sentence tell a cause. A word that only sometimes does
# ("since", "after") is listed with what must follow it.
_CHANGED = (
    r"(?:chang|upgrad|updat|deploy|remov|delet|migrat|restart|rotat|renew|expir|enabl|disabl"
    r"|appl|releas|replac|reconfigur|install|patch|terminat|retir|failed[\s-]over|rolled[\s-]out)"
)
# "Was … by" after these tells who noticed or mended it, not what caused it.
_TOLD = (
    "raised|reported|noticed|detected|spotted|impacted|affected|identified|confirmed|observed|alerted|resolved|fixed"
    "|restored|mitigated|followed|advised|notified|increased|reduced|performed|achieved|solved"
)
_CAUSE = re.compile(
    rf"""
      \bbecause\b | \bdue\ to\b | \bowing\ to\b | \bas\ a\ (?:result|consequence)\b
    | \bcaus(?:ed|es|ing)\b | \bthe\ (?:root\ |underlying\ |proximate\ |likely\ )*cause\b
    | \broot\ cause(?:\ (?:was|is)\b|:) | \bto\ be\ the\ cause\b
    | \breason\ (?:for|why|was|is|behind)\b
    | \bresult(?:ed|s|ing)\ (?:in|from)\b | \b(?:led|leads|leading)\ to\b
    | \btriggered\ (?:by|when|a|an|the)\b | \b(?:stemmed|arose)\ from\b
    | \bwhich\ (?:meant|prevented|stopped|blocked|broke|left)\b | \bmeaning\ that\b
    | ,\ (?:so|hence)\ (?!that\b|far\b|we\b|they\b|in\b) | \band\ (?:so|hence)\ the\b
    | ^since\ (?!\d|then\b|the\ (?:upgrade|change|release|incident|start)\b)[^,]{(10,)},
    | \b(?:was|were|been|being|got)\ (?:\w+ly\ )?(?!(?:{_TOLD})\b)\w+ed\ by\b
    | \b(?:after|following)\b.{{0,80}}\b{_CHANGED}
    | \bby\ mistake\b | \b(?:accidentally|mistakenly|inadvertently|incorrectly|wrongly)\b
    | \bmisconfigur | \btook\ .{{1,20}}\ over\b.{{0,30}}\blimit
    | \b(?:exhaust(?:ed|ing)|exceed(?:ed|ing)|ran\ out\ of)\b
    | \bwithout\ (?:being\ )?(?:fully\ )?aware\b | \bwas(?:n't|n’t|\ not)\ (?:fully\ )?aware\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Speaks about a cause without telling one.
_NO_CAUSE = re.compile(
    r"""
      \b(?:investigat|find|identif|understand|determin|establish|exclud)\w*\b.{0,40}
        \b(?:cause|reason)\b
    | \blook(?:ing)?\ (?:for|into)\b.{0,40}\bcause\b
    | \bruled\ out\b | \bcause\ (?:is|was|remains)\ (?:still\ )?(?:unknown|unclear|not)\b
    | \b(?:haven['’]?t|have\ not|not\ yet|could\ not)\ (?:been\ )?(?:identif|found|determin)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FOUND_CAUSE = re.compile(
    r"\b(?:found|finding|identified) (?:that )?the (?:root )?(?:cause|reason)\b.{0,60}"
    r"\b(?:was|is)\b",
    re.IGNORECASE,
)
# "Has not caused", "to avoid causing", "without causing" tell of no cause.
_UNDONE = re.compile(
    r"(?:\bnot|n['’]t|\bwithout"
    r"|\bto (?:prevent|avoid|mitigate|stop|fix|address|resolve)\b[^;:]*)\s*$",
    re.IGNORECASE,
)


def causal(sentence_text: str) -> bool:
    """True when the sentence tells what made something happen, by a closed list of wordings.

    "Because", "due to", "caused", "led to", "after … was changed", "by mistake" and their
    like count; looking for a cause, or ruling one out, does not.
    """
    if _NO_CAUSE.search(sentence_text) and not _FOUND_CAUSE.search(sentence_text):
        return False
    return any(
        not _UNDONE.search(sentence_text[: match.start()])
        for match in _CAUSE.finditer(sentence_text)
    )
