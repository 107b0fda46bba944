"""What a text says of when: dates, times, zones, and distances from another moment."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import NamedTuple

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = "|".join(_MONTHS)
# Hours east of UTC. IST is India's here and BST Britain's: nobody else's operations text that
# we have read uses them.
_ZONES = {
    **dict.fromkeys(("z", "utc", "gmt"), 0.0),
    **dict.fromkeys(("bst", "cet"), 1.0),
    **dict.fromkeys(("cest", "eet"), 2.0),
    **dict.fromkeys(("eest", "msk"), 3.0),
    "ist": 5.5,
    "sgt": 8.0,
    "jst": 9.0,
    "aest": 10.0,
    "aedt": 11.0,
    "edt": -4.0,
    **dict.fromkeys(("est", "cdt"), -5.0),
    **dict.fromkeys(("cst", "mdt"), -6.0),
    **dict.fromkeys(("mst", "pdt"), -7.0),
    "pst": -8.0,
}
# In capitals, as people write them: "10:15 est. 30 users" is an estimate.
_CAPITALS = "|".join(zone.upper() for zone in sorted(_ZONES, key=len, reverse=True))
_ZONE = rf"(?-i:{_CAPITALS}|utc|gmt)"
_ON = (
    rf"(?:(?P<y>\d{{4}})-(?P<m>\d\d)-(?P<d>\d\d)|(?P<d2>\d{{1,2}})/(?P<m2>\d{{1,2}})/(?P<y2>\d{{2,4}})"
    rf"|(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m3>{_MONTH})[a-z]*\.?,?(?: (?P<y3>\d{{4}}))?)"
)
_HALF = r"(?: ?(?P<half>[ap])\.?m\b\.?)?"
_AT = rf"(?P<H>[01]?\d|2[0-3]):(?P<M>[0-5]\d)(?P<S>:[0-5]\d(?:[.,]\d+)?)?(?!\d){_HALF}"
# After a date, 14.43 is a time; alone it is a version or an amount.
_AT_DATE = _AT.replace(":(?P<M>", "[:.](?P<M>")
# "10:15-11:00" is a range: a bare offset is only read behind seconds or an ISO time.
_OFFSET = (
    rf"(?: ?\(?(?P<zone>{_ZONE})\b(?P<shift>[+-]\d{{1,2}}(?![\d:]))?"
    r"| ?(?P<bare>[+-](?:0\d|1[0-4]):?[0-5]\d))?"
)
_MOMENT = re.compile(
    rf"(?<!\d){_ON}(?:(?:(?P<iso>T)|[ ,]+)(?:at )?(?:{_AT_DATE}|(?P<HM>\d{{4}})(?!\d)){_OFFSET})?",
    re.I,
)
_TIME = re.compile(rf"(?<![\d.:+-]){_AT}{_OFFSET}", re.I)
_BEGINS = re.compile(rf"[\[(]?(?:{_ON}|{_AT})", re.I)
_ENDS = re.compile(
    rf"{_ON}(?:[T ]+(?:{_AT_DATE}|\d{{4}}))?(?: ?(?:{_ZONE}))?\W*$",
    re.I,
)
_ON_DAY = re.compile(rf"on (?:the )?{_ON}", re.I)
_DEFAULT_ZONE = re.compile(rf"\btimes?\b(?: \w+){{0,3}} (?P<zone>{_ZONE})\b", re.I)

_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "five": 5, "ten": 10, "twenty": 20}
_NUMBER = r"\d+|" + "|".join(_NUMBERS)
_UNIT = r"(?P<unit>s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?)\b"
# T+15, T+0:15, +15m: since it began. "10 minutes later": since the entry before.
_SINCE_START = re.compile(
    rf"\W{{0,2}}(?:T ?\+ ?|\+(?=\d+ ?[mhs:]))"
    rf"(?:(?P<h>\d+):(?P<min>[0-5]\d)|(?P<n>\d+) ?(?:{_UNIT})?)",
    re.I,
)
_LATER = re.compile(
    rf"\W{{0,2}}(?:about |around |some |after )?(?:(?P<half>half an hour)|(?P<n>{_NUMBER}) {_UNIT})"
    rf"(?P<later> later| after(?:wards| that)?\b)?",
    re.I,
)


class Distance(NamedTuple):
    """A time told by its distance from the beginning of the incident or the entry before."""

    after: timedelta
    of_start: bool


def begins_with_moment(text: str) -> bool:
    """True when a text begins with a date, a time or a distance from one."""
    return bool(_BEGINS.match(text)) or distance(text) is not None


def begins_with_date(text: str) -> bool:
    """True when a text begins with a date or a time."""
    return bool(_BEGINS.match(text))


def ends_with_date(text: str) -> bool:
    """True when a text ends with a date."""
    return bool(_ENDS.search(text))


def tells_of_a_day(text: str) -> bool:
    """True for "On 3 March …"."""
    return bool(_ON_DAY.match(text))


def without_moments(text: str) -> str:
    """The text with its dates left out."""
    return _MOMENT.sub(" ", text)


def zone_of(text: str) -> timezone:
    """The zone that a text declares for all its times ("all times in CET"), else UTC."""
    match = _DEFAULT_ZONE.search(text)
    return _zone(_ZONES[match["zone"].lower()]) if match else UTC


def day_in(text: str, day: date | None) -> date | None:
    """The first date that a text names; ``day`` lends its year to one without."""
    match = _MOMENT.search(text)
    return _date(match, day) if match else None


def has_time(text: str) -> bool:
    """True when the first moment of a text has a time of day."""
    match = _MOMENT.search(text)
    if match is None:
        return bool(_TIME.search(text))
    return bool(match["H"] or match["HM"])


def moment_in(text: str, day: date | None, zone: timezone = UTC) -> datetime | None:
    """The first moment that a text names, in UTC; a time without a date is of ``day``.

    A date without a time is its midnight in UTC. Times are of the zone that they name, else
    of ``zone``. ``None`` where there is none, or it is of no calendar.
    """
    match = _MOMENT.search(text)
    if match is not None:
        on, at = _date(match, day), _time(match)
        if on is None:
            return None
        return datetime.combine(on, time(), UTC) if at is None else _utc(on, at, match, zone)
    match = _TIME.search(text)
    at = _time(match) if match else None
    return _utc(day, at, match, zone) if match and at and day else None


def distance(text: str) -> Distance | None:
    """How long after another moment a text says that something happened."""
    if match := _SINCE_START.match(text):
        if match["h"]:
            return Distance(timedelta(hours=int(match["h"]), minutes=int(match["min"])), True)
        return Distance(_lasting(int(match["n"]), match["unit"] or "m"), True)
    match = _LATER.match(text)
    after = re.match(r"\W{0,2}after ", text, re.I)
    if match is None or not (match["later"] or after):
        return None
    if match["half"]:
        return Distance(timedelta(minutes=30), False)
    number = match["n"].lower()
    return Distance(_lasting(_NUMBERS.get(number) or int(number), match["unit"]), False)


def _lasting(number: int, unit: str) -> timedelta:
    seconds = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}[unit[0].lower()]
    return timedelta(seconds=min(number, 1_000_000) * seconds)


def _date(match: re.Match[str], day: date | None) -> date | None:
    part = match.groupdict()
    try:
        if part["y"]:
            return date(int(part["y"]), int(part["m"]), int(part["d"]))
        if part["y2"]:
            year = int(part["y2"]) + (2000 if len(part["y2"]) == 2 else 0)
            return date(year, int(part["m2"]), int(part["d2"]))
        if part["y3"] or day:
            year = int(part["y3"] or (day.year if day else 0))
            return date(year, _MONTHS.index(part["m3"].lower()) + 1, int(part["d3"]))
    except ValueError:  # 31/02/2026: not a day of any calendar
        return None
    return None


def _time(match: re.Match[str]) -> time | None:
    part = match.groupdict()
    if part.get("H"):
        hour = int(part["H"])
        if part["half"] and hour <= 12:
            hour = hour % 12 + (12 if part["half"].lower() == "p" else 0)
        return time(hour, int(part["M"]))
    digits = part.get("HM")
    if not digits or int(digits[:2]) > 23 or int(digits[2:]) > 59:
        return None
    return time(int(digits[:2]), int(digits[2:]))


def _utc(on: date, at: time, match: re.Match[str], zone: timezone) -> datetime | None:
    part = match.groupdict()
    if part["zone"]:
        zone = _zone(_ZONES[part["zone"].lower()] + int(part["shift"] or 0))
    elif part["bare"] and (part["S"] or part.get("iso")):
        sign = -1 if part["bare"][0] == "-" else 1
        digits = part["bare"][1:].replace(":", "")
        zone = _zone(sign * (int(digits[:2]) + int(digits[2:]) / 60))
    try:
        return datetime.combine(on, at, zone).astimezone(UTC)
    except OverflowError:  # the first or last day of the calendar
        return None


def _zone(hours: float) -> timezone:
    return timezone(timedelta(hours=max(-14.0, min(hours, 14.0))))
