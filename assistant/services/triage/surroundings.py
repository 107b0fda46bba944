"""What surrounds an incident: field values that neighbours agree on, and recent changes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from assistant.domain.triage import IncidentContext, SuggestedField, SuspectedChange
from retrieval.access import RecordFilter
from retrieval.records import Record
from retrieval.searcher import Hit

# A week back: changes are reviewed weekly, and older ones rarely explain a new fault.
CHANGE_WINDOW = timedelta(days=7)
_MAX_CHANGES = 5
_FIELDS = ("category", "priority", "severity", "assignment_group")
# One neighbour is an anecdote; half of the weight is the least that deserves the word
# "suggested".
_MIN_RECORDS = 2
_MIN_SHARE = 0.5


def suggested_fields(context: IncidentContext, hits: Sequence[Hit]) -> tuple[SuggestedField, ...]:
    """Values on which at least two close neighbours and half of their weight agree."""
    close = [hit for hit in hits if hit.is_close]
    found = []
    if not context.services:
        found.append(_vote("service", ((hit, hit.record.services) for hit in close)))
    for name in _FIELDS:
        found.append(_vote(name, ((hit, _values(hit.record, name)) for hit in close)))
    return tuple(suggestion for suggestion in found if suggestion is not None)


def suspected_changes(
    context: IncidentContext,
    by_service: Iterable[Record],
    by_text: Iterable[Hit],
    filter: RecordFilter,
    onset: datetime,
) -> tuple[SuspectedChange, ...]:
    """Readable changes that began within a week before the onset, the latest first."""
    reasons: dict[str, list[str]] = defaultdict(list)
    changes: dict[str, Record] = {}
    for record in by_service:
        changes[record.id] = record
        shared = sorted(context.services & frozenset(record.services))
        reasons[record.id].append(f"Same service: {', '.join(shared)}")
    for hit in by_text:
        if hit.is_close:
            changes[hit.record.id] = hit.record
            reasons[hit.record.id] += [reason.text for reason in hit.why[:2]]
    suspects = [
        SuspectedChange(
            record=record,
            hours_before=round((onset - record.opened_at).total_seconds() / 3600, 1),
            reasons=tuple(dict.fromkeys(reasons[record.id])),
        )
        for record in changes.values()
        if filter.admits(record)
        and record.opened_at is not None
        and onset - CHANGE_WINDOW <= record.opened_at <= onset
    ]
    return tuple(sorted(suspects, key=lambda s: s.hours_before)[:_MAX_CHANGES])


def _vote(name: str, voters: Iterable[tuple[Hit, Sequence[str]]]) -> SuggestedField | None:
    weights: dict[str, float] = defaultdict(float)
    behind: dict[str, list[str]] = defaultdict(list)
    total = 0.0
    for hit, values in voters:
        total += hit.closeness if values else 0.0
        for value in values:
            weights[value] += hit.closeness
            behind[value].append(hit.record.id)
    if not weights or not total:
        return None
    value = max(weights, key=lambda candidate: (weights[candidate], candidate))
    share = weights[value] / total
    if len(behind[value]) < _MIN_RECORDS or share < _MIN_SHARE:
        return None
    return SuggestedField(name, value, round(share, 3), tuple(behind[value]))


def _values(record: Record, name: str) -> tuple[str, ...]:
    value = record.fields.get(name)
    return (value,) if isinstance(value, str) and value.strip() else ()
