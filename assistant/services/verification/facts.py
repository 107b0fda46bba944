"""What must be found in the evidence exactly: quantities, times, dates, names, identifiers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from assistant.services.verification.words import Statement, Word
from retrieval.analysis import identifiers


class FactKind(StrEnum):
    """What sort of exact fact a claim states."""

    QUANTITY = "number"
    TIME = "time"
    DATE = "date"
    NAME = "name"
    IDENTIFIER = "identifier"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact in a form that does not depend on how it was written.

    ``value`` compares equal for ``27m`` and ``27 minutes``; ``text`` is as written at
    ``start`` of the statement's text.
    """

    kind: FactKind
    value: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


_MONTHS = {
    name: number
    for number, names in enumerate(
        """january jan|february feb|march mar|april apr|may|june jun|july jul|august aug
        |september sept sep|october oct|november nov|december dec""".split("|"),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"""
    \b(?P<y>\d{{4}})[-/](?P<m>\d\d)[-/](?P<d>\d\d)(?=\b|T)
  | \b(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\ (?:of\ )?(?P<month2>{_MONTH})\b\.?(?:,?\ (?P<y2>\d{{4}}))?
  | \b(?P<month3>{_MONTH})\.?\ (?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\ (?P<y3>\d{{4}}))?(?!:)
  | \b(?P<d4>\d{{1,2}})/(?P<m4>\d{{1,2}})/(?P<y4>\d{{2,4}})\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TIME = re.compile(
    r"(?<![\d.:])(?:T)?(?P<h>[01]?\d|2[0-3]):(?P<min>[0-5]\d)(?::[0-5]\d(?:[.,]\d+)?)?"
    r"(?:\s?(?P<half>[ap]m)\b)?(?!\d|:\d)|(?<![\d.:])(?P<h2>1[0-2]|[1-9])\s?(?P<half2>[ap]m)\b",
    re.IGNORECASE,
)
_DOTTED_TIME = re.compile(r"(?<![\d.:])(?P<h>[01]\d|2[0-3])\.(?P<min>[0-5]\d)(?![\d.:%])")
_SECONDS = {
    "ms": 0.001, "millisecond": 0.001, "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60,
    "minute": 60, "h": 3600, "hr": 3600, "hour": 3600, "d": 86400, "day": 86400, "week": 604800,
}  # fmt: skip
_DURATION_UNIT = (
    r"(?:ms|s|m|h|d|(?i:milliseconds?|secs?|seconds?|mins?|minutes?|hrs?|hours?|days?|weeks?))"
)
_DURATION = re.compile(
    rf"(?<![\w.:-])\d+(?:\.\d+)?[\s-]?{_DURATION_UNIT}\b"
    rf"(?:,?\s?(?:and\s)?\d+(?:\.\d+)?\s?{_DURATION_UNIT}\b)*"
)
_DURATION_PART = re.compile(rf"(\d+(?:\.\d+)?)[\s-]?({_DURATION_UNIT})\b")
_SIZE = r"(?:[KkMGT]i?(?:[Bb](?:ps|it/s)?)?|bytes?|%|percent|per cent|px|rps|qps|x)"
_PLAIN_NUMBER = (
    r"(?<![\w.:/#-])(?P<sign>[-~]?)(?P<value>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
)
_SIZED = re.compile(rf"{_PLAIN_NUMBER}\s?(?P<unit>{_SIZE})(?!\w)")
_NUMBER = re.compile(rf"{_PLAIN_NUMBER}(?:st|nd|rd|th)?(?![\w:]|\.\d|-\w*\d)")
_RANGE = re.compile(r"(?<=\d)[-–](?=\d+(?![\w.-]))")
_ARTICLE = re.compile(r"\b(?:an?|single)\b", re.IGNORECASE)
_WORDED = {
    word: str(value)
    for value, words in enumerate(
        """zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen
        |fifteen|sixteen|seventeen|eighteen|nineteen|twenty""".split("|")
    )
    for word in words.split()
} | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "ninety": "90",
     "dozen": "12", "twice": "2", "half": "0.5", "both": "2"}  # fmt: skip
_WORDED_NUMBER = re.compile(rf"\b(?:{'|'.join(_WORDED)})\b", re.IGNORECASE)
# "Three hours" is a length of time as "3 h" is; "an hour" may be one, where it is evidence.
_WORDED_DURATION = re.compile(
    rf"\b(?P<count>{'|'.join(_WORDED)}|an?)[ -](?P<unit>seconds?|minutes?|hours?|days?|weeks?)\b",
    re.IGNORECASE,
)
_NAMED_TIME = re.compile(r"\b(?P<name>noon|midday|midnight)\b", re.IGNORECASE)
# "One", "both" and "half" are often no count at all.
_LOOSE = frozenset({"one", "both", "half", "zero", "twice"})


def exact_facts(statement: Statement, *, of_evidence: bool) -> tuple[Fact, ...]:
    """The exact facts of a statement, names included.

    Of evidence, every reading of an ambiguous form is given (``14.43`` is a number and a
    time, ``04/05/26`` two dates); of a claim, only the plain one.
    """
    found: list[Fact] = []
    rest = statement.text
    for pattern, reader in (
        (_DATE, _dates),
        (_TIME, _times),
        (_DURATION, _durations),
        (_SIZED, _numbers),
    ):
        for match in pattern.finditer(rest):
            found.extend(reader(match))
        rest = pattern.sub(_blank, rest)
    rest = _RANGE.sub(" ", rest)
    for match in _WORDED_DURATION.finditer(rest):
        found.extend(_worded_duration(match, of_evidence=of_evidence))
    rest = _WORDED_DURATION.sub(_blank, rest)
    for match in _NAMED_TIME.finditer(rest):
        hour = "00:00" if match["name"].lower() == "midnight" else "12:00"
        found.append(Fact(FactKind.TIME, hour, match.group(), match.start()))
    if of_evidence:
        for match in _DOTTED_TIME.finditer(rest):
            found.extend(_times(match))
    for name in identifiers_in(rest):
        found.append(Fact(FactKind.IDENTIFIER, folded_name(name.text), name.text, name.start))
        rest = rest[: name.start] + " " * len(name.text) + rest[name.start + len(name.text) :]
    for match in _NUMBER.finditer(rest):
        found.extend(_numbers(match))
    found.extend(_worded(rest, of_evidence=of_evidence))
    found.extend(_names(statement, rest))
    return tuple(found)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _dates(match: re.Match[str]) -> Iterator[Fact]:
    part = match.groupdict()
    if part["y"]:
        yield _date(match, part["y"], int(part["m"]), int(part["d"]))
    elif part["month2"]:
        yield _date(match, part["y2"], _MONTHS[part["month2"].lower()], int(part["d2"]))
    elif part["month3"]:
        yield _date(match, part["y3"], _MONTHS[part["month3"].lower()], int(part["d3"]))
    else:
        year = part["y4"] if len(part["y4"]) == 4 else f"20{part['y4'][:2]}"
        first, second = int(part["d4"]), int(part["m4"])
        for day, month in {(first, second), (second, first)}:
            if month <= 12:
                yield _date(match, year, month, day)


def _date(match: re.Match[str], year: str | None, month: int, day: int) -> Fact:
    value = f"{year or '*'}-{month:02}-{day:02}"
    return Fact(FactKind.DATE, value, match.group(), match.start())


def same_date(one: str, other: str) -> bool:
    """True when two dates agree; a date without a year agrees with any year."""
    return one == other or ("*" in one + other and one[-5:] == other[-5:])


def _times(match: re.Match[str]) -> Iterator[Fact]:
    part = match.groupdict()
    hour = int(part["h"] or part.get("h2") or 0)
    half = (part.get("half") or part.get("half2") or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    value = f"{hour:02}:{part['min'] or '00'}"
    yield Fact(FactKind.TIME, value, match.group(), match.start())


def _durations(match: re.Match[str]) -> Iterator[Fact]:
    seconds = 0.0
    for number, unit in _DURATION_PART.findall(match.group()):
        lowered = unit.lower()
        seconds += float(number) * _SECONDS[lowered if lowered in _SECONDS else lowered[:-1]]
    yield Fact(FactKind.QUANTITY, f"{seconds:g} s", match.group(), match.start())


def _worded_duration(match: re.Match[str], *, of_evidence: bool) -> Iterator[Fact]:
    word = match["count"].lower()
    if word in ("a", "an", "both", "half") and not of_evidence:
        return
    unit = match["unit"].lower().removesuffix("s")
    seconds = float(_WORDED.get(word, 1)) * _SECONDS[unit]
    yield Fact(FactKind.QUANTITY, f"{seconds:g} s", match.group(), match.start())


def _numbers(match: re.Match[str]) -> Iterator[Fact]:
    sign = "-" if match["sign"] == "-" else ""
    value = f"{sign}{float(match['value'].replace(',', '')):g}"
    unit = _unit(match.groupdict().get("unit") or "")
    text = match.group().rstrip()
    yield Fact(FactKind.QUANTITY, f"{value} {unit}".strip(), text, match.start())


def _worded(text: str, *, of_evidence: bool) -> Iterator[Fact]:
    for match in _WORDED_NUMBER.finditer(text):
        word = match.group().lower()
        if of_evidence or word not in _LOOSE:
            yield Fact(FactKind.QUANTITY, _WORDED[word], match.group(), match.start())
    if of_evidence and (article := _ARTICLE.search(text)):
        yield Fact(FactKind.QUANTITY, "1", article.group(), article.start())


def same_quantity(claimed: str, found: str) -> bool:
    """True when the evidence has the number, with the unit if the claim names one."""
    if claimed == found or (" " not in claimed and claimed == found.partition(" ")[0]):
        return True
    return _in_full(claimed) == _in_full(found)


def _in_full(value: str) -> str:
    """ "18.5 k" of something is 18,500 of it."""
    number, _, unit = value.partition(" ")
    return f"{float(number) * 1000:g}" if unit == "k" else value


def _unit(unit: str) -> str:
    lowered = unit.casefold()
    if lowered in ("percent", "per cent"):
        return "%"
    # Operations people write 100Gb, 100 GB and 100Gi for one another; 100M is another thing.
    return lowered[:1] if lowered[:1] in "kmgt" else lowered


_COMPOUND = re.compile(r"(?<![\w@])[#@]?[A-Za-z0-9$*][\w$*]*(?:[._\-/:@+][\w$*]+)*\*?(?![\w])")
_HAS_LETTER = re.compile(r"[A-Za-z]")
_LOOKS_LIKE_NAME = re.compile(r"\d|_|[a-z][A-Z]|[A-Za-z][./:@][A-Za-z]|^#|\*")
# A hyphen in these joins plain English, not the name of a thing.
_ENGLISH = frozenset(
    """re non pre post multi self auto high low long short near well on off up down out in cross
    co sub inter intra over under semi so to de anti mid half full part hard soft real time day
    first second third one two three four five follow check log set roll start shut fall fail
    large small early late wide based only read write like related specific driven facing side
    free aware ready level scale""".split()
)


class Named(NamedTuple):
    """A name as written and where it begins."""

    text: str
    start: int


def identifiers_in(text: str) -> Iterator[Named]:
    """Codes, hosts, versions, paths, flags, CamelCase and hyphenated names."""
    wholes = set(identifiers(text))
    for match in _COMPOUND.finditer(text):
        token = match.group().rstrip(".:-/@+")
        if not _HAS_LETTER.search(token) and not token.startswith("#") and token not in wholes:
            continue
        parts = token.lower().split("-")
        hyphened = len(parts) > 1 and not (_ENGLISH & {parts[0], parts[-1]})
        if token in wholes or _LOOKS_LIKE_NAME.search(token) or hyphened:
            yield Named(token, match.start())


def folded_name(text: str) -> str:
    """A name without what people leave out or write otherwise: case, hyphens, a leading v."""
    return _NOT_ALNUM.sub(" ", text.casefold().lstrip("#@")).strip()


# Written large for emphasis or by habit, not because they name something.
_SHOUTED = frozenset(
    """not down up no all and or ok done tbc i a an the new on off in out of to is was were ready
    terminated note warning error info critical high low urgent resolved fixed""".split()
)


def _names(statement: Statement, rest: str) -> Iterator[Fact]:
    """Runs of words that name somebody or something by their capital.

    The first word of a sentence is capital anyway, so it counts only with a second
    capital (``AWS``) or as the beginning of a run (``Cloud Platform``).
    """
    run: list[Word] = []
    for word in (*statement.words, None):
        if word is not None and _is_capital(word) and rest[word.start : word.start + 1].strip():
            run.append(word)
            continue
        if run and (len(run) > 1 or not run[0].opens or _SECOND_CAPITAL.search(run[0].text)):
            text = statement.text[run[0].start : run[-1].start + len(run[-1].text)]
            value = folded_name(_POSSESSIVE.sub("", text))
            yield Fact(FactKind.NAME, value, text, run[0].start)
        run = []


def _is_capital(word: Word) -> bool:
    return word.text[:1].isupper() and word.lower not in _SHOUTED and bool(word.key)


_NOT_ALNUM = re.compile(r"[^a-z0-9]+")
_SECOND_CAPITAL = re.compile(r"^.+[A-Z]")
_POSSESSIVE = re.compile(r"['’]s?$")
