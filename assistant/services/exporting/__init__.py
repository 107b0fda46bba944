"""Exports of drafts and their companions, one format a file, all of the same outline.

The catalogue of formats. To add one: write its file here as a function from ``Outline`` to
text or bytes, escape what it says for the format, and add a member to ``ExportFormat`` and a
line to ``FORMATS``. The same revision with the same approval must give the same bytes.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.domain.companions import Companion
from assistant.domain.drafts import Draft
from assistant.services.exporting.docx import render_docx
from assistant.services.exporting.html import render_html
from assistant.services.exporting.json import render_json
from assistant.services.exporting.markdown import render_markdown
from assistant.services.exporting.outline import Outline, companion_outline, outline
from assistant.services.exporting.pdf import render_pdf
from retrieval.errors import InvalidInput


class ExportFormat(StrEnum):
    """In what form a draft can be taken away."""

    MARKDOWN = "markdown"
    HTML = "html"
    DOCX = "docx"
    PDF = "pdf"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class _Format:
    render: Callable[[Outline], str | bytes] | None
    suffix: str
    media_type: str


FORMATS = {
    ExportFormat.MARKDOWN: _Format(render_markdown, "md", "text/markdown; charset=utf-8"),
    ExportFormat.HTML: _Format(render_html, "html", "text/html; charset=utf-8"),
    ExportFormat.DOCX: _Format(
        render_docx,
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ExportFormat.PDF: _Format(render_pdf, "pdf", "application/pdf"),
    ExportFormat.JSON: _Format(None, "json", "application/json"),
}

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_NAME_CHARS = 80


@dataclass(frozen=True, slots=True)
class Export:
    """A file to take away. Its name holds ASCII letters, digits, dots, ``_`` and ``-`` only."""

    filename: str
    media_type: str
    content: bytes


def export(draft: Draft, format: ExportFormat, approval: str = "") -> Export:
    """The draft in a format. ``approval`` says who approved this revision; empty for nobody."""
    render = FORMATS[format].render
    told = replace(outline(draft), approval=approval)
    content = render_json(draft) if render is None else render(told)
    return _named(draft, "rca", format, content)


def export_companion(companion: Companion, draft: Draft, format: ExportFormat) -> Export:
    """A companion of the draft in a format for people; ``InvalidInput`` for JSON.

    Programs read companions where they are made, not from a file.
    """
    render = FORMATS[format].render
    if render is None:
        raise InvalidInput("A companion is exported as markdown, html, docx or pdf.")
    return _named(draft, companion.kind, format, render(companion_outline(companion, draft)))


def _named(draft: Draft, what: str, format: ExportFormat, content: str | bytes) -> Export:
    chosen = FORMATS[format]
    # A name must neither start with a dot or a dash nor be too long for any file system.
    about = _UNSAFE.sub("-", draft.record_id)[:_NAME_CHARS].strip(".-") or draft.id
    return Export(
        filename=f"{about}-{what}-r{draft.revision}.{chosen.suffix}",
        media_type=chosen.media_type,
        content=content.encode() if isinstance(content, str) else content,
    )
