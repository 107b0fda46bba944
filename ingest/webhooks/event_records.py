"""Changes that events tell of → stored records, whatever the order they come in."""

from collections.abc import Iterable, Iterator, Sequence

from ingest.intake import Intake, Origin
from ingest.items import SourceItem
from ingest.webhooks.alert_records import alert_item
from ingest.webhooks.changes import AlertChange, IncidentChange
from ingest.webhooks.incident_records import incident_item
from retrieval.corpus.database import Database
from retrieval.corpus.stored import hold_corpus, stored_items
from retrieval.errors import InvalidInput
from retrieval.records import Record

RecordChange = AlertChange | IncidentChange

# Records per unit of work: whoever wants to write meanwhile, an answer to a sender above all,
# waits for no more than these.
_BATCH = 8
# What cannot become a record fails its delivery, which is kept; no run has it among its rejects.
_NO_RUN = 0


class EventRecords:
    """Stores alerts and incidents by (source, external id).

    What a change makes of a record depends on what is stored, so it is worked out and redacted
    outside of the transaction, and again if somebody else has changed the record meanwhile.
    Taking the same changes in again, in any order, changes nothing.
    """

    def __init__(self, database: Database, intake: Intake) -> None:
        self._database = database
        self._intake = intake

    def take_in(self, source: str, groups: frozenset[str], changes: Iterable[RecordChange]) -> None:
        """Bring the changes into the corpus; ``groups`` may read the records.

        Committed in batches. ``InvalidInput`` names what cannot become a record.
        """
        origin = Origin(source, groups, _NO_RUN)
        for batch in _batches(changes):
            while not self._stored(origin, batch):
                continue

    def _stored(self, origin: Origin, batch: Sequence[RecordChange]) -> bool:
        """Store a batch; false when the records were changed by somebody else meanwhile."""
        keys = [change.key for change in batch]
        with self._database.read() as connection:
            known = stored_items(connection, origin.source, keys)
        items = [_item(change, known.get(change.key)) for change in batch]
        prepared = self._intake.prepare((item for item in items if item is not None), origin)
        for reject in prepared.rejects:
            raise InvalidInput(f"{reject.place} cannot become a record: {reject.reason}.")
        if not prepared.contents:
            return True
        with self._database.write() as connection:
            hold_corpus(connection)
            if _revisions(stored_items(connection, origin.source, keys)) != _revisions(known):
                return False
            self._intake.store(connection, prepared, origin)
        return True


def _item(change: RecordChange, stored: Record | None) -> SourceItem | None:
    if isinstance(change, AlertChange):
        return alert_item(change, stored)
    return incident_item(change, stored)


def _batches(changes: Iterable[RecordChange]) -> Iterator[list[RecordChange]]:
    """The changes in their order, none of a batch of the same record as another one."""
    batch: dict[str, RecordChange] = {}
    for change in changes:
        if change.key in batch or len(batch) == _BATCH:
            yield list(batch.values())
            batch = {}
        batch[change.key] = change
    if batch:
        yield list(batch.values())


def _revisions(known: dict[str, Record]) -> dict[str, int]:
    return {key: record.revision for key, record in known.items()}
