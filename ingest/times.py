"""Moments as sources write them, and the moment from which a record counts as known."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from retrieval.records import RecordKind

# People write 9:29; ISO 8601 wants 09:29.
_ONE_DIGIT_HOUR = re.compile(r"([T ])(\d):")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")
# Epochs beyond this many seconds are milliseconds: it is the year 5138.
_LATEST_SECONDS = 100_000_000_000


def parse_moment(
    value: str | float | datetime, *, formats: Sequence[str] = (), zone: tzinfo = UTC
) -> datetime:
    """A moment in UTC from ISO 8601, one of ``formats`` (strptime) or a Unix time.

    A value without a zone is taken to be in ``zone``; a date alone is its midnight.
    Raises ``ValueError`` quoting the value.
    """
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, int | float):
        moment = _from_epoch(float(value))
    else:
        moment = _from_text(value.strip(), formats)
    aware = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
    try:
        return aware.astimezone(UTC)
    except OverflowError as exc:
        raise ValueError(f"{value!r} is outside the calendar") from exc


def known_at(
    kind: RecordKind,
    opened_at: datetime | None,
    resolved_at: datetime | None,
    updated_at: datetime | None,
    now: datetime,
) -> datetime:
    """From when the content as it stands counts as known: its latest dated event.

    A closed ticket tells its resolution, so it is known only since it was resolved. A
    change is announced before it begins, so its own start counts, not its end. Without
    any date it is known since now.
    """
    if kind is RecordKind.CHANGE and opened_at is not None:
        return opened_at
    return max((m for m in (opened_at, resolved_at, updated_at) if m is not None), default=now)


def _from_text(text: str, formats: Sequence[str]) -> datetime:
    for pattern in formats:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 — the caller gives the zone
        except ValueError:
            continue
    if _EPOCH.fullmatch(text):
        return _from_epoch(float(text))
    try:
        return datetime.fromisoformat(_ONE_DIGIT_HOUR.sub(r"\g<1>0\2:", text.removesuffix(" UTC")))
    except ValueError as exc:
        raise ValueError(f"{text!r} is not a time; write it as 2026-03-02 14:05") from exc


def _from_epoch(number: float) -> datetime:
    seconds = number / 1000 if abs(number) > _LATEST_SECONDS else number
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as exc:
        raise ValueError(f"{number!r} is not a Unix time") from exc
