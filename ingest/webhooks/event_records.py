"""Changes that events tell of → stored records, whatever the order they come in."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from ingest.items import SourceItem
from ingest.normalise import record_content
from ingest.redaction import Redactor
from ingest.redaction.remembering import RememberingRedactor
from ingest.webhooks.alert_records import alert_item
from ingest.webhooks.changes import AlertChange, IncidentChange
from ingest.webhooks.incident_records import incident_item
from retrieval.corpus.database import Database
from retrieval.corpus.stored import hold_corpus, stored_items
from retrieval.corpus.writer import CorpusWriter
from retrieval.errors import InvalidInput
from retrieval.records import Record, RecordContent

RecordChange = AlertChange | IncidentChange

# Records per unit of work: whoever wants to write meanwhile, an answer to a sender above all,
# waits for no more than these.
_BATCH = 25


class EventRecords:
    """Stores alerts and incidents by (source, external id).

    What a change makes of a record depends on what is stored, so it is worked out and redacted
    outside of the transaction, and again if somebody else has changed the record meanwhile.
    Taking the same changes in again, in any order, changes nothing.
    """

    def __init__(
        self, database: Database, redactor: Redactor, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._redactor = redactor
        self._clock = clock

    def take_in(self, source: str, groups: frozenset[str], changes: Iterable[RecordChange]) -> None:
        """Bring the changes into the corpus; ``groups`` may read the records.

        Committed in batches. ``InvalidInput`` names what cannot become a record.
        """
        clean = RememberingRedactor(self._redactor)
        for batch in _batches(changes):
            while not self._stored(source, groups, batch, clean):
                continue

    def _stored(
        self,
        source: str,
        groups: frozenset[str],
        batch: Sequence[RecordChange],
        clean: RememberingRedactor,
    ) -> bool:
        """Store a batch; false when the records were changed by somebody else meanwhile."""
        keys = [change.key for change in batch]
        with self._database.read() as connection:
            known = stored_items(connection, source, keys)
        items = [_item(change, known.get(change.key)) for change in batch]
        contents = [
            self._content(_redacted(item, clean), source, groups)
            for item in items
            if item is not None
        ]
        if not contents:
            return True
        with self._database.write() as connection:
            hold_corpus(connection)
            if _revisions(stored_items(connection, source, keys)) != _revisions(known):
                return False
            writer = CorpusWriter(connection, self._clock())
            for content in contents:
                writer.upsert(content, content.content_hash())
        return True

    def _content(self, item: SourceItem, source: str, groups: frozenset[str]) -> RecordContent:
        try:
            return record_content(item, source=source, default_groups=groups, now=self._clock())
        except ValueError as exc:
            raise InvalidInput(f"{item.place} cannot become a record: {exc}.") from exc


def _item(change: RecordChange, stored: Record | None) -> SourceItem | None:
    if isinstance(change, AlertChange):
        return alert_item(change, stored)
    return incident_item(change, stored)


def _redacted(item: SourceItem, clean: RememberingRedactor) -> SourceItem:
    return replace(
        item,
        title=clean.text(item.title),
        text=clean.text(item.text),
        url=clean.text(item.url),
        fields=clean.object(item.fields),
    )


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
