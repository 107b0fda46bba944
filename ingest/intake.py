"""Source items → stored records: what every way into the corpus has in common.

Two halves, because what takes time must not happen inside a transaction: ``prepare`` skips
what is known already, redacts and normalises; ``store`` writes inside the caller's unit of
work, beside whatever else has to be committed with the records.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from pydantic import JsonValue
from sqlalchemy import Connection

from ingest.items import Reject, SourceItem
from ingest.normalise import NORMALISE_VERSION, record_content
from ingest.redaction import REDACTION_VERSION, Redacted, Redactor
from ingest.runs import RunJournal
from retrieval.chunking import CHUNKER_VERSION
from retrieval.corpus.database import Database
from retrieval.corpus.writer import Change, CorpusWriter
from retrieval.records import RecordContent, sha256_of_json

_EXCERPT_CHARS = 200
# Labels, not sentences; and how many of them are kept.
_SHORT, _KEPT = 60, 4_096


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


class Intake:
    """Brings items into the corpus; an item whose digest is known costs next to nothing."""

    def __init__(
        self, database: Database, redactor: Redactor, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._redactor = redactor
        self._clock = clock
        self._journal = RunJournal(database)
        # States, priorities, groups, services: a few values make up most fields of all tickets.
        self._redact_short = lru_cache(maxsize=_KEPT)(redactor.redact)

    def prepare(self, entries: Iterable[SourceItem | Reject], origin: Origin) -> Prepared:
        """Everything that needs no transaction. Of items with one id the last counts."""
        prepared = Prepared()
        items: dict[str, SourceItem] = {}
        for entry in entries:
            if isinstance(entry, SourceItem):
                items[entry.external_id] = entry
            else:
                prepared.rejects.append(self._without_secrets(entry))
        digests = {name: _digest(item, origin.groups) for name, item in items.items()}
        with self._database.read() as connection:
            stored = CorpusWriter(connection, self._clock()).digests(origin.source, digests)
        for name, item in items.items():
            if stored.get(name) == digests[name]:
                prepared.unchanged += 1
                continue
            prepared.remarks += [f"{item.place}: {remark}" for remark in item.remarks]
            try:
                prepared.contents.append((self._content(item, origin, prepared), digests[name]))
            except ValueError as exc:
                reject = Reject(item.place, str(exc), name, item.text[:_EXCERPT_CHARS])
                prepared.rejects.append(self._without_secrets(reject))
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

    def _without_secrets(self, reject: Reject) -> Reject:
        return replace(reject, excerpt=self._redactor.redact(reject.excerpt).text)

    def _redact(self, text: str) -> Redacted:
        return self._redact_short(text) if len(text) <= _SHORT else self._redactor.redact(text)

    def _content(self, item: SourceItem, origin: Origin, prepared: Prepared) -> RecordContent:
        redacted = _Redaction(self._redact)
        clean = replace(
            item,
            title=redacted.text(item.title),
            text=redacted.text(item.text),
            url=redacted.text(item.url),
            fields={name: redacted.value(value) for name, value in item.fields.items()},
        )
        prepared.redactions += redacted.count
        return record_content(
            clean, source=origin.source, default_groups=origin.groups, now=self._clock()
        )


class _Redaction:
    """Redacts the parts of one item and counts."""

    def __init__(self, redact: Callable[[str], Redacted]) -> None:
        self._redact = redact
        self.count = 0

    def text(self, text: str) -> str:
        redacted = self._redact(text)
        self.count += len(redacted.redactions)
        return redacted.text

    def value(self, value: JsonValue) -> JsonValue:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(entry) for entry in value]
        if isinstance(value, dict):
            return {name: self.value(entry) for name, entry in value.items()}
        return value


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
