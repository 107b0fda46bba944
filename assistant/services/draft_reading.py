"""Use case: read a draft. A draft quotes records, so whoever reads it reads them."""

from typing import NamedTuple

from assistant.domain.drafts import Draft
from assistant.services.draft_diff import DraftDiff, diff
from assistant.services.draft_store import DraftStore
from retrieval.access import Reader
from retrieval.errors import NotFound
from retrieval.ports import RecordStore


class Compared(NamedTuple):
    """Two revisions of a draft and what differs from the old to the new."""

    old: Draft
    new: Draft
    diff: DraftDiff


class DraftReading:
    """The one way to a draft for somebody who wants to see it."""

    def __init__(self, drafts: DraftStore, store: RecordStore) -> None:
        self._drafts = drafts
        self._store = store

    def get(self, draft_id: str, reader: Reader, revision: int | None = None) -> Draft:
        """A revision of a draft, by default the current one.

        Every record that it is about or cites must be readable, and so must what is left of
        the evidence that it was written from, which notes, questions and removed claims may
        quote. Each revision is judged by what it cites itself. ``NotFound`` otherwise, with the
        same words as for a draft that does not exist: they name no record.
        """
        wanted = self._found(draft_id, revision)
        if wanted is not None and self._may_read(wanted, reader):
            return wanted
        current = None if revision is None else self._found(draft_id)
        if current is not None and self._may_read(current, reader):
            raise NotFound(
                f"{draft_id} has no revision {revision} that you may read; "
                f"the current one is {current.revision}."
            )
        raise NotFound(
            f"There is no draft {draft_id!r} that you may read. "
            "A draft is gone, too, when a record that it cites was removed at its source."
        )

    def _found(self, draft_id: str, revision: int | None = None) -> Draft | None:
        try:
            return self._drafts.get(draft_id, revision)
        except NotFound:
            return None

    def _may_read(self, draft: Draft, reader: Reader) -> bool:
        cited = _cited(draft)
        records = map(self._store.get, cited)
        if any(record is None or not reader.may_read(record) for record in records):
            return False
        # What was removed at its source since takes no draft away.
        others = {item.record_id for item in draft.provenance.evidence} - cited
        evidence = map(self._store.get, others)
        return all(record is None or reader.may_read(record) for record in evidence)

    def may_read(self, draft_id: str, reader: Reader, revision: int) -> bool:
        """Whether ``get`` would give this revision."""
        try:
            self.get(draft_id, reader, revision)
        except NotFound:
            return False
        return True

    def revisions(self, draft_id: str, reader: Reader) -> list[Draft]:
        """Every revision of a draft whose current one may be read, oldest first.

        Tell no more of them than who wrote them and when: an earlier one may cite what the
        reader may not read.
        """
        self.get(draft_id, reader)
        return self._drafts.revisions(draft_id)

    def compare(
        self, draft_id: str, reader: Reader, old: int | None = None, new: int | None = None
    ) -> Compared:
        """Two revisions that may both be read, by default the current and the one before it."""
        later = self.get(draft_id, reader, new)
        earlier = self.get(draft_id, reader, old or max(later.revision - 1, 1))
        return Compared(earlier, later, diff(earlier.body, later.body))


def _cited(draft: Draft) -> set[str]:
    cited = {citation.record_id for claim in draft.body.claims() for citation in claim.citations}
    return {draft.record_id, *cited}
