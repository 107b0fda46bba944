"""Reading stored records: the SQL implementation of the ``RecordStore`` port."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    and_,
    cast,
    exists,
    func,
    select,
)

from retrieval.access import Reader, RecordFilter
from retrieval.batches import batched
from retrieval.corpus.database import Database
from retrieval.corpus.names import is_called
from retrieval.corpus.tables import corpus_state, records, revisions
from retrieval.errors import AmbiguousReference, NotFound
from retrieval.records import Record, RecordKind, Section, SectionKind

# Below SQLite's limit of 32,766 bound parameters, two a pair.
_PAIRS_PER_QUERY = 5_000
_ROWS_PER_FETCH = 500


class SourceCount(NamedTuple):
    """How many current records a source has of a kind."""

    source: str
    kind: str
    records: int


class NamedPlaces(NamedTuple):
    """What a current record names as affected, and who may know since when.

    ``ci`` is the field as text, as the source wrote it: one name, several, or a JSON list.
    """

    record_id: str
    services: tuple[str, ...]
    ci: str
    groups: frozenset[str]
    known_at: datetime


class SqlRecordStore:
    """Records as they stand in the database. Removed records are as good as unknown."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, record_id: str, revision: int | None = None) -> Record | None:
        """See ``RecordStore.get``."""
        wanted = records.c.revision if revision is None else revision
        query = live_records().where(records.c.id == record_id, revisions.c.revision == wanted)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else record_of(row)

    def get_many(self, wanted: Iterable[tuple[int, int]]) -> dict[int, Record]:
        """See ``RecordStore.get_many``."""
        found: dict[int, Record] = {}
        with self._database.read() as connection:
            for pairs in batched(wanted, _PAIRS_PER_QUERY):
                asked = dict(pairs)
                # Two lists rather than pairs: SQLite reads the whole table for those.
                query = live_records().where(
                    revisions.c.record_pk.in_(list(asked)),
                    revisions.c.revision.in_(sorted(set(asked.values()))),
                )
                for row in connection.execute(query):
                    if asked[row.pk] == row.revision:
                        found[row.pk] = record_of(row)
        return found

    def keys(self, record_ids: Iterable[str]) -> list[int]:
        """See ``RecordStore.keys``."""
        found: list[int] = []
        with self._database.read() as connection:
            for ids in batched(record_ids, _PAIRS_PER_QUERY):
                query = select(records.c.pk).where(records.c.id.in_(ids))
                found += connection.scalars(query)
        return found

    def resolve(self, reference: str, reader: Reader) -> Record:
        """See ``RecordStore.resolve``."""
        exact = self.get(reference)
        if exact is not None and reader.may_read(exact):
            return exact
        condition = records.c.external_id == reference
        if ":" in reference:
            source, external_id = reference.split(":", 1)
            condition = condition | and_(
                records.c.source == source, records.c.external_id == external_id
            )
        query = select(records.c.id, records.c.groups).where(
            condition, records.c.removed_at.is_(None)
        )
        with self._database.read() as connection:
            ids = [
                row.id
                for row in connection.execute(query)
                if reader.may_read_groups(frozenset(row.groups))
            ]
        if len(ids) > 1:
            raise AmbiguousReference(
                f"{reference!r} fits several records; say which: {', '.join(sorted(ids))}."
            )
        record = self.get(ids[0]) if ids else None
        if record is None:
            raise NotFound(
                f"There is no record {reference!r}. Check the number, or ingest it first."
            )
        return record

    def of_source(self, source: str, name: str, reader: Reader) -> Record:
        """See ``RecordStore.of_source``."""
        of_source = records.c.source == source
        record = self._readable(reader, of_source, records.c.external_id == name)
        if record is None:
            record = self._readable(reader, of_source, records.c.source_key == name)
        if record is None:
            raise NotFound(
                f"There is no record {name!r} of {source!r}. Check both, or ingest it first."
            )
        return record

    def _readable(self, reader: Reader, *conditions: ColumnElement[bool]) -> Record | None:
        query = live_records().where(revisions.c.revision == records.c.revision, *conditions)
        with self._database.read() as connection:
            found = (record_of(row) for row in connection.execute(query.order_by(records.c.pk)))
            return next((record for record in found if reader.may_read(record)), None)

    def iter_current(self) -> Iterator[Record]:
        """See ``RecordStore.iter_current``."""
        query = (
            live_records()
            .where(revisions.c.revision == records.c.revision)
            .order_by(records.c.pk)
            .execution_options(yield_per=_ROWS_PER_FETCH)
        )
        with self._database.read() as connection:
            for row in connection.execute(query):
                yield record_of(row)

    def latest(
        self, kinds: frozenset[RecordKind], services: frozenset[str], before: datetime, limit: int
    ) -> list[Record]:
        """Current records of the kinds opened at or before a moment, newest first.

        With ``services``, only records that share one. Used for "what changed lately".
        """
        query = (
            live_records()
            .where(
                revisions.c.revision == records.c.revision,
                revisions.c.kind.in_([str(kind) for kind in kinds]),
                revisions.c.opened_at <= before,
            )
            .order_by(revisions.c.opened_at.desc(), records.c.pk)
            .execution_options(yield_per=_ROWS_PER_FETCH)
        )
        found: list[Record] = []
        with self._database.read() as connection:
            for row in connection.execute(query):
                record = record_of(row)
                if not services or services & frozenset(record.services):
                    found.append(record)
                if len(found) >= limit:
                    break
        return found

    def newest(self, filter: RecordFilter, limit: int, *, resolved: bool = False) -> list[Record]:
        """At most ``limit`` current records that the filter admits, the latest opened first.

        The filter must name its kinds. What it does not admit does not count towards the limit,
        and what its reader may not read is not even fetched. Records without an opening time
        come last. With ``resolved``, only those whose end is known.
        """
        wanted = [
            revisions.c.revision == records.c.revision,
            revisions.c.kind.in_([str(kind) for kind in filter.kinds]),
        ]
        if resolved:
            wanted.append(revisions.c.resolved_at.is_not(None))
        newest_first = revisions.c.opened_at.desc().nulls_last()
        found: list[Record] = []
        with self._database.read() as connection:
            wanted.append(_groups_as_text().in_(_readable_groups(connection, filter.reader)))
            query = live_records().where(*wanted).order_by(newest_first, records.c.pk)
            streamed = query.execution_options(yield_per=_ROWS_PER_FETCH)
            with connection.execute(streamed) as rows:
                admitted = (record for record in map(record_of, rows) if filter.admits(record))
                found += islice(admitted, limit)
        return found

    def opened_between(
        self,
        kind: RecordKind,
        since: datetime,
        upto: datetime,
        limit: int,
        open_at: datetime | None = None,
    ) -> list[Record]:
        """Current records of a kind opened within a span of time, newest first.

        With ``open_at``, only those known to have ended after that moment. Both ends of the
        span belong to it; a record without a date is in none. Reads by index, never more
        than the span holds.
        """
        query = live_records().where(*_opened_between(kind, since, upto))
        if open_at is not None:
            query = query.where(revisions.c.resolved_at > open_at)
        query = query.order_by(revisions.c.opened_at.desc(), records.c.pk).limit(limit)
        with self._database.read() as connection:
            return [record_of(row) for row in connection.execute(query)]

    def named_places(
        self, kind: RecordKind, since: datetime, upto: datetime, limit: int
    ) -> list[NamedPlaces]:
        """Services and configuration items of the records of a span of time, newest first.

        As ``opened_between``, without the texts: a quarter of its cost.
        """
        query = (
            select(
                records.c.id,
                revisions.c.services,
                revisions.c.fields["ci"].as_string().label("ci"),
                records.c.groups,
                revisions.c.known_at,
            )
            .join(revisions, _same_revision())
            .where(records.c.removed_at.is_(None), *_opened_between(kind, since, upto))
            .order_by(revisions.c.opened_at.desc(), records.c.pk)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [
                NamedPlaces(
                    row.id,
                    tuple(row.services),
                    "" if row.ci is None else str(row.ci),
                    frozenset(row.groups),
                    row.known_at,
                )
                for row in connection.execute(query)
            ]

    def named(
        self, filter: RecordFilter, names: Iterable[str], urls: Iterable[str], limit: int
    ) -> list[Record]:
        """At most ``limit`` current records that are called so; see ``names.is_called``.

        The filter must name its kinds: only records of these are read, by index. What it does
        not admit does not count towards the limit.
        """
        query = (
            live_records()
            .where(
                revisions.c.revision == records.c.revision,
                revisions.c.kind.in_([str(kind) for kind in filter.kinds]),
                is_called(names, urls),
            )
            .order_by(records.c.pk)
            .execution_options(yield_per=_ROWS_PER_FETCH)
        )
        with self._database.read() as connection, connection.execute(query) as rows:
            found = (record_of(row) for row in rows)
            return list(islice((record for record in found if filter.admits(record)), limit))

    def titles(self, record_ids: Iterable[str], reader: Reader) -> dict[str, str]:
        """The titles of those of the records that there are and that the reader may read."""
        found: dict[str, str] = {}
        with self._database.read() as connection:
            query = (
                select(records.c.id, revisions.c.title)
                .join(revisions, _same_revision())
                .where(revisions.c.revision == records.c.revision, *_readable(connection, reader))
            )
            for ids in batched(record_ids, _PAIRS_PER_QUERY):
                rows = connection.execute(query.where(records.c.id.in_(ids)))
                found |= {row.id: row.title for row in rows}
        return found

    def readable(self, record_ids: Iterable[str], reader: Reader) -> set[str]:
        """Those of the records that there are and that the reader may read; reads no text."""
        found: set[str] = set()
        with self._database.read() as connection:
            query = select(records.c.id).where(*_readable(connection, reader))
            for ids in batched(record_ids, _PAIRS_PER_QUERY):
                found |= set(connection.scalars(query.where(records.c.id.in_(ids))))
        return found

    def is_readable(
        self, connection: Connection, reader: Reader, record_id: ColumnElement[str]
    ) -> ColumnElement[bool]:
        """The condition that a column names a record that there is and that may be read."""
        return exists().where(records.c.id == record_id, *_readable(connection, reader))

    def counts(self, reader: Reader) -> list[SourceCount]:
        """How many current records the reader may read, by source and kind."""
        groups = _groups_as_text()
        query = (
            select(records.c.source, revisions.c.kind, groups, func.count())
            .join(revisions, _same_revision())
            .where(records.c.removed_at.is_(None), revisions.c.revision == records.c.revision)
            .group_by(records.c.source, revisions.c.kind, groups)
        )
        found: Counter[tuple[str, str]] = Counter()
        with self._database.read() as connection:
            for source, kind, allowed, count in connection.execute(query):
                if reader.may_read_groups(frozenset(json.loads(allowed))):
                    found[source, kind] += count
        return [SourceCount(*place, count) for place, count in sorted(found.items())]

    def version(self) -> int:
        """The corpus version: it moves with every change that an index must follow."""
        with self._database.read() as connection:
            return connection.scalar(select(corpus_state.c.version)) or 0


def _groups_as_text() -> ColumnElement[str]:
    """Few sets of groups occur, so each is looked at once; as text, which can be grouped."""
    return cast(records.c.groups, Text)


def _readable_groups(connection: Connection, reader: Reader) -> list[str]:
    every = connection.scalars(select(_groups_as_text()).distinct())
    return [each for each in every if reader.may_read_groups(frozenset(json.loads(each)))]


def _readable(connection: Connection, reader: Reader) -> list[ColumnElement[bool]]:
    allowed = _groups_as_text().in_(_readable_groups(connection, reader))
    return [records.c.removed_at.is_(None), allowed]


def _same_revision() -> Any:
    return records.c.pk == revisions.c.record_pk


def _opened_between(kind: RecordKind, since: datetime, upto: datetime) -> list[ColumnElement[bool]]:
    """The current revisions of a kind that were opened within a span of time."""
    return [
        revisions.c.revision == records.c.revision,
        revisions.c.kind == str(kind),
        revisions.c.opened_at >= since,
        revisions.c.opened_at <= upto,
    ]


def live_records() -> Select[Any]:
    """Revisions of records that were not removed, with what belongs to the record."""
    return (
        select(
            records.c.pk,
            records.c.id,
            records.c.source,
            records.c.external_id,
            records.c.groups,
            *[column for column in revisions.c if column.name != "record_pk"],
        )
        .join(revisions, _same_revision())
        .where(records.c.removed_at.is_(None))
    )


def record_of(row: Row[Any]) -> Record:
    """A domain record from a joined row of ``records`` and ``revisions``."""
    return Record(
        id=row.id,
        revision=row.revision,
        source=row.source,
        external_id=row.external_id,
        kind=RecordKind(row.kind),
        title=row.title,
        text=row.text,
        fields=row.fields,
        sections=tuple(Section(SectionKind(k), h, s, e) for k, h, s, e in row.sections),
        services=tuple(row.services),
        groups=frozenset(row.groups),
        url=row.url,
        opened_at=row.opened_at,
        resolved_at=row.resolved_at,
        known_at=row.known_at,
    )
