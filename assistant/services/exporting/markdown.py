"""An outline as Markdown: what people approve, byte for byte what is written."""

import re

from assistant.services.exporting.outline import Line, Outline, Part

# Characters that could make a text into a heading, link, image, HTML, entity or emphasis.
_ACTIVE = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
# What makes a list, a rule or a heading of a line when it stands first on it.
_LEADING_MARK = re.compile(r"^([-+=])")
_LEADING_NUMBER = re.compile(r"^(\d{1,9})([.)])")


def render_markdown(told: Outline) -> str:
    """The text with numbered citations and a list of references.

    Deterministic. Every text is escaped: it cannot become markup.
    """
    parts = [f"# {_plain(told.title)}", *(_part(part) for part in told.parts)]
    if told.questions:
        lines = [f"- [ ] {_plain(question)}" for question in told.questions]
        parts.append("\n".join([f"## {told.questions_heading}", *lines]))
    if told.references:
        lines = [f"{n}. {_plain(text)}" for n, text in enumerate(told.references, start=1)]
        parts.append("\n".join(["## References", *lines]))
    parts.append(_plain(told.provenance))
    return "\n\n".join(parts) + "\n"


def _part(part: Part) -> str:
    return "\n".join([f"## {part.name}", *(f"- {_line(line)}" for line in part.lines)])


def _line(line: Line) -> str:
    cited = "".join(f" [{number}]" for number in line.numbers)
    note = f" ({_plain(line.note)})" if line.note else ""
    return _plain(f"{line.mark} {line.text}".strip()) + cited + note


def _plain(text: str) -> str:
    escaped = _ACTIVE.sub(r"\\\1", text)
    return _LEADING_NUMBER.sub(r"\1\\\2", _LEADING_MARK.sub(r"\\\1", escaped))
