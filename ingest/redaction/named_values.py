"""Secrets that are named: ``password=…``, ``"token": "…"``, "the password is …"."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ingest.redaction.findings import FILLER, Finding
from ingest.redaction.secret_names import KIND_OF_GROUP, SECRET_NAME, name_end, secret_names
from ingest.redaction.values import (
    is_code,
    is_description,
    is_harmless,
    is_likely,
    is_strong,
    is_strongest,
    is_token,
    is_weak_password,
    starts_harmless,
    trimmed,
)

# A value without quotes. A separator belongs to it unless something else begins there.
_BARE = (
    r"""(?:[^\s;"'`<>|,&\\]|;(?=[^\s;=:"'<>]{1,40};)|&(?:amp|lt|gt|\#\d{2,4});(?!\w{1,40}=)"""
    r"""|&(?!amp;\w{1,40}=|\w{1,40}=|nbsp;|quot;|lt;|gt;)"""
    r"""|,(?!\s|["'{\[]|[\w.-]{1,40}\s?[=:]|\Z)|[<>](?![/a-zA-Z!\s]|\Z)|\\(?![nrt"'\\])"""
    r"""|["'`](?=[^\s,;:.)\]}"'`<>\\])){1,400}"""
)
_QUOTED = (
    r'''\\"([^"\\\n]{1,400})\\"|"((?:[^"\\\n]|\\.){1,400})"'''
    r"""|'((?:[^'\\\n]|\\.){1,400})'(?![a-z])|`([^`\n]{1,200})`|[“„]([^”“\n]{1,200})[”“]"""
    r"""|&quot;([^&\n]{1,200})&quot;"""
)
_VALUE = rf"""(?:{_QUOTED}|(?:\\?["'`])?(?P<bare>{_BARE}))"""
_TAG = r"</?(?:b|strong|em|i|u|span|code|tt|font|p|br|div|pre)(?:\s[^<>]{0,120})?/?>"
_SPACE = rf"(?:[ \t\xa0]|\*{{1,2}}|_{{2}}|&nbsp;|{_TAG})"
# What may close the name: quotes, brackets of a subscript, mark-up.
_CLOSE = r"(?:\\?[\"'`\])*}]|</(?:b|strong|code|em|label|span)>){0,4}"
_ASIDE = r"(?:[ ]?\([^()\n]{1,60}\))?"
_WHOSE = (
    r"(?:[ ](?:for|of|on|to|voor|van|für|von|pour|de|del|para|auf|op)"
    r"(?:[ ](?!is\b|was\b|are\b|to\b|ist\b|est\b|has\b)[^\s:=,;]{1,60}+){1,6}?)?"
)
_BECOMES = (
    r"(?:is|was|are|ist|lautet|war|est|es|é|wordt|werd|to|naar|into|auf|zu|als|à|with|"
    r"(?:gereset|reset|gewijzigd|veranderd|aangepast|gezet|changed|set|updated|zurückgesetzt"
    r"|geändert|gesetzt|réinitialisé|changé) (?:naar|to|op|auf|à|en)|gewijzigd in|geändert in|"
    r"(?:changed|gewijzigd|geändert) (?:from|van|von)|"
    r"(?:might|may|should|must|could|can|would|had to) be|"
    r"will be|has been|had been|wurde auf|is nu|is now|ist jetzt|wurde|being)"
    r"(?:\s(?:now|nu|jetzt|currently|still|again|temporarily|maintenant|ahora|just|back|"
    r"set|reset|changed|reverted|gezet|gereset|gewijzigd|gesetzt|geändert|nun|as|to|naar|auf|"
    r"in|op|the|following|als volgt|simply|again)){0,3}"
)
# "user/password: a/b" announces a pair, which has rules of its own.
_PAIRED = re.compile(r"(?i)(?:user(?:name|id)?|login|account|id|name)\s?[/&+]\s?\Z")
# A plain word is a password only where it ends the thought.
_ENDS = re.compile(
    r"""\\?["'`]?(?:[ \t]{0,20}(?:\Z|[\n,;|)\]}<]|\\[nr]|\.(?:\s|\Z)|&amp;|&nbsp;|[\w.-]{1,40}=)"""
    r"""|[ \t]{1,20}-{1,2}\s)"""
)
_SENTENCE_ENDS = re.compile(r"(?:\w[!.]?|[!.])(?:\s{0,3}\Z|\s{0,3}\n|\s{1,3}[A-Z])")
_SETTLES = re.compile(r"(?:[.,;)!]|\s(?:on|for|and|at|then|in|voor|op|en|für|und)\b|\s*\n|\s*\Z)")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A value behind a name, and what is known about both."""

    kind: str
    name: str
    value: str
    quoted: bool
    text: str
    end: int

    @property
    def ends(self) -> bool:
        """Whether nothing follows that would make prose of it."""
        return self.quoted or _ENDS.match(self.text, self.end) is not None


_FITS: dict[str, Callable[[str, bool], bool]] = {
    "password": lambda value, _: len(value) >= 3,
    "pass": lambda value, quoted: is_likely(value) or (quoted and " " not in value),
    "pin": lambda value, _: is_code(value),
    "client_secret": lambda value, _: len(value) >= 6,
    "secret": lambda value, _: is_token(value) or is_strongest(value),
    "token": lambda value, _: is_token(value),
    "api_key": lambda value, _: is_token(value) or (len(value) >= 16 and value.isalnum()),
}
"""What a value must look like behind ``=``, by the group of its name."""


def _assigned(candidate: _Candidate) -> bool:
    """Judge ``name=value``: whatever is not a reference or a word is the secret."""
    value = candidate.value
    prose = candidate.quoted and "phrase" not in candidate.name.lower()
    if candidate.kind in ("password", "pass") and is_weak_password(value):
        return True
    if starts_harmless(value) if prose else is_harmless(value):
        return False
    return _FITS[candidate.kind](value, candidate.quoted)


def _announced(candidate: _Candidate) -> bool:
    """Judge ``name: value``, which may be YAML or the beginning of a sentence."""
    if is_harmless(candidate.value) or not _assigned(candidate):
        return False
    if candidate.kind in ("password", "client_secret"):
        return candidate.ends or is_likely(candidate.value)
    return True


def _below(candidate: _Candidate) -> bool:
    """Judge a value on the line below its name."""
    return _announced(candidate) and (is_strong(candidate.value) or is_token(candidate.value))


def _told(candidate: _Candidate) -> bool:
    """Judge "the password is value" and "the password was reset to value"."""
    value = candidate.value
    match candidate.kind:
        case "pin":
            return is_code(value)
        case "password":
            if candidate.quoted:
                return " " not in value and not is_harmless(value)
            return is_likely(value) or (
                is_code(value) and _SETTLES.match(candidate.text, candidate.end) is not None
            )
        case "pass":
            return is_strong(value)
    return is_token(value) and not candidate.quoted


def _adjacent(candidate: _Candidate) -> bool:
    """Judge a value with nothing but a space between it and its name."""
    value = candidate.value
    match candidate.kind:
        case "pin":
            return is_code(value)
        case "password" | "pass":
            quoted = candidate.quoted and " " not in value and is_likely(value)
            short = candidate.name.lower() in ("pw", "pwd", "ww") and len(value) >= 6
            return quoted or is_strongest(value) or (short and is_strong(value))
    return len(value) >= 16 and is_token(value) and not re.search(r"://|\w=\w", value)


def _farther(candidate: _Candidate) -> bool:
    """Judge a value behind "password for somebody"."""
    return candidate.kind == "password" and is_strongest(candidate.value)


def _word(candidate: _Candidate) -> bool:
    """Judge "the password is monkey." where the sentence ends with the word."""
    value = candidate.value
    return (
        candidate.kind == "password"
        and len(value) >= 4
        and not is_harmless(value)
        and not is_description(value)
        and _SENTENCE_ENDS.match(candidate.text, candidate.end - 1) is not None
    )


def _coded(candidate: _Candidate) -> bool:
    """Judge ``password 7 0822455D0A16`` of network equipment."""
    return candidate.kind != "pin" and len(candidate.value) >= 4


def _in_cell(candidate: _Candidate) -> bool:
    """Judge the neighbouring cell of a table; it may be another heading."""
    return _assigned(candidate) and (is_likely(candidate.value) or is_token(candidate.value))


@dataclass(frozen=True, slots=True)
class _Form:
    """How a value can follow its name, and who judges it there."""

    pattern: re.Pattern[str]
    judge: Callable[[_Candidate], bool]
    needs_tag: bool = False


def _form(source: str, judge: Callable[[_Candidate], bool], needs_tag: bool = False) -> _Form:
    return _Form(re.compile(source, re.IGNORECASE), judge, needs_tag)


# Tried in this order; the first whose judge agrees wins.
_FORMS = (
    _form(
        r"""["']?[^<>\n]{0,120}>(?:\s{0,20}<\w{1,40}>)?(?P<bare>[^<>]{1,400})</""",
        _assigned,
        True,
    ),
    _form(rf"""["'][^<>\n]{{0,80}}?\bvalue\s{{0,2}}=\s{{0,2}}{_VALUE}""", _assigned, True),
    _form(rf"{_CLOSE}\s{{0,2}}=\s{{0,2}}\{{([^{{}}\n]{{4,200}})\}}", _assigned),
    _form(
        rf"{_CLOSE}{_ASIDE}\s{{0,3}}(?:=>|:=|={{1,3}}|\+=)"
        rf"(?:\s{{1,4}}(?![a-z_][\w.-]{{0,40}}=))?{_VALUE}",
        _assigned,
    ),
    _form(rf"\\?[\"']\s{{0,4}}:\s{{0,4}}{_VALUE}", _assigned),
    _form(
        rf"\\?[\"']?\s{{0,3}},?\s{{0,20}}\\?[\"']?value\\?[\"']?\s{{0,2}}[:=]\s{{0,3}}{_VALUE}",
        _assigned,
    ),
    _form(
        rf"{_CLOSE}{_ASIDE}{_WHOSE}{_ASIDE}\s?(?:is|was)?\s?[:：]{_SPACE}{{0,8}}{_VALUE}",
        _announced,
    ),
    _form(rf"{_CLOSE}{_ASIDE}\s{{0,2}}:\s{{0,4}}\n\s{{0,12}}{_VALUE}", _below),
    _form(
        rf"{_CLOSE}\s{{0,3}}(?:</(?:td|th)>\s{{0,20}}<t[dh][^<>]{{0,120}}>|\|{{1,2}})"
        rf"{_SPACE}{{0,8}}{_VALUE}",
        _in_cell,
    ),
    _form(r"[ ][0-9][ ](?P<bare>[^\s]{4,200})", _coded),
    _form(rf"{_CLOSE}{_ASIDE}{_WHOSE}[ \t]{{1,2}}{_BECOMES}{_SPACE}{{1,3}}{_VALUE}", _told),
    _form(
        rf"{_CLOSE}{_WHOSE}[ \t]{{1,2}}(?:is|was|ist|est|es)(?:[ ](?:now|nu|jetzt))?[ ]{_VALUE}",
        _word,
    ),
    _form(rf"{_CLOSE}[ \t]{{1,2}}\(?{_VALUE}", _adjacent),
    _form(rf"{_CLOSE}{_WHOSE}[ \t]{{1,2}}\(?{_VALUE}", _farther),
)


class NamedValues:
    """Finds each name of a secret and judges what follows it."""

    # Before a letter it is part of another word, and at the end it names nothing.
    pattern = re.compile(rf"(?:{SECRET_NAME.pattern})[^a-zA-Z]", SECRET_NAME.flags)

    def find(self, text: str, lowered: str) -> Iterator[Finding]:
        """The values; their names stay. What looks like a name inside a value is none."""
        done = 0
        for name in secret_names(text, lowered):
            end = name_end(text, name)
            if end is None or name.start() < done or _PAIRED.search(text, *_before(name)):
                continue
            found = _behind(text, name, end)
            if found is not None:
                done = found.end
                yield found


def _before(name: re.Match[str]) -> tuple[int, int]:
    return max(0, name.start() - 20), name.start()


def _behind(text: str, name: re.Match[str], end: int) -> Finding | None:
    in_tag = _inside_tag(text, name.start())
    for form in _FORMS:
        match = None if form.needs_tag and not in_tag else form.pattern.match(text, end)
        if match is None or match.lastindex is None:
            continue
        if FILLER in match[match.lastindex]:
            return None  # it is gone already, and what follows it is not a value of this name
        found = _judged(text, name, match, form)
        if found is not None:
            return found
    return None


def _judged(text: str, name: re.Match[str], match: re.Match[str], form: _Form) -> Finding | None:
    group = match.lastindex or 0
    quoted = match.lastgroup != "bare"
    value = match[group] if quoted else trimmed(match[group])
    if not value.strip():
        return None
    kind = name.lastgroup or "password"
    candidate = _Candidate(kind, name[0], value, quoted, text, match.end(group))
    if not form.judge(candidate):
        return None
    start = match.start(group)
    return Finding(start, start + len(value), KIND_OF_GROUP[kind])


def _inside_tag(text: str, position: int) -> bool:
    """Whether the position lies between ``<`` and ``>``."""
    opened = text.rfind("<", max(0, position - 120), position)
    return opened >= 0 and text[opened + 1] != "/" and text.find(">", opened, position) < 0
