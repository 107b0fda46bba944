"""Calendar dates as people write them into tickets."""

import re
from datetime import UTC, datetime

_LONG = """january february march april may june july august september october november
    december""".split()
_MONTHS = {
    short: number
    for number, name in enumerate(_LONG, start=1)
    for short in (name, name[:3], name[:4])
}
_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"""(?ix)
    \b(?P<y1>(?:19|20)\d\d)[-/.](?P<m1>\d{{1,2}})[-/.](?P<d1>\d{{1,2}})(?!\d)          # 2025-11-04
  | \b(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?:\ of)?[ -](?P<m2>{_NAME})\.?,?[ -](?P<y2>(?:19|20)\d\d)\b
  | \b(?P<m3>{_NAME})\.?\ (?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,?\ (?P<y3>(?:19|20)\d\d)\b
    """
)
# A date is told at the start of a ticket; a megabyte of log need not be read for it.
_READ_CHARS = 20_000


def first_date(text: str) -> datetime | None:
    """The first full date that a text gives, at midnight UTC; ``None`` if it gives none.

    Read are ``2025-11-04``, ``4 November 2025``, ``4th of Nov 2025`` and ``November 4, 2025``:
    forms that mean the same on both sides of the Atlantic. A date without a year is not one.
    """
    for match in _DATE.finditer(text[:_READ_CHARS]):
        parts = {name[0]: value for name, value in match.groupdict().items() if value}
        month = parts["m"]
        number = int(month) if month.isdigit() else _MONTHS[month.lower()]
        try:
            return datetime(int(parts["y"]), number, int(parts["d"]), tzinfo=UTC)
        except ValueError:
            # 2025-02-30 is a typing error or no date at all; another may follow.
            continue
    return None
