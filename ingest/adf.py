"""Atlassian Document Format, the JSON of Jira and Confluence texts, as Markdown-like plain text.

Source: the JSON schema of the npm package ``@atlaskit/adf-schema``.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from ingest.text import clean_text

Node = Mapping[str, Any]

# Editors allow far less; what lies deeper is kept as bare words, without its form.
_MAX_DEPTH = 40
_TICKS = re.compile(r"`+")
_SPACE = re.compile(r"\s+")
# Marks that change what is said, or that sections are found by; the others are only looks.
_WRAPS = {"strong": "**", "strike": "~~"}


def adf_text(document: object) -> str:
    """The text of a document, or of any node of one; of a text that is none, the text itself.

    Headings, lists, tasks, quotes, tables and code are told as in Markdown. Panels are labelled
    by their kind, the title of an expand stands above it in bold, mentions are named, dates are
    ISO dates (UTC), links and cards give their address. Text of an unknown node is kept. Nothing
    raises: what is not of the format is read as far as it goes.
    """
    if isinstance(document, str):
        return clean_text(document).strip()
    nodes = document if isinstance(document, Sequence) else [document]
    return clean_text(_blocks([node for node in nodes if isinstance(node, Mapping)], 0)).strip()


def adf_document(text: str) -> dict[str, Any]:
    """A plain text as a document: its paragraphs, and its lines in them."""
    content = []
    for paragraph in text.strip().split("\n\n"):
        lines: list[dict[str, Any]] = []
        for line in paragraph.split("\n"):
            lines += [{"type": "hardBreak"}] * bool(lines)
            # A text node that says nothing is not valid.
            lines += [{"type": "text", "text": line}] * bool(line)
        content.append({"type": "paragraph", "content": lines})
    return {"type": "doc", "version": 1, "content": content}


def _blocks(nodes: Sequence[Node], depth: int, between: str = "\n\n") -> str:
    """Blocks one below the other; neighbouring inline nodes are one block."""
    if depth > _MAX_DEPTH:
        return _words(nodes)
    parts = []
    for inline, group in groupby(nodes, key=_is_inline):
        if inline:
            parts.append(_line(list(group), depth))
        else:
            parts.extend(_block(node, depth) for node in group)
    return between.join(part for part in parts if part.strip())


def _block(node: Node, depth: int) -> str:
    return _BLOCKS.get(_kind(node), _unknown)(node, depth + 1)


def _line(nodes: Sequence[Node], depth: int) -> str:
    """Inline nodes in a row; neighbours with the same marks share them."""
    if depth > _MAX_DEPTH:
        return _words(nodes)
    told = []
    for (kind, marks), group in groupby(nodes, key=lambda node: (_kind(node), _marks(node))):
        if kind == "text":
            told.append(_marked("".join(_said(node.get("text")) for node in group), marks))
        else:
            told.extend(_INLINES.get(kind, _unknown)(node, depth + 1) for node in group)
    return "".join(told)


def _marked(text: str, marks: tuple[tuple[str, str], ...]) -> str:
    inner = text.strip()
    if not inner:
        return text
    told = inner
    for kind, href in marks:
        if kind == "code":
            told = _code(told)
        elif kind == "link" and href and href != inner:
            told = f"[{told}]({href})"
        elif kind in _WRAPS:
            told = f"{_WRAPS[kind]}{told}{_WRAPS[kind]}"
    before, after = text.split(inner, 1)
    return before + told + after


def _code(text: str) -> str:
    fence = "`" * (_longest_ticks(text) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def _paragraph(node: Node, depth: int) -> str:
    return _blocks(_children(node), depth)


def _heading(node: Node, depth: int) -> str:
    level = min(max(_whole(_attr(node, "level"), 1), 1), 6)
    return f"{'#' * level} {_one_line(_line(_children(node), depth))}"


def _code_block(node: Node, depth: int) -> str:
    text = _words(_children(node), "")
    fence = "`" * max(3, _longest_ticks(text) + 1)
    return f"{fence}{_one_line(_said(_attr(node, 'language')))}\n{text}\n{fence}"


def _bullets(node: Node, depth: int) -> str:
    return "\n".join(_entry("- ", child, depth) for child in _children(node))


def _numbers(node: Node, depth: int) -> str:
    first = _whole(_attr(node, "order"), 1)
    return "\n".join(
        _entry(f"{number}. ", child, depth) for number, child in enumerate(_children(node), first)
    )


def _tasks(node: Node, depth: int) -> str:
    told = []
    for child in _children(node):
        # A list of tasks below a task stands beside it, not in it.
        if _kind(child) == "taskList":
            told.append(_indented(_blocks([child], depth), "  "))
        else:
            box = "x" if _attr(child, "state") == "DONE" else " "
            told.append(_entry(f"- [{box}] ", child, depth))
    return "\n".join(told)


def _decisions(node: Node, depth: int) -> str:
    return "\n".join(_entry("- Decision: ", child, depth) for child in _children(node))


def _entry(mark: str, node: Node, depth: int) -> str:
    """An entry of a list; its further lines are indented."""
    parts = _children(node) if _kind(node) in _ENTRIES else [node]
    text = _blocks(parts, depth + 1, "\n")
    return mark + _indented(text, " " * (len(mark) if mark[0].isdigit() else 2)).lstrip()


def _quote(node: Node, depth: int) -> str:
    return _indented(_blocks(_children(node), depth), "> ")


def _panel(node: Node, depth: int) -> str:
    label = _one_line(_said(_attr(node, "panelType"))).capitalize()
    label = "Panel" if label in ("", "Custom") else label
    children = _children(node)
    between = " " if children and _kind(children[0]) == "paragraph" else "\n\n"
    return f"{label}:{between}{_blocks(children, depth)}"


def _titled(node: Node, depth: int) -> str:
    title = _one_line(_said(_attr(node, "title")))
    told = _blocks(_children(node), depth)
    return f"**{title}**\n\n{told}" if title else told


def _table(node: Node, depth: int) -> str:
    rows = []
    for number, row in enumerate(_children(node)):
        cells = _children(row) if _kind(row) == "tableRow" else [row]
        rows.append(f"| {' | '.join(_cell(cell, depth) for cell in cells)} |")
        if number == 0 and cells and all(_kind(cell) == "tableHeader" for cell in cells):
            rows.append("|" + " --- |" * len(cells))
    return "\n".join(rows)


def _cell(cell: Node, depth: int) -> str:
    """A cell on one line; every line of code in it is code of its own."""
    told: list[str] = []
    for child in _children(cell) if _kind(cell) in _CELLS else [cell]:
        if _kind(child) == "codeBlock":
            lines = _words(_children(child), "").splitlines()
            told.extend(_code(line.strip()) for line in lines if line.strip())
        else:
            told.append(_blocks([child], depth + 1))
    return _one_line(" ".join(told))


def _media(node: Node, depth: int) -> str:
    named = (_said(_attr(node, name)) for name in ("alt", "fileName", "url", "id"))
    return f"[attachment: {_one_line(next(filter(None, named), 'without a name'))}]"


def _mention(node: Node, depth: int) -> str:
    name = _said(_attr(node, "text")) or _said(_attr(node, "id"))
    return name if name.startswith("@") else f"@{name}"


def _emoji(node: Node, depth: int) -> str:
    return _said(_attr(node, "text")) or _said(_attr(node, "shortName"))


def _date(node: Node, depth: int) -> str:
    """The day; a moment that is none stays as it is."""
    given = _said(_attr(node, "timestamp"))
    try:
        return datetime.fromtimestamp(int(given) / 1000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return given


def _card(node: Node, depth: int) -> str:
    data = _attr(node, "data")
    known = data if isinstance(data, Mapping) else {}
    return _said(_attr(node, "url")) or _said(known.get("url")) or _said(known.get("name"))


def _unknown(node: Node, depth: int) -> str:
    """What a node of another kind says itself, then what is in it."""
    own = _own_words(node)
    return " ".join(filter(None, [*own, _blocks(_children(node), depth)]))


def _words(nodes: Sequence[Node], between: str = " ") -> str:
    """All words below some nodes, however deep they lie."""
    words: list[str] = []
    waiting = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        words.extend(_own_words(node))
        waiting.extend(reversed(_children(node)))
    return between.join(words)


def _own_words(node: Node) -> list[str]:
    values = [node.get("text"), *(_attr(node, name) for name in ("text", "title", "alt", "url"))]
    return [said for value in values if (said := _said(value))]


def _children(node: Node) -> list[Node]:
    content = node.get("content")
    found = content if isinstance(content, list | tuple) else [content]
    return [
        {"type": "text", "text": child} if isinstance(child, str) else child
        for child in found
        if isinstance(child, str | Mapping)
    ]


def _kind(node: Node) -> str:
    return _said(node.get("type"))


def _attr(node: Node, name: str) -> Any:
    attrs = node.get("attrs")
    return attrs.get(name) if isinstance(attrs, Mapping) else None


def _marks(node: Node) -> tuple[tuple[str, str], ...]:
    """The marks of a text, code first: nothing can be marked inside code."""
    marks = node.get("marks")
    found = [mark for mark in marks if isinstance(mark, Mapping)] if isinstance(marks, list) else []
    named = [(_kind(mark), _said(_attr(mark, "href"))) for mark in found]
    return tuple(sorted(named, key=lambda mark: mark[0] != "code"))


def _is_inline(node: Node) -> bool:
    kind = _kind(node)
    return kind in _INLINES or (kind not in _BLOCKS and not _children(node))


def _said(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


def _whole(value: object, default: int) -> int:
    return value if isinstance(value, int) else default


def _one_line(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _indented(text: str, prefix: str) -> str:
    lines = text.split("\n")
    return "\n".join(prefix + line if line.strip() else prefix.rstrip() for line in lines)


def _longest_ticks(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)


_Told = Callable[[Node, int], str]
_CELLS = frozenset({"tableCell", "tableHeader"})
_ENTRIES = frozenset({"listItem", "taskItem", "blockTaskItem", "decisionItem"})
_BLOCKS: dict[str, _Told] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "codeBlock": _code_block,
    "bulletList": _bullets,
    "orderedList": _numbers,
    "taskList": _tasks,
    "decisionList": _decisions,
    "blockquote": _quote,
    "panel": _panel,
    "expand": _titled,
    "nestedExpand": _titled,
    "table": _table,
    "rule": lambda node, depth: "---",
    "media": _media,
    "blockCard": _card,
    "embedCard": _card,
}
_INLINES: dict[str, _Told] = {
    "text": lambda node, depth: _said(node.get("text")),
    "hardBreak": lambda node, depth: "\n",
    "mention": _mention,
    "emoji": _emoji,
    "date": _date,
    "inlineCard": _card,
    "mediaInline": _media,
}
