"""An outline as a PDF document, by the typesetter Typst (see docs/decisions/0019)."""

import json
import re
import unicodedata
from collections.abc import Callable, Set
from functools import cache
from pathlib import Path
from typing import Any

import typst

from assistant.services.exporting.outline import Outline

_TEMPLATES = Path(__file__).parent / "templates"
_PAGE = (_TEMPLATES / "draft.typ").read_bytes()
_NOT_APPROVED = "Draft, not approved"

# How Typst names what no font has; a character that nobody can see it writes as \u{…}.
_WITHOUT_GLYPH = re.compile(r"the text `\"(.+?)\"` could not be displayed")
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
# What is not seen, reorders its neighbours, or looks different in every font. The joiners are
# needed to write some scripts, and a soft hyphen is only a place to break a line.
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
_HARMLESS = frozenset("\u00ad\u200c\u200d")
_ISOLATED, _UNTIL_HERE = "\u2068", "\u2069"


def render_pdf(told: Outline) -> bytes:
    """The document; citations are links to the list of references, its text can be searched.

    Texts are data of the template, so that nothing in them can be markup, a file or an address.
    The fonts that come with Typst print Latin, Greek, Cyrillic, Hebrew and Arabic; the same
    revision with the same approval gives the same bytes everywhere. For other scripts the fonts
    of the machine are asked. What no font prints, and what nobody could see, is shown by its
    Unicode number, and a line at the end says so.
    """
    try:
        return _compiled(told, frozenset(), _fonts(system=False))
    except typst.TypstError as exc:
        lacking = _without_glyph(exc)
        if not lacking:
            raise
    try:
        return _by_number(told, _fonts(system=True))
    except typst.TypstError:
        # A font of the machine may be broken, or forbid to be embedded.
        return _by_number(told, _fonts(system=False))


def _by_number(told: Outline, fonts: typst.Fonts) -> bytes:
    """Characters that these fonts do not have are written as their numbers."""
    lacking: frozenset[str] = frozenset()
    while True:
        try:
            return _compiled(told, lacking, fonts)
        except typst.TypstError as exc:
            more = _without_glyph(exc)
            if more <= lacking:
                raise
            lacking |= more


@cache
def _fonts(*, system: bool) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=system)


def _compiled(told: Outline, lacking: Set[str], fonts: typst.Fonts) -> bytes:
    shown = _shown(told)
    printable = _each_text(shown, lambda text: _printable(text, lacking))
    data = {**printable, "numbered": "[U+" in json.dumps(printable)}
    compiler = typst.Compiler(
        _PAGE, root=_TEMPLATES, font_paths=fonts, sys_inputs={"told": json.dumps(data)}
    )
    # Read aloud (PDF/UA-1) and kept for years (PDF/A-2a): both forbid a character without a glyph,
    # so that none is lost in silence.
    made = compiler.compile(
        format="pdf",
        pdf_standards=["ua-1", "a-2a"],
        timestamp=int(told.edited_at.timestamp()),
    )
    if not isinstance(made, bytes):
        raise TypeError(f"Typst made {type(made).__name__} of a draft, not the bytes of a PDF.")
    return made


def _shown(told: Outline) -> dict[str, Any]:
    """What the template reads."""
    standing = told.approval or _NOT_APPROVED
    revision = f"revision {told.revision}"
    return {
        "title": told.title,
        "author": told.author,
        "standing": standing,
        "about": f"{told.draft_id}, {revision}, "
        f"edited {told.edited_at:%Y-%m-%d %H:%M} UTC by {told.author}",
        "footer": f"{told.draft_id} · {revision} · {standing}",
        "parts": [
            {
                "name": str(part.name),
                "lines": [
                    {
                        "mark": line.mark,
                        "text": line.text,
                        "numbers": list(line.numbers),
                        "note": line.note,
                    }
                    for line in part.lines
                ],
            }
            for part in told.parts
        ],
        "questions_heading": str(told.questions_heading),
        "questions": list(told.questions),
        "references": list(told.references),
        "provenance": told.provenance,
    }


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    """The same JSON with every text changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each_text(entry, change) for entry in value]
    if isinstance(value, dict):
        return {key: _each_text(entry, change) for key, entry in value.items()}
    return value


def _printable(text: str, lacking: Set[str]) -> str:
    shown = "".join(
        f"[U+{ord(char):04X}]" if char in lacking or _is_unseen(char) else char for char in text
    )
    # Otherwise the citation after such a text would stand before it.
    return f"{_ISOLATED}{shown}{_UNTIL_HERE}" if _is_right_to_left(shown) else shown


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char) in _UNSEEN and char not in _HARMLESS


def _is_right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text)


def _without_glyph(exc: typst.TypstError) -> frozenset[str]:
    """The characters that an error names, none when it is another error."""
    named = "".join(_WITHOUT_GLYPH.findall(exc.diagnostic))
    return frozenset(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), named))
