"""Values for the fields of a ticket that close records agree on."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from assistant.domain.incident import IncidentContext
from assistant.domain.triage import SuggestedField
from retrieval.records import Record
from retrieval.searcher import Hit

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
