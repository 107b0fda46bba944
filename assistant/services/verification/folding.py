"""The same words in another dress: what counts as verbatim, whatever the markup."""

import re
import unicodedata
from collections.abc import Iterator

_IMAGE = re.compile(r"!\[([^\]]{0,300})\]\([^)\s]{0,1000}[^)]{0,300}\)")
# Bounded, so that brackets that never close cost no more than their number. A reference label
# needs a letter: "values[0][1]" is code.
_LINK = re.compile(
    r"(?<=\w)(?=\[[^\]]{0,300}\]\()|\[([^\]]{0,300})\]\([^)\s]{0,1000}(?:\s[^)]{0,300})?\)"
    r"|\[(?=[^\]]{0,300}\]\[)([^\]]*[A-Za-z][^\]]*)\]\[[^\]]{0,300}\]"
)
_BRACKETED_URL = re.compile(r"\((?:[\w ]{0,30}:?\s*)?<?https?:/?/?[^)\s]*\)|<https?:[^>]*>")
_LAST_URL = re.compile(r"(?:[-–:,(]\s*)?\bhttps?://\S+$")
_URL = re.compile(r"\bhttps?://([^\s/)]+)\S*")
_BETWEEN_CELLS = re.compile(r"\s*\|\s+|\s+\|\s*")
_TAG = re.compile(
    r"</?(?:br|p|b|i|u|em|strong|code|pre|span|div|a|ul|ol|li|h[1-6]|img|table|tr|td|th|sup|sub|hr)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=\S)([^*_\n]*\S)\1(?![\w*])")
_BEFORE_PUNCTUATION = re.compile(r"\s+([,.;:!?])(?=\s|$)")
_QUOTE_MARK = re.compile(r"\n\s*>+\s?")
_LEADING = re.compile(r"^(?:[-–—•]\s+|[\s:,;|])+")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)


def tidy(text: str) -> str:
    """The same words as plain text on one line.

    Links keep their label, addresses are shortened to their host or dropped at the
    end, emphasis and code marks go, unseen characters go, white space becomes one
    space. Words and numbers never change.
    """
    plain = _UNSEEN.sub("", _QUOTE_MARK.sub(" ", text))
    plain = _IMAGE.sub(r"\1", plain)
    plain = _LINK.sub(lambda match: match.group(1) or match.group(2) or " ", plain)
    plain = _BRACKETED_URL.sub("", plain).rstrip()
    if last := _LAST_URL.search(plain):
        plain = plain[: last.start()]
    plain = _URL.sub(r"\1", plain)
    plain = _TAG.sub(" ", plain)
    plain = "".join(_without_emphasis(plain))
    plain = _BEFORE_PUNCTUATION.sub(r"\1", " ".join(plain.split()))
    if plain.count('"') % 2:
        plain = plain.replace('"', "")
    return _LEADING.sub("", plain).rstrip(" -–—:,;|")


def _without_emphasis(text: str) -> Iterator[str]:
    """Code keeps its characters: stars are part of names there, and bars join commands."""
    for index, part in enumerate(text.replace("```", "`").split("`")):
        if index % 2:
            yield part
        else:
            prose = _BETWEEN_CELLS.sub(" – ", part.replace("**", "").replace("~~", ""))
            yield _EMPHASIS.sub(r"\2", prose)


_TOKEN = re.compile(r"(?<!\w)-(?=\d)|[<>]=?|[^\W_]+(?:[._\-:/@+\\$#'&]+[^\W_]+)*%?")
_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "–": "-", "—": "-", "‑": "-"})


def folded(text: str) -> str:
    """The words and numbers of a text, small and one space apart, without marks around them.

    Two texts that fold to the same say the same, whatever their markup and punctuation.
    """
    plain = unicodedata.normalize("NFKC", tidy(text)).translate(_TYPOGRAPHY).casefold()
    return " ".join(_TOKEN.findall(plain))
