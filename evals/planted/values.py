"""Errors of value: one number, time, date, duration or name is exchanged for a likely other."""

import random
import re
from collections.abc import Iterator, Sequence

from evals.planted.cases import Variant
from evals.planted.sources import Names, Source
from evals.planted.wording import COUNTS, DAYS, MONTHS

_UNITS = r"milliseconds?|ms|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|m|h|s|d"
_DURATION = re.compile(
    rf"(?<![\w.:/#-])(?P<value>\d+(?:\.\d+)?)(?P<gap>[ -]?)(?P<unit>{_UNITS})\b"
    r"(?![/:=-]| (?:20\d\d|paris|UTC|of \w+ 20))"
)
# Not part of a name, a version, a date, a time, a length of time or a ticket number.
_NUMBER = re.compile(
    rf"(?<![\w.:/#%,@=+-])(?<!\bPR )(?<!rfc )(?P<value>\d{{1,3}}(?:,\d{{3}})+|\d{{1,6}})"
    rf"(?![\w:/-]|[.,]\d|[ -]?(?:{_UNITS})\b| ?(?:of )?(?:{'|'.join(MONTHS)})|(?:st|nd|rd|th)\b)"
    r"(?P<unit> ?(?:%|Gi?B?|Mi?B?|TB|kB)(?!\w))?"
)
_IN_DATE = re.compile(
    rf"(?:\b(?:{'|'.join(month[:3] for month in MONTHS)})\w*\.?|\bon|\bin|\bRFC|\bTLS|\bversion) $",
    re.IGNORECASE,
)
_WORDED = re.compile(rf"\b({'|'.join(COUNTS[2:])})\b(?! (?:by one|of a kind))", re.IGNORECASE)
_CLOCK = re.compile(r"(?<![\d:.])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])")
_DATE = re.compile(r"(?<!\d)(20\d\d)-(0[1-9]|1[0-2])-(\d\d)(?!\d)")
_SPELLED = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)})\b")
_DAY = re.compile(rf"\b({'|'.join(DAYS)})\b")


def _with(claim: str, match: re.Match[str], other: str) -> str:
    return claim[: match.start()] + other + claim[match.end() :]


def _has_number(text: str, number: str) -> bool:
    """The digits or the word stand somewhere by themselves."""
    plain = number.replace(",", "")
    words = [COUNTS[int(plain)]] if plain.isdigit() and int(plain) < len(COUNTS) else []
    shapes = "|".join(re.escape(shape) for shape in {plain, f"{int(plain):,}", *words})
    return bool(re.search(rf"(?<![\d.])(?:{shapes})(?!\d)", text, re.IGNORECASE))


def numbers(claim: str, source: Source, _names: Names, pick: random.Random) -> Iterator[Variant]:
    """Another count, size or share, near the true one or with its digits moved."""
    for match in _NUMBER.finditer(claim):
        if _IN_DATE.search(claim[: match.start()]):
            continue
        value = int(match["value"].replace(",", ""))
        if 1990 <= value <= 2040:
            continue
        near = [value + 1, value + 2, value * 10, value * 2, max(value - 1, 1), value + 5]
        free = [
            each for each in near if each != value and not _has_number(source.evidence, str(each))
        ]
        if free:
            other = pick.choice(free)
            said = f"{other:,}" if "," in match["value"] else str(other)
            yield Variant(_with(claim, match, said + (match["unit"] or "")), "number")
    for match in _WORDED.finditer(claim):
        value = COUNTS.index(match[1].lower())
        near = [value + 1, value + 2, value + 3, max(value - 1, 2)]
        free = [
            each
            for each in near
            if each not in (value, len(COUNTS))
            and each < len(COUNTS)
            and not _has_number(source.evidence, str(each))
        ]
        if free:
            word = COUNTS[pick.choice(free)]
            yield Variant(
                _with(claim, match, word.capitalize() if match[1][0].isupper() else word), "count"
            )


def times(claim: str, source: Source, _names: Names, pick: random.Random) -> Iterator[Variant]:
    """Another time of the day, date or day of the week, near the true one."""
    for match in _CLOCK.finditer(claim):
        minutes = int(match[1]) * 60 + int(match[2])
        moved = [(minutes + step) % 1440 for step in (-60, -15, -7, 5, 10, 30, 60, 120)]
        if len(set(match[2])) == 2:
            moved.append(int(match[1]) * 60 + int(match[2][::-1]) % 60)
        unused = [t for t in moved if t != minutes and not _has_time(source.evidence, t)]
        if unused:
            hour, minute = divmod(pick.choice(unused), 60)
            yield Variant(_with(claim, match, f"{hour:02}:{minute:02}"), "time")
    for match in _DATE.finditer(claim):
        day, month = int(match[3]), int(match[2])
        dates = [(month, day % 27 + 1), (month % 12 + 1, min(day, 28)), (month, (day + 6) % 27 + 1)]
        free = [
            f"{match[1]}-{m:02}-{d:02}" for m, d in dates if not _has_day(source.evidence, m, d)
        ]
        if free:
            yield Variant(_with(claim, match, pick.choice(free)), "date")
    for match in _SPELLED.finditer(claim):
        day, month = int(match[1]), MONTHS.index(match[2]) + 1
        dates = [(month, day % 27 + 1), (month % 12 + 1, min(day, 28))]
        free = [f"{d} {MONTHS[m - 1]}" for m, d in dates if not _has_day(source.evidence, m, d)]
        if free:
            yield Variant(_with(claim, match, pick.choice(free)), "date")
    for match in _DAY.finditer(claim):
        if others := [day for day in DAYS if day[:3].lower() not in source.evidence.lower()]:
            yield Variant(_with(claim, match, pick.choice(others)), "day of the week")


def _has_time(text: str, minutes: int) -> bool:
    hour, minute = divmod(minutes, 60)
    halves = rf"|0?{hour % 12 or 12}[:.]{minute:02}"
    return bool(re.search(rf"(?<!\d)(?:0?{hour}[:.]{minute:02}{halves})(?!\d)", text))


def _has_day(text: str, month: int, day: int) -> bool:
    name = MONTHS[month - 1]
    shapes = rf"-{month:02}-{day:02}|\b{day}(?:st|nd|rd|th)? {name[:3]}|{name[:3]}\w* {day}\b"
    return bool(re.search(shapes, text))


def durations(claim: str, source: Source, _names: Names, pick: random.Random) -> Iterator[Variant]:
    """Another length of time: another count of the unit, or the count in another unit."""
    for match in _DURATION.finditer(claim):
        if match["gap"] == "" and match["unit"] in "msd" and len(match["value"]) > 3:
            continue
        value = float(match["value"])
        near = [value + 1, value * 2, value + 5, value * 10, max(value - 1, 1)]
        free = [v for v in near if v != value and not _has_number(source.evidence, f"{v:.0f}")]
        if free:
            said = f"{pick.choice(free):.0f}{match['gap']}{match['unit']}"
            yield Variant(_with(claim, match, said), "duration")
        if match["unit"] in _OTHER_UNIT:
            said = f"{match['value']}{match['gap']}{_OTHER_UNIT[match['unit']]}"
            if said not in source.evidence:
                yield Variant(_with(claim, match, said), "unit of time")


_OTHER_UNIT = {
    "minutes": "hours", "minute": "hour", "mins": "hours", "min": "hours", "hours": "minutes",
    "hour": "minute", "seconds": "minutes", "days": "weeks", "day": "hour", "weeks": "days",
    "ms": "s", "h": "min",
}  # fmt: skip
_VERSION = re.compile(
    r"(?<![\w./:-])v?\d+(?:\.\d+){1,3}(?![\w:%-]|\.\w| ?(?:GB|TB|MB|%|ms|s\b|hours))"
)


def services(claim: str, source: Source, names: Names, pick: random.Random) -> Iterator[Variant]:
    """Another host, product, service or version of the same corpus."""
    for shape, known in (
        ("host", names.hosts),
        ("product", names.products),
        ("service", names.services),
    ):
        for name in known:
            match = re.search(rf"(?<![\w./@-]){re.escape(name)}(?![\w/@-]|\.\w)", claim)
            others = _strangers(name, known, source.evidence) if match else []
            if match and others:
                yield Variant(_with(claim, match, pick.choice(others)), shape)
    for match in _VERSION.finditer(claim):
        head, _, last = match[0].rpartition(".")
        other = f"{head}.{int(last) + pick.choice((1, 2, 4))}"
        if other not in source.evidence and not re.search(
            r"\b(?:by|to|at) $", claim[: match.start()]
        ):
            yield Variant(_with(claim, match, other), "version")


def _strangers(name: str, known: Sequence[str], evidence: str) -> list[str]:
    """Names of the same shape of which the evidence has no part; the most similar first ten."""
    folded = evidence.casefold()
    parts = set(re.findall(r"[a-z0-9]+", name.casefold()))

    def distance(other: str) -> tuple[int, str]:
        return -len(parts & set(re.findall(r"[a-z0-9]+", other.casefold()))), other

    strange = [
        other
        for other in known
        if other.casefold() not in folded
        and other.casefold() not in name.casefold()
        and name.casefold() not in other.casefold()
    ]
    return sorted(strange, key=distance)[:10]
