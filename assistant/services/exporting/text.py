"""An outline as plain text: for the journals and comments of systems that show text as it is."""

import re
from collections.abc import Sequence

from assistant.services.exporting.outline import Line, Outline, Part

# What a journal or a comment field would not show but act on: ServiceNow renders HTML between
# [code] marks; Jira's wiki notation makes links, mentions and anchors of what is in brackets.
_BRACKETED = re.compile(
    r"\[(/?code|[~^#][^\]\n]*|[^\]\n|]*\|[^\]\n]*|(?:[a-z][a-z0-9+.-]*://|mailto:)[^\]\n]*)\]", re.I
)
# Jira's wiki notation shows !address! as the image that lies there; no space may follow the mark.
_IMAGE = re.compile(r"!(?=\S[^!\n]*!)")
# Those that are printable for Word and HTML, but not for a journal.
_CONTROL = re.compile("[\x7f-\x9f\u200b\u2060\ufeff]")


def render_text(told: Outline, closing: Sequence[str] = ()) -> str:
    """The text with numbered citations and a list of references, one claim a line.

    Deterministic. Lines are as long as what they say. Brackets and exclamation marks that such
    a system would act on are made harmless; nothing else is changed, and there is no markup.
    ``closing`` are paragraphs after everything else, word for word.
    """
    parts = [told.title, *(_part(part) for part in told.parts)]
    if told.questions:
        lines = [f"- {question}" for question in told.questions]
        parts.append("\n".join([told.questions_heading, *lines]))
    if told.references:
        lines = [f"[{n}] {text}" for n, text in enumerate(told.references, start=1)]
        parts.append("\n".join(["References", *lines]))
    parts.append(told.provenance)
    return "\n\n".join([*(_inert(part) for part in parts if part), *closing]) + "\n"


def _part(part: Part) -> str:
    return "\n".join([part.name, *(f"- {_line(line)}" for line in part.lines)])


def _line(line: Line) -> str:
    cited = "".join(f" [{number}]" for number in line.numbers)
    note = f" ({line.note})" if line.note else ""
    return f"{line.mark} {line.text}".strip() + cited + note


def _inert(text: str) -> str:
    printable = _CONTROL.sub("", text)
    return _IMAGE.sub("! ", _BRACKETED.sub(r"(\1)", printable))
