"""How long incidents took, by the timestamps of their records."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from assistant.domain.holdout import Arm, Holdout, Place, Unit
from assistant.services.fields.fitted import field_value
from ingest.times import parse_moment
from retrieval.corpus.store import SqlRecordStore
from retrieval.records import Record, RecordKind

RESOLVED = "resolved_at"
"""The end of an incident, where no other field is named."""
_TEAM_FIELD = "assignment_group"


class Span(NamedTuple):
    """A time between two moments: its first belongs to it, its last does not."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Whether it is in it."""
        return (self.since is None or self.since <= moment) and (
            self.until is None or moment < self.until
        )


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident of the comparison; ``minutes`` from its opening to its end, where told."""

    record_id: str
    place: Place
    arm: Arm
    minutes: float | None
    missing: str = ""

    @property
    def log_minutes(self) -> float:
        """Natural logarithm: times are skewed, and effects on them are ratios."""
        return math.log(self.minutes or 1.0)


class Counted(NamedTuple):
    """The incidents of a comparison, and how many are not part of it, by reason."""

    incidents: tuple[Incident, ...]
    left_out: dict[str, int]


def incidents(
    store: SqlRecordStore, holdout: Holdout, span: Span, outcome: str = RESOLVED
) -> Counted:
    """Incidents by the arm of the week in which they were opened, or of their first team.

    That is where they belong, whatever was in truth shown for them (intention to treat). The team
    is that of the first revision that is kept, for later ones may come of what was suggested.
    Nobody's opinion is read. An incident whose end is not told stays with ``minutes`` of
    ``None`` and is counted.
    """
    found: list[Incident] = []
    left_out: Counter[str] = Counter()
    for record in _opened_incidents(store.iter_current(), left_out):
        opened = record.opened_at
        if opened is None or not span.holds(opened):
            continue
        team = _first_team(store, record) if holdout.unit is Unit.TEAM else None
        place = holdout.place([team] if team else [], opened)
        if place is None:
            left_out["outside the comparison"] += 1
            continue
        minutes, missing = _minutes(record, opened, outcome)
        found.append(Incident(record.id, place, holdout.arm_of(place), minutes, missing))
    return Counted(tuple(found), dict(left_out))


def _opened_incidents(records: Iterable[Record], left_out: Counter[str]) -> Iterator[Record]:
    for record in records:
        if record.kind is not RecordKind.INCIDENT:
            continue
        if record.opened_at is None:
            left_out["no opening time"] += 1
        else:
            yield record


def _first_team(store: SqlRecordStore, record: Record) -> str | None:
    return field_value(store.get(record.id, 1) or record, _TEAM_FIELD)


def _minutes(record: Record, opened: datetime, outcome: str) -> tuple[float | None, str]:
    ended = record.resolved_at if outcome == RESOLVED else _moment(record, outcome)
    if ended is None:
        return None, "no end told"
    if ended <= opened:
        return None, "ended before it was opened"
    return max((ended - opened).total_seconds() / 60, 1.0), ""


def _moment(record: Record, name: str) -> datetime | None:
    value = record.fields.get(name)
    if not isinstance(value, str):
        return None
    try:
        return parse_moment(value)
    except ValueError:
        return None
