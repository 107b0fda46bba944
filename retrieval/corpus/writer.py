"""Writing records: upserts and removals inside the caller's unit of work."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from retrieval.batches import batched
from retrieval.chunking import CHUNKER_VERSION, embed_hash, embedded_text, passages
from retrieval.corpus import tables
from retrieval.corpus.names import key_of
from retrieval.records import Record, RecordContent

# Below SQLite's limit of bound parameters.
_IDS_PER_STATEMENT = 10_000


class Change(StrEnum):
    """What an upsert did."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class _Known(NamedTuple):
    """What is stored of an item, with the hash of what it says now."""

    pk: int
    revision: int
    groups: list[str]
    removed_at: datetime | None
    content_hash: str | None


class CorpusWriter:
    """Writes through one connection; the caller's unit of work commits or rolls back.

    Past revisions are kept, so that a citation made yesterday still resolves. The first
    change moves the corpus version, and every changed record is marked with it. The row of
    the version stays locked until the unit of work ends, so versions are committed in their
    order: an index that has seen one has seen all before it.
    """

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._moved_to: int | None = None

    def digests(self, source: str, external_ids: Iterable[str]) -> dict[str, str]:
        """The stored digest of each of a source's items that is present and not removed."""
        query = select(tables.records.c.external_id, tables.records.c.source_digest).where(
            tables.records.c.source == source,
            tables.records.c.external_id.in_(list(external_ids)),
            tables.records.c.removed_at.is_(None),
        )
        return {row.external_id: row.source_digest for row in self._connection.execute(query)}

    def upsert(self, content: RecordContent, digest: str) -> Change:
        """Insert or revise one record; see :meth:`upsert_many`."""
        return self.upsert_many([(content, digest)])[0]

    def upsert_many(self, entries: Sequence[tuple[RecordContent, str]]) -> list[Change]:
        """Insert or revise records, each with its digest, by (source, external id).

        No two entries may be of the same record. A revision is made only when the content
        differs from the current one; a removed record that comes back keeps its id and
        history. The answers are in the order of the entries.
        """
        by_source: dict[str, list[tuple[RecordContent, str]]] = {}
        for entry in entries:
            by_source.setdefault(entry[0].source, []).append(entry)
        found: dict[tuple[str, str], Change] = {}
        for source, of_source in by_source.items():
            for batch in batched(of_source, _IDS_PER_STATEMENT):
                found |= self._upsert(source, batch)
        return [found[content.source, content.external_id] for content, _ in entries]

    def _upsert(
        self, source: str, batch: Sequence[tuple[RecordContent, str]]
    ) -> dict[tuple[str, str], Change]:
        known = self._known(source, [content.external_id for content, _ in batch])
        fresh = [entry for entry in batch if entry[0].external_id not in known]
        found = {(source, content.external_id): Change.ADDED for content, _ in fresh}
        revised: list[tuple[int, int, RecordContent]] = []
        if fresh:
            pks = self._add(source, fresh)
            revised += [(pks[content.external_id], 1, content) for content, _ in fresh]
        for content, digest in batch:
            row = known.get(content.external_id)
            if row is not None:
                change, revision = self._revise(row, content, digest)
                found[source, content.external_id] = change
                if revision != row.revision:
                    revised.append((row.pk, revision, content))
        self._add_revisions(revised)
        return found

    def _known(self, source: str, external_ids: Sequence[str]) -> dict[str, _Known]:
        """What is stored of the items, removed ones too."""
        query = (
            select(
                tables.records.c.external_id,
                tables.records.c.pk,
                tables.records.c.revision,
                tables.records.c.groups,
                tables.records.c.removed_at,
                tables.revisions.c.content_hash,
            )
            .outerjoin(
                tables.revisions,
                (tables.revisions.c.record_pk == tables.records.c.pk)
                & (tables.revisions.c.revision == tables.records.c.revision),
            )
            .where(
                tables.records.c.source == source,
                tables.records.c.external_id.in_(external_ids),
            )
        )
        return {row[0]: _Known(*row[1:]) for row in self._connection.execute(query)}

    def _revise(self, row: _Known, content: RecordContent, digest: str) -> tuple[Change, int]:
        """Bring the row of a record up to date; what happened, and its revision from now on."""
        same = row.content_hash == content.content_hash()
        groups = sorted(content.groups)
        this = update(tables.records).where(tables.records.c.pk == row.pk)
        if same and groups == row.groups and row.removed_at is None:
            self._connection.execute(this.values(source_digest=digest))
            return Change.UNCHANGED, row.revision
        revision = row.revision if same else row.revision + 1
        values = {
            "source_digest": digest,
            "revision": revision,
            "groups": groups,
            "removed_at": None,
            "changed_in": self._version(),
        }
        if not same:
            values |= {"chunker": CHUNKER_VERSION, "source_key": key_of(content.fields)}
        self._connection.execute(this.values(**values))
        return Change.CHANGED if row.removed_at is None else Change.ADDED, revision

    def rechunk(self, record_pk: int, record: Record) -> None:
        """Cut the current revision of a record anew."""
        self._cut([(record_pk, record.revision, record)])
        self._connection.execute(
            update(tables.records)
            .where(tables.records.c.pk == record_pk)
            .values(chunker=CHUNKER_VERSION, changed_in=self._version())
        )

    def remove(self, source: str, external_ids: Iterable[str]) -> int:
        """Take a source's items out of answers; returns how many were there."""
        here = (tables.records.c.source == source) & tables.records.c.removed_at.is_(None)
        removed = 0
        for ids in batched(external_ids, _IDS_PER_STATEMENT):
            gone = here & tables.records.c.external_id.in_(ids)
            pks = list(self._connection.scalars(select(tables.records.c.pk).where(gone)))
            if pks:
                self._connection.execute(
                    update(tables.records)
                    .where(tables.records.c.pk.in_(pks))
                    .values(removed_at=self._now, changed_in=self._version())
                )
            removed += len(pks)
        return removed

    def present(self, source: str) -> set[str]:
        """External ids of all of a source's items that are not removed."""
        return set(
            self._connection.scalars(
                select(tables.records.c.external_id).where(
                    tables.records.c.source == source, tables.records.c.removed_at.is_(None)
                )
            )
        )

    def _version(self) -> int:
        """The corpus version that this unit of work makes."""
        if self._moved_to is None:
            state = tables.corpus_state
            moved = update(state).values(version=state.c.version + 1).returning(state.c.version)
            version = self._connection.scalar(moved)
            if version is None:
                self._connection.execute(insert(state).values(only_row=1, version=1))
                version = 1
            self._moved_to = version
        return self._moved_to

    def _add(self, source: str, fresh: Sequence[tuple[RecordContent, str]]) -> dict[str, int]:
        """Insert the rows of new records; their keys by external id."""
        ids = [content.external_id for content, _ in fresh]
        # First, because it holds other writers off: none may take a name between look and use.
        version = self._version()
        taken = set(
            self._connection.scalars(
                select(tables.records.c.id).where(tables.records.c.id.in_(ids))
            )
        )
        self._connection.execute(
            insert(tables.records),
            [
                {
                    "id": f"{source}:{content.external_id}"
                    if content.external_id in taken
                    else content.external_id,
                    "source": source,
                    "external_id": content.external_id,
                    "revision": 1,
                    "source_digest": digest,
                    "groups": sorted(content.groups),
                    "changed_in": version,
                    "chunker": CHUNKER_VERSION,
                    "source_key": key_of(content.fields),
                }
                for content, digest in fresh
            ],
        )
        query = select(tables.records.c.external_id, tables.records.c.pk).where(
            tables.records.c.source == source, tables.records.c.external_id.in_(ids)
        )
        return {row.external_id: row.pk for row in self._connection.execute(query)}

    def _add_revisions(self, revised: Sequence[tuple[int, int, RecordContent]]) -> None:
        if not revised:
            return
        rows = [
            {"record_pk": record_pk, "revision": revision, **_said(content), "stored_at": self._now}
            for record_pk, revision, content in revised
        ]
        self._connection.execute(insert(tables.revisions), rows)
        self._cut(revised)

    def _cut(self, revised: Sequence[tuple[int, int, RecordContent]]) -> None:
        """Write the passages of current revisions; only those are searched."""
        pks = [record_pk for record_pk, _, _ in revised]
        self._connection.execute(
            delete(tables.passages).where(tables.passages.c.record_pk.in_(pks))
        )
        self._connection.execute(
            insert(tables.passages),
            [row for each in revised for row in _passage_rows(*each)],
        )


def _said(content: RecordContent) -> dict[str, object]:
    return {
        "kind": str(content.kind),
        "title": content.title,
        "text": content.text,
        "fields": dict(content.fields),
        "sections": [[str(s.kind), s.heading, s.start, s.end] for s in content.sections],
        "services": list(content.services),
        "url": content.url,
        "opened_at": content.opened_at,
        "resolved_at": content.resolved_at,
        "known_at": content.known_at,
        "content_hash": content.content_hash(),
    }


def _passage_rows(
    record_pk: int, revision: int, content: RecordContent
) -> Iterator[dict[str, object]]:
    for passage in passages(content):
        body = content.text[passage.start : passage.end]
        yield {
            "record_pk": record_pk,
            "revision": revision,
            "ordinal": passage.ordinal,
            "start": passage.start,
            "end": passage.end,
            "kind": str(passage.kind),
            "heading": passage.heading,
            "embed_hash": embed_hash(embedded_text(content.title, passage.heading, body)),
        }
