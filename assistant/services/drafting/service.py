"""Use case: assemble the evidence, let a writer write, keep the draft."""

from collections.abc import Mapping
from datetime import datetime

from assistant.domain.drafts import Draft, Provenance
from assistant.domain.evidence import EvidencePack, Precedent
from assistant.domain.incident import IncidentContext
from assistant.domain.people import Person
from assistant.services.draft_store import DraftStore
from assistant.services.drafting.ports import Writer
from assistant.services.similar import SimilarIncidents, filter_for
from retrieval.access import Reader
from retrieval.errors import InvalidInput
from retrieval.records import GUIDANCE_KINDS, PRECEDENT_KINDS, Record, RecordKind
from retrieval.searcher import Hit, Query, Searcher

_PRECEDENTS = 5
_GUIDANCE = 3


class DraftingService:
    """Drafts an RCA for a stored record from what its author may read."""

    def __init__(
        self,
        similar: SimilarIncidents,
        searcher: Searcher,
        drafts: DraftStore,
        writers: Mapping[str, Writer],
        default_writer: str,
    ) -> None:
        self._similar = similar
        self._searcher = searcher
        self._drafts = drafts
        self._writers = writers
        self._default = default_writer

    def create(
        self,
        person: Person,
        reader: Reader,
        reference: str,
        writer: str | None = None,
        as_of: datetime | None = None,
    ) -> Draft:
        """Write and keep a new draft for a record; its claims have passed the gate.

        Raises ``NotFound`` for a record that the reader may not read and
        ``InvalidInput`` for a writer that is not configured.
        """
        chosen = self.writer(writer or self._default)
        pack = self.evidence(self._similar.readable(reference, reader), reader, as_of)
        written = chosen.write(pack)
        provenance = Provenance(
            writer=chosen.name,
            evidence=pack.items(),
            prompt=written.prompt,
            model=written.model,
            notes=written.notes,
        )
        return self._drafts.create(person, pack.incident.id, written.body, provenance)

    def writer(self, name: str) -> Writer:
        """The configured writer of that name; ``InvalidInput`` for any other."""
        if name not in self._writers:
            raise InvalidInput(
                f"There is no writer {name!r}. Configured are {', '.join(self._writers)}; "
                "'chat' needs PRECEDENT_CHAT__MODEL."
            )
        return self._writers[name]

    def evidence(self, incident: Record, reader: Reader, as_of: datetime | None) -> EvidencePack:
        """What a writer may use for an incident: what the reader may read, never itself."""
        context = IncidentContext.of_record(incident, as_of)
        return EvidencePack(
            incident=incident,
            precedents=self._close(context, reader, PRECEDENT_KINDS, _PRECEDENTS),
            guidance=self._close(context, reader, GUIDANCE_KINDS, _GUIDANCE),
            as_of=as_of,
        )

    def _close(
        self, context: IncidentContext, reader: Reader, kinds: frozenset[RecordKind], k: int
    ) -> tuple[Precedent, ...]:
        """Only what is close by itself: a distant record in a draft is noise."""
        query = Query(context.text, filter_for(context, reader, kinds), k, context.services)
        return tuple(
            Precedent(record=hit.record, why=_reason(hit), passages=hit.citations)
            for hit in self._searcher.search(query).hits
            if hit.is_close
        )


def _reason(hit: Hit) -> str:
    return "; ".join(reason.text for reason in hit.why)
