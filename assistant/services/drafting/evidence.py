"""Assembles what a draft may rest on, and the same again from what was kept of it."""

from datetime import datetime

from assistant.domain.drafts import EvidenceItem, EvidenceRole, Provenance
from assistant.domain.evidence import EvidencePack, Related
from assistant.domain.incident import IncidentContext
from assistant.services.similar import SimilarIncidents, filter_for
from assistant.services.triage.service import Triage
from retrieval.access import Reader
from retrieval.errors import NotFound
from retrieval.ports import RecordStore
from retrieval.records import GUIDANCE_KINDS, PRECEDENT_KINDS, Record, RecordKind
from retrieval.searcher import Hit, Query, Searcher

_PRECEDENTS = 5
_GUIDANCE = 3
_SUSPECTS = 3
_LINKED_KINDS = frozenset({RecordKind.CHANGE, RecordKind.PROBLEM, RecordKind.ALERT})


class Evidence:
    """Finds the evidence for a record within what a reader may read."""

    def __init__(
        self, similar: SimilarIncidents, store: RecordStore, searcher: Searcher, triage: Triage
    ) -> None:
        self._similar = similar
        self._store = store
        self._searcher = searcher
        self._triage = triage

    def gathered(self, incident: Record, reader: Reader, as_of: datetime | None) -> EvidencePack:
        """The pack for an incident; only what is close by itself, or linked, is in it."""
        context = IncidentContext.of_record(incident, as_of)
        hits = self._close(context, reader, PRECEDENT_KINDS, _PRECEDENTS)
        named = self._similar.linked(context, reader, _LINKED_KINDS)
        linked = {record.id: Related(record, "The incident names it") for record in named}
        suspects: dict[str, Related] = {}
        for suspect in self._triage.suspected_changes(context, reader, hits):
            related = Related(suspect.record, "; ".join(suspect.reasons))
            if suspect.matched_by is not None:
                linked.setdefault(suspect.record.id, related)
            elif suspect.record.id not in linked:
                suspects[suspect.record.id] = related
        return EvidencePack(
            incident=incident,
            # What is linked speaks of this incident itself; it is no precedent of it.
            precedents=tuple(_related(hit) for hit in hits if hit.record.id not in linked),
            guidance=tuple(
                _related(hit) for hit in self._close(context, reader, GUIDANCE_KINDS, _GUIDANCE)
            ),
            linked=tuple(linked.values()),
            suspects=tuple(suspects.values())[:_SUSPECTS],
            as_of=as_of,
        )

    def again(self, provenance: Provenance, reader: Reader) -> EvidencePack:
        """The very pack that a draft was written from.

        Raises ``NotFound`` when a revision of it is no longer there, is not what it was, or may
        not be read: a draft made from less would not be the same.
        """
        by_role: dict[EvidenceRole, list[Related]] = {role: [] for role in EvidenceRole}
        for item in provenance.evidence:
            record = self._kept(item, reader)
            passages = tuple(record.cite(start, end) for start, end in item.spans)
            role = item.role or EvidenceRole.PRECEDENT
            by_role[role].append(Related(record, item.why, passages))
        if not by_role[EvidenceRole.INCIDENT]:
            raise NotFound("The draft is of a version that kept no roles of its evidence.")
        return EvidencePack(
            incident=by_role[EvidenceRole.INCIDENT][0].record,
            precedents=tuple(by_role[EvidenceRole.PRECEDENT]),
            guidance=tuple(by_role[EvidenceRole.GUIDANCE]),
            linked=tuple(by_role[EvidenceRole.LINKED]),
            suspects=tuple(by_role[EvidenceRole.SUSPECT]),
            as_of=provenance.as_of,
        )

    def _kept(self, item: EvidenceItem, reader: Reader) -> Record:
        record = self._store.get(item.record_id, item.revision)
        if record is None or not reader.may_read(record):
            # Not which: somebody who may not read it does not even know of it.
            raise NotFound("A part of the evidence of this draft is no longer there.")
        if record.content_hash() != item.content_hash:
            raise NotFound(f"{item.record_id} revision {item.revision} is not what it was.")
        return record

    def _close(
        self, context: IncidentContext, reader: Reader, kinds: frozenset[RecordKind], k: int
    ) -> tuple[Hit, ...]:
        """Only what is close by itself: a distant record in a draft is noise."""
        query = Query(context.text, filter_for(context, reader, kinds), k, context.services)
        return tuple(hit for hit in self._searcher.search(query).hits if hit.is_close)


def _related(hit: Hit) -> Related:
    return Related(hit.record, "; ".join(reason.text for reason in hit.why), hit.citations)
