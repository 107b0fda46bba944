"""Use case: a companion of a draft that its reader may read."""

from assistant.domain.companions import Companion, CompanionKind
from assistant.domain.drafts import Draft
from assistant.services.companions import BUILDERS, Material
from assistant.services.draft_reading import DraftReading
from retrieval.access import Reader
from retrieval.errors import NotFound
from retrieval.ports import RecordStore


class Companions:
    """Makes companions of a revision as it stands, edits of its author included."""

    def __init__(self, reading: DraftReading, store: RecordStore) -> None:
        self._reading = reading
        self._store = store

    def make(
        self, kind: CompanionKind, draft_id: str, reader: Reader, revision: int | None = None
    ) -> tuple[Companion, Draft]:
        """The companion and the revision that it was made of; nothing is stored.

        Raises ``NotFound`` for a draft that the reader may not read.
        """
        draft = self._reading.get(draft_id, reader, revision)
        written_from = {item.record_id: item.revision for item in draft.provenance.evidence}
        incident = self._store.get(draft.record_id, written_from.get(draft.record_id))
        if incident is None:
            raise NotFound(f"The record of {draft_id} is no longer there.")
        return BUILDERS[kind](Material(draft, incident)), draft
