"""Past incidents as questions, with the causes that were recorded as their answers."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from assistant.domain.incident import IncidentContext
from assistant.domain.triage import CauseKind
from assistant.services.triage.opening import as_opened
from assistant.services.triage.stated_causes import recorded_causes
from retrieval.links import linked_records
from retrieval.records import PRECEDENT_KINDS, Record, RecordKind

# Whose causes also explain the incidents that they are linked with.
_EXPLAINING = frozenset({RecordKind.PROBLEM, RecordKind.RCA})


@dataclass(frozen=True, slots=True)
class PastIncident:
    """An incident of the past.

    ``causes`` are what its own record and those that explain it say; ``linked`` are the ids of
    all records that it is linked with. ``stated`` are the causes that are told as such, not only
    by what was done about them.
    """

    record: Record
    causes: tuple[str, ...]
    linked: frozenset[str]
    stated: tuple[str, ...] = ()

    def question(self, left_out: frozenset[str] = frozenset()) -> IncidentContext:
        """What could have been asked when it was opened, and nothing that came later."""
        record = self.record
        context = IncidentContext.of_text(as_opened(record), record.opened_at)
        return replace(
            context,
            record_id=record.id,
            services=frozenset(record.services),
            opened_at=record.opened_at,
            left_out=left_out,
        )


def past_incidents(records: Iterable[Record]) -> tuple[PastIncident, ...]:
    """Dated incidents with a recorded cause, oldest first."""
    return tuple(past for past in dated_incidents(records) if past.causes)


def dated_incidents(records: Iterable[Record]) -> tuple[PastIncident, ...]:
    """Dated incidents, also those of which no cause is recorded, oldest first.

    A problem or RCA that is linked with an incident is its explanation, not a question of its
    own; one that stands alone is what is known of an incident.
    """
    stored = {record.id: record for record in records}
    links = linked_records(stored.values())
    found = []
    for record in stored.values():
        linked = links.get(record.id, frozenset())
        explains = any(stored[other].kind is RecordKind.INCIDENT for other in linked)
        if record.kind not in PRECEDENT_KINDS or record.opened_at is None:
            continue
        if record.kind in _EXPLAINING and explains:
            continue
        told = list(recorded_causes(record))
        for other in sorted(linked):
            if stored[other].kind in _EXPLAINING:
                told += recorded_causes(stored[other])
        causes = tuple(dict.fromkeys(said.text for said in told))
        stated = dict.fromkeys(said.text for said in told if said.kind is not CauseKind.FIX)
        found.append(PastIncident(record, causes, linked, tuple(stated)))
    return tuple(sorted(found, key=lambda past: (past.record.opened_at, past.record.id)))
