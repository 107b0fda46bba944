"""What looks like nothing but a password, in the neighbourhood of the word."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from ingest.redaction.findings import Finding
from ingest.redaction.values import is_likely, is_reference, trimmed

_WORD = re.compile(
    r"pass(?:w|word|code|\b)|\bpwd?\b|\bww\b|wachtwoord|kennwort|mot de passe|contrase|\bcred|log[ -]?[io]n|inlog"
    r"|anmeld|aanmeld"
)
# Far enough for a line of chat or the header of a table, near enough to be the same thought.
_BEFORE, _AFTER = 160, 60
_CHARACTERS = r"[\w!#$^*@?&.+-]"
_TOKEN = re.compile(
    rf"(?<![\w!#$^*@?&.+=%/\\-])[A-Za-z0-9](?=[\w.-]{{0,40}}[!#$^*@?&])({_CHARACTERS}{{6,40}})(?![\w=%/\\])"
)
_MARKED = r"[a-z0-9][\w.-]*[!#$^*@?&]"
_LEET = re.compile(r"(?i)p[a@4][s$5]{2}w[o0]rd")
_LOGIN_AT_HOST = re.compile(r"[\w.-]+@[\w.-]+\Z")


class NearbyPasswords:
    """Finds passwords that no form ties to their name, by their looks alone.

    Letters, digits and a mark inside, next to a word such as "password" or "login": "apc /
    Apc!Card77" in a chat, a column of an exported table.
    """

    # Both must be there, in whatever order.
    pattern = re.compile(rf"(?is)(?:{_WORD.pattern}).*{_MARKED}|{_MARKED}.*(?:{_WORD.pattern})")

    def find(self, text: str, lowered: str) -> Iterator[Finding]:
        """Values within a line or two of the word."""
        words = [match.start() for match in _WORD.finditer(lowered)]
        if not words:
            return
        for match in _TOKEN.finditer(text):
            value = trimmed(match[0])
            at = bisect_left(words, match.start() - _BEFORE)
            near = at < len(words) and words[at] <= match.end() + _AFTER
            if near and _looks_chosen(value):
                yield Finding(match.start(), match.start() + len(value), "password")


def _looks_chosen(value: str) -> bool:
    if _LEET.match(value):
        return True
    if len(value) < 7 or not is_likely(value) or is_reference(value):
        return False
    lower, upper, digit = (
        any(test(c) for c in value) for test in (str.islower, str.isupper, str.isdigit)
    )
    if "!" in value:
        return digit and (lower or upper)
    if _LOGIN_AT_HOST.match(value):
        return False
    return digit and lower and upper
