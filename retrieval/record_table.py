"""What an index keeps of its records and passages: columns to filter and rank by, in row order.

A segment of an index has a table of its own, written once. An open index joins them into
one; rows count through all of them.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.access import RecordFilter
from retrieval.ports import IndexedRecord
from retrieval.records import SectionKind

_KINDS = tuple(SectionKind)
_NAMES = "names"
# Columns of numbers that stand for sets of names.
_CODED = ("kind", "source", "services", "groups")


class PassageRow(NamedTuple):
    """Which span of which record a vector stands for."""

    record_row: int
    start: int
    end: int
    kind: SectionKind


@dataclass(frozen=True, slots=True)
class RecordTable:
    """Records, and the passages of each one after the other, as columns.

    Sets of groups and of services repeat from record to record, so each record holds the
    number of its set; a filter decides once per distinct set, not per record. ``alive`` is
    false for records that have changed or gone since their segment was written.
    """

    key: NDArray[np.int64]
    revision: NDArray[np.int32]
    known_at: NDArray[np.float64]
    opened_at: NDArray[np.float64]
    kind: NDArray[np.int32]
    source: NDArray[np.int32]
    services: NDArray[np.int32]
    groups: NDArray[np.int32]
    alive: NDArray[np.bool_]
    passage_record: NDArray[np.int32]
    passage_start: NDArray[np.int32]
    passage_end: NDArray[np.int32]
    passage_kind: NDArray[np.int8]
    names: dict[str, list[list[str]]]

    @classmethod
    def of(cls, records: Sequence[IndexedRecord], passages: Sequence[PassageRow]) -> "RecordTable":
        """The columns of the given rows; passages in the order of their records."""
        coded = {
            "kind": _coded([(record.kind,) for record in records]),
            "source": _coded([(record.source,) for record in records]),
            "services": _coded([tuple(sorted(record.services)) for record in records]),
            "groups": _coded([tuple(sorted(record.groups)) for record in records]),
        }
        return cls(
            key=np.array([record.key for record in records], dtype=np.int64),
            revision=np.array([record.revision for record in records], dtype=np.int32),
            known_at=np.array([record.known_at for record in records], dtype=np.float64),
            opened_at=np.array([record.opened_at for record in records], dtype=np.float64),
            **{name: column.codes for name, column in coded.items()},
            alive=np.ones(len(records), dtype=np.bool_),
            passage_record=np.array([p.record_row for p in passages], dtype=np.int32),
            passage_start=np.array([p.start for p in passages], dtype=np.int32),
            passage_end=np.array([p.end for p in passages], dtype=np.int32),
            passage_kind=np.array([_KINDS.index(p.kind) for p in passages], dtype=np.int8),
            names={name: column.names for name, column in coded.items()},
        )

    @classmethod
    def joined(cls, tables: Sequence["RecordTable"]) -> "RecordTable":
        """The rows of all tables, one table after the other."""
        columns: dict[str, NDArray[np.generic]] = {}
        for column in _columns():
            parts = [getattr(table, column) for table in tables]
            if column in _CODED:
                shifts = _offsets(len(table.names[column]) for table in tables)
                parts = [part + shift for part, shift in zip(parts, shifts, strict=True)]
            elif column == "passage_record":
                shifts = _offsets(len(table) for table in tables)
                parts = [part + shift for part, shift in zip(parts, shifts, strict=True)]
            columns[column] = np.concatenate(parts)
        names = {
            column: [names for table in tables for names in table.names[column]]
            for column in _CODED
        }
        return cls(names=names, **columns)  # type: ignore[arg-type]  # mypy cannot tell the columns apart

    def kept(self) -> "RecordTable":
        """The rows that are alive, with their passages, and each set of names once."""
        rows = np.flatnonzero(self.alive)
        passages = self.alive[self.passage_record]
        moved = np.cumsum(self.alive, dtype=np.int32) - 1
        columns: dict[str, NDArray[np.generic]] = {}
        names: dict[str, list[list[str]]] = {}
        for column in _columns():
            part = getattr(self, column)
            columns[column] = part[passages if column.startswith("passage_") else rows]
        columns["passage_record"] = moved[self.passage_record[passages]]
        for column in _CODED:
            every = [tuple(self.names[column][code]) for code in columns[column].tolist()]
            again = _coded(every)
            columns[column], names[column] = again.codes, again.names
        return RecordTable(names=names, **columns)  # type: ignore[arg-type]  # mypy cannot tell the columns apart

    def save(self, path: Path) -> None:
        """Write the columns to one ``.npz`` file; ``alive`` is kept by the generation."""
        text = np.frombuffer(json.dumps(self.names).encode("utf-8"), dtype=np.uint8)
        columns = {name: getattr(self, name) for name in _columns() if name != "alive"}
        with path.open("wb") as stream:
            np.savez(stream, allow_pickle=False, **{_NAMES: text}, **columns)

    @classmethod
    def load(cls, path: Path) -> "RecordTable":
        """Read what ``save`` wrote; every row is alive."""
        with np.load(path, allow_pickle=False) as columns:
            found = {name: columns[name] for name in columns.files if name != _NAMES}
            names = json.loads(columns[_NAMES].tobytes().decode("utf-8"))
        return cls(names=names, alive=np.ones(len(found["key"]), dtype=np.bool_), **found)

    def __len__(self) -> int:
        """How many records there are, alive or not."""
        return len(self.key)

    def passage(self, row: int) -> PassageRow:
        """The passage in a row of the vector index."""
        return PassageRow(
            record_row=int(self.passage_record[row]),
            start=int(self.passage_start[row]),
            end=int(self.passage_end[row]),
            kind=_KINDS[int(self.passage_kind[row])],
        )

    def allowed_records(self, filter: RecordFilter, excluded: Sequence[int]) -> NDArray[np.bool_]:
        """True for the records that are alive and that the filter admits.

        ``excluded`` are the keys of the records that ``filter.exclude`` names.
        """
        allowed = self.alive.copy()
        if filter.reader.groups is not None:
            reader_groups = filter.reader.groups
            allowed &= self.where("groups", lambda groups: not reader_groups.isdisjoint(groups))
        if filter.as_of is not None:
            allowed &= self.known_at <= filter.as_of.timestamp()
        if filter.kinds:
            allowed &= self.where("kind", lambda kind: kind[0] in filter.kinds)
        if filter.sources:
            allowed &= self.where("source", lambda source: source[0] in filter.sources)
        if filter.services:
            allowed &= self.where("services", lambda names: not filter.services.isdisjoint(names))
        for key in excluded:
            allowed &= self.key != key
        return allowed

    def where(self, column: str, admits: Callable[[list[str]], bool]) -> NDArray[np.bool_]:
        """True for the records whose names in a column (kind, services, …) are admitted."""
        decided = np.array([admits(names) for names in self.names[column]], dtype=np.bool_)
        codes: NDArray[np.int32] = getattr(self, column)
        chosen: NDArray[np.bool_] = decided[codes] if len(codes) else np.ones(0, dtype=np.bool_)
        return chosen


class _Coded(NamedTuple):
    codes: NDArray[np.int32]
    names: list[list[str]]


def _coded(values: Sequence[tuple[str, ...]]) -> _Coded:
    numbers: dict[tuple[str, ...], int] = {}
    codes = [numbers.setdefault(value, len(numbers)) for value in values]
    return _Coded(np.array(codes, dtype=np.int32), [list(value) for value in numbers])


def _columns() -> list[str]:
    return [field.name for field in fields(RecordTable) if field.name != _NAMES]


def _offsets(lengths: Iterable[int]) -> list[np.int32]:
    return [np.int32(total) for total in np.cumsum([0, *lengths])[:-1]]
