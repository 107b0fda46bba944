"""An outline in the Atlassian Document Format, for comments in Jira and pages in Confluence.

Source: the JSON schema of the npm package ``@atlaskit/adf-schema``.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from assistant.services.exporting.outline import Line, Outline

_Node = dict[str, Any]

# A comment stands below the headings of the page that it is shown on.
_TITLE_LEVEL = 3
_PART_LEVEL = 4


def render_adf(told: Outline, closing: Sequence[str] = ()) -> str:
    """The document as JSON, with numbered citations and a list of references.

    Deterministic: keys are sorted, nothing is indented. Texts become text nodes, whatever they
    look like. ``closing`` are paragraphs after everything else, word for word.
    """
    nodes = [*_body(told), *(_paragraph(_text(text)) for text in closing)]
    document = {"type": "doc", "version": 1, "content": nodes}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _body(told: Outline) -> Iterator[_Node]:
    if told.title:
        yield _heading(told.title, _TITLE_LEVEL)
    for part in told.parts:
        yield _heading(part.name, _PART_LEVEL)
        yield _list("bulletList", [_line(line) for line in part.lines])
    if told.questions:
        yield _heading(told.questions_heading, _PART_LEVEL)
        yield _list("bulletList", [[_text(question)] for question in told.questions])
    if told.references:
        yield _heading("References", _PART_LEVEL)
        yield _list("orderedList", [[_text(reference)] for reference in told.references])
    if told.provenance:
        yield _paragraph(_text(told.provenance, "em"))


def _line(line: Line) -> list[_Node]:
    cited = "".join(f" [{number}]" for number in line.numbers)
    note = f" ({line.note})" if line.note else ""
    mark = [_text(f"{line.mark} ", "em")] if line.mark else []
    return [*mark, _text(f"{line.text}{cited}{note}")]


def _list(kind: str, entries: Sequence[Sequence[_Node]]) -> _Node:
    items = [{"type": "listItem", "content": [_paragraph(*entry)]} for entry in entries]
    return {"type": kind, "content": items}


def _heading(text: str, level: int) -> _Node:
    return {"type": "heading", "attrs": {"level": level}, "content": [_text(text)]}


def _paragraph(*content: _Node) -> _Node:
    # A text node that says nothing is not valid; a paragraph without one is.
    return {"type": "paragraph", "content": [node for node in content if node["text"]]}


def _text(text: str, *marks: str) -> _Node:
    node: _Node = {"type": "text", "text": text}
    return {**node, "marks": [{"type": mark} for mark in marks]} if marks else node
