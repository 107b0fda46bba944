"""Plain text out of whatever a source field holds."""

import re
from html.parser import HTMLParser

_LOOKS_LIKE_HTML = re.compile(
    r"</?(?:p|div|br|span|ul|ol|li|table|tr|td|th|b|i|strong|em|a|pre|code|h[1-6]|font|script|style)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_BLOCKS = frozenset(
    "p div br ul ol table tr pre h1 h2 h3 h4 h5 h6 section article blockquote".split()
)
_HIDDEN = frozenset({"script", "style", "head", "title"})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_UNCLEAN = re.compile(r"[\r\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\ud800-\udfff]")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean_text(text: str) -> str:
    """The text with ``\\n`` line ends and without control characters or lone surrogates."""
    if _UNCLEAN.search(text) is None:
        return text
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", unified))


def plain_text(text: str) -> str:
    """The text of an HTML fragment, blocks as lines; text that is not HTML as it is.

    Scripts and styles vanish. Placeholders such as ``<host>`` and ``<https://…>`` are
    not HTML and stay.
    """
    cleaned = clean_text(text)
    if not _LOOKS_LIKE_HTML.search(cleaned):
        return cleaned.strip()
    reader = _Reader()
    reader.feed(cleaned)
    reader.close()
    return _BLANK_LINES.sub("\n\n", "".join(reader.parts)).strip()


class _Reader(HTMLParser):
    """Collects the visible text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0
        self._preformatted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a tag."""
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in ("td", "th"):
            self.parts.append(" | ")
        elif tag in _BLOCKS:
            self._preformatted += tag == "pre"
            self.parts.append("\n")
        elif not _LOOKS_LIKE_HTML.match(f"<{tag}>"):
            self.parts.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        """Close a tag."""
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            self._preformatted -= tag == "pre" and self._preformatted > 0
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep text; fold white space outside preformatted blocks, but keep lines."""
        if not self._hidden:
            self.parts.append(data if self._preformatted else re.sub(r"[ \t]+", " ", data))
