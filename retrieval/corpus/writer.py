"""Writing records: upserts and removals inside the caller's unit of work."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select, update

from retrieval.batches import batched
from retrieval.chunking import CHUNKER_VERSION, embed_hash, embedded_text, passages
from retrieval.corpus import tables
from retrieval.records import Record, RecordContent

# Below SQLite's limit of bound parameters.
_IDS_PER_STATEMENT = 10_000


class Change(StrEnum):
    """What an upsert did."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


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
        """Insert or revise one record by (source, external id).

        A revision is made only when the content differs from the current one; a
        removed record that comes back keeps its id and history.
        """
        row = self._connection.execute(
            select(tables.records).where(
                tables.records.c.source == content.source,
                tables.records.c.external_id == content.external_id,
            )
        ).first()
        if row is None:
            self._add(content, digest)
            return Change.ADDED
        same = self._current_hash(row.pk, row.revision) == content.content_hash()
        groups = sorted(content.groups)
        this = update(tables.records).where(tables.records.c.pk == row.pk)
        if same and groups == row.groups and row.removed_at is None:
            self._connection.execute(this.values(source_digest=digest))
            return Change.UNCHANGED
        revision = row.revision if same else row.revision + 1
        self._connection.execute(
            this.values(
                source_digest=digest,
                revision=revision,
                groups=groups,
                removed_at=None,
                changed_in=self._version(),
            )
        )
        if not same:
            self._add_revision(row.pk, revision, content)
            self._connection.execute(this.values(chunker=CHUNKER_VERSION))
        return Change.ADDED if row.removed_at is not None else Change.CHANGED

    def rechunk(self, record_pk: int, record: Record) -> None:
        """Cut the current revision of a record anew."""
        self._cut(record_pk, record.revision, record)
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

    def _add(self, content: RecordContent, digest: str) -> None:
        record_id = content.external_id
        taken = self._connection.scalar(
            select(tables.records.c.pk).where(tables.records.c.id == record_id)
        )
        if taken is not None:
            record_id = f"{content.source}:{content.external_id}"
        pk = self._connection.execute(
            insert(tables.records)
            .values(
                id=record_id,
                source=content.source,
                external_id=content.external_id,
                revision=1,
                source_digest=digest,
                groups=sorted(content.groups),
                changed_in=self._version(),
                chunker=CHUNKER_VERSION,
            )
            .returning(tables.records.c.pk)
        ).scalar_one()
        self._add_revision(pk, 1, content)

    def _add_revision(self, record_pk: int, revision: int, content: RecordContent) -> None:
        self._connection.execute(
            insert(tables.revisions).values(
                record_pk=record_pk,
                revision=revision,
                kind=str(content.kind),
                title=content.title,
                text=content.text,
                fields=dict(content.fields),
                sections=[[str(s.kind), s.heading, s.start, s.end] for s in content.sections],
                services=list(content.services),
                url=content.url,
                opened_at=content.opened_at,
                resolved_at=content.resolved_at,
                known_at=content.known_at,
                content_hash=content.content_hash(),
                stored_at=self._now,
            )
        )
        self._cut(record_pk, revision, content)

    def _cut(self, record_pk: int, revision: int, content: RecordContent) -> None:
        """Write the passages of the current revision; only that one is searched."""
        self._connection.execute(
            delete(tables.passages).where(tables.passages.c.record_pk == record_pk)
        )
        self._connection.execute(
            insert(tables.passages),
            [
                {
                    "record_pk": record_pk,
                    "revision": revision,
                    "ordinal": passage.ordinal,
                    "start": passage.start,
                    "end": passage.end,
                    "kind": str(passage.kind),
                    "heading": passage.heading,
                    "embed_hash": embed_hash(
                        embedded_text(
                            content.title,
                            passage.heading,
                            content.text[passage.start : passage.end],
                        )
                    ),
                }
                for passage in passages(content)
            ],
        )

    def _current_hash(self, record_pk: int, revision: int) -> str | None:
        return self._connection.scalar(
            select(tables.revisions.c.content_hash).where(
                tables.revisions.c.record_pk == record_pk,
                tables.revisions.c.revision == revision,
            )
        )
