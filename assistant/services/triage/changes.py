"""Changes shortly before an incident: suspects, never causes."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from assistant.domain.incident import IncidentContext
from assistant.domain.triage import SuspectedChange
from retrieval.access import RecordFilter
from retrieval.records import Record
from retrieval.searcher import Hit

# A week back: changes are reviewed weekly, and older ones rarely explain a new fault.
CHANGE_WINDOW = timedelta(days=7)
_MAX_CHANGES = 5


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
