"""Source items → stored records: what every way into the corpus has in common.

Two halves, because what takes time must not happen inside a transaction: ``prepare`` skips
what is known already, redacts and normalises; ``store`` writes inside the caller's unit of
work, beside whatever else has to be committed with the records.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from sqlalchemy import Connection

from ingest.cleaning import Cleaned, Cleaner, Order
from ingest.cleaning_process import CleaningProcess
from ingest.items import Reject, SourceItem
from ingest.normalise import NORMALISE_VERSION
from ingest.redaction import REDACTION_VERSION, Redactor
from ingest.runs import RunJournal
from retrieval.chunking import CHUNKER_VERSION
from retrieval.corpus.database import Database
from retrieval.corpus.writer import Change, CorpusWriter
from retrieval.records import RecordContent, sha256_of_json


@dataclass(frozen=True, slots=True)
class Origin:
    """Where items come from: the source's name, who may read what names no reader, the run."""

    source: str
    groups: frozenset[str]
    run: int


@dataclass(slots=True)
class Prepared:
    """Items that are ready to be stored. ``ids`` are those of all that was read, rejects too."""

    contents: list[tuple[RecordContent, str]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)
    unchanged: int = 0
    redactions: int = 0


class Stored(NamedTuple):
    """What storing did, by number of records."""

    added: int
    changed: int
    unchanged: int


class Cleans(Protocol):
    """Redacts and normalises, in this process or in another."""

    def clean(self, order: Order) -> Cleaned:
        """See ``Cleaner.clean``."""


class Intake:
    """Brings items into the corpus; an item whose digest is known costs next to nothing."""

    def __init__(
        self, database: Database, redactor: Redactor, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = RunJournal(database)
        self._policy = redactor.policy
        self.cleaner = Cleaner(redactor)

    def process(self) -> CleaningProcess:
        """A process that cleans as this intake does."""
        return CleaningProcess(self._policy, self.cleaner)

    def prepare(
        self, entries: Iterable[SourceItem | Reject], origin: Origin, cleans: Cleans | None = None
    ) -> Prepared:
        """Everything that needs no transaction. Of items with one id the last counts.

        ``cleans`` does the part of it that only computes, if not this process.
        """
        prepared = Prepared()
        items: dict[str, SourceItem] = {}
        for entry in entries:
            if isinstance(entry, SourceItem):
                items[entry.external_id] = entry
            else:
                prepared.rejects.append(self.cleaner.without_secrets(entry))
        digests = {name: _digest(item, origin.groups) for name, item in items.items()}
        with self._database.read() as connection:
            stored = CorpusWriter(connection, self._clock()).digests(origin.source, digests)
        new = [item for name, item in items.items() if stored.get(name) != digests[name]]
        prepared.unchanged = len(items) - len(new)
        prepared.remarks += [f"{item.place}: {each}" for item in new for each in item.remarks]
        order = Order(new, origin.source, origin.groups, self._clock())
        cleaned = (cleans or self.cleaner).clean(order) if new else Cleaned()
        prepared.contents += [(each, digests[each.external_id]) for each in cleaned.contents]
        prepared.rejects += cleaned.rejects
        prepared.redactions = cleaned.redactions
        prepared.ids.update(items)
        prepared.ids.update(r.external_id for r in prepared.rejects if r.external_id is not None)
        return prepared

    def store(self, connection: Connection, prepared: Prepared, origin: Origin) -> Stored:
        """Write records and rejects; the caller's unit of work commits or rolls back."""
        now = self._clock()
        changes = CorpusWriter(connection, now).upsert_many(prepared.contents)
        for reject in prepared.rejects:
            self._journal.keep(connection, origin.run, reject, now)
        return Stored(
            changes.count(Change.ADDED),
            changes.count(Change.CHANGED),
            changes.count(Change.UNCHANGED) + prepared.unchanged,
        )


def _digest(item: SourceItem, default_groups: frozenset[str]) -> str:
    """Changes with the item and with anything of ours that shapes the record."""
    groups = default_groups if item.groups is None else item.groups
    # Where it was read says nothing about what it is, and who may read it stands apart.
    parts = {
        "place": "",
        "external_id": item.external_id,
        "kind": item.kind,
        "title": item.title,
        "text": item.text,
        "fields": dict(item.fields),
        "services": item.services,
        "groups": None,
        "url": item.url,
        "opened_at": item.opened_at,
        "resolved_at": item.resolved_at,
        "updated_at": item.updated_at,
        "remarks": item.remarks,
    }
    versions = [REDACTION_VERSION, NORMALISE_VERSION, CHUNKER_VERSION]
    digest: str = sha256_of_json([parts, sorted(groups), versions])
    return digest
