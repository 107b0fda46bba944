"""What an index generation keeps of its records: columns to filter by, in row order."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.access import RecordFilter
from retrieval.ports import IndexedRecord
from retrieval.records import SectionKind

_KINDS = tuple(SectionKind)


class PassageRow(NamedTuple):
    """Which span of which record a vector stands for."""

    record_row: int
    start: int
    end: int
    kind: SectionKind


@dataclass(frozen=True, slots=True)
class RecordTable:
    """Records and passages of one generation, as columns.

    Sets of groups and of services repeat from record to record, so each record holds
    the number of its set; a filter decides once per distinct set, not per record.
    """

    ids: Sequence[str]
    revisions: NDArray[np.int32]
    known_at: NDArray[np.float64]
    kind: NDArray[np.int32]
    source: NDArray[np.int32]
    services: NDArray[np.int32]
    groups: NDArray[np.int32]
    names: dict[str, list[list[str]]]
    passage_record: NDArray[np.int32]
    passage_start: NDArray[np.int32]
    passage_end: NDArray[np.int32]
    passage_kind: NDArray[np.int8]

    @classmethod
    def of(cls, records: Sequence[IndexedRecord], passages: Sequence[PassageRow]) -> "RecordTable":
        """The columns of the given rows."""
        kind = _coded([(record.kind,) for record in records])
        source = _coded([(record.source,) for record in records])
        services = _coded([tuple(sorted(record.services)) for record in records])
        groups = _coded([tuple(sorted(record.groups)) for record in records])
        return cls(
            ids=[record.record_id for record in records],
            revisions=np.array([record.revision for record in records], dtype=np.int32),
            known_at=np.array([record.known_at for record in records], dtype=np.float64),
            kind=kind.codes,
            source=source.codes,
            services=services.codes,
            groups=groups.codes,
            names={
                "kind": kind.names,
                "source": source.names,
                "services": services.names,
                "groups": groups.names,
            },
            passage_record=np.array([p.record_row for p in passages], dtype=np.int32),
            passage_start=np.array([p.start for p in passages], dtype=np.int32),
            passage_end=np.array([p.end for p in passages], dtype=np.int32),
            passage_kind=np.array([_KINDS.index(p.kind) for p in passages], dtype=np.int8),
        )

    def save(self, folder: Path) -> None:
        """Write ``records.json`` (texts) and ``records.npz`` (numbers) into the folder."""
        texts = {"ids": list(self.ids), "names": self.names}
        (folder / "records.json").write_text(
            json.dumps(texts, ensure_ascii=False), encoding="utf-8"
        )
        np.savez(
            folder / "records.npz",
            revisions=self.revisions,
            known_at=self.known_at,
            kind=self.kind,
            source=self.source,
            services=self.services,
            groups=self.groups,
            passage_record=self.passage_record,
            passage_start=self.passage_start,
            passage_end=self.passage_end,
            passage_kind=self.passage_kind,
        )

    @classmethod
    def load(cls, folder: Path) -> "RecordTable":
        """Read what ``save`` wrote."""
        texts = json.loads((folder / "records.json").read_text(encoding="utf-8"))
        with np.load(folder / "records.npz", allow_pickle=False) as columns:
            return cls(
                ids=texts["ids"],
                names=texts["names"],
                **{name: columns[name] for name in columns.files},
            )

    def passage(self, row: int) -> PassageRow:
        """The passage in a row of the vector index."""
        return PassageRow(
            record_row=int(self.passage_record[row]),
            start=int(self.passage_start[row]),
            end=int(self.passage_end[row]),
            kind=_KINDS[int(self.passage_kind[row])],
        )

    def allowed_records(self, filter: RecordFilter) -> NDArray[np.bool_]:
        """True for the records that the filter admits."""
        allowed = np.ones(len(self.ids), dtype=np.bool_)
        if filter.reader.groups is not None:
            reader_groups = filter.reader.groups
            allowed &= self._where("groups", lambda groups: not reader_groups.isdisjoint(groups))
        if filter.as_of is not None:
            allowed &= self.known_at <= filter.as_of.timestamp()
        if filter.kinds:
            allowed &= self._where("kind", lambda kind: kind[0] in filter.kinds)
        if filter.sources:
            allowed &= self._where("source", lambda source: source[0] in filter.sources)
        if filter.services:
            allowed &= self._where("services", lambda names: not filter.services.isdisjoint(names))
        if filter.exclude:
            allowed &= np.array([record_id not in filter.exclude for record_id in self.ids])
        return allowed

    def allowed_passages(self, filter: RecordFilter) -> NDArray[np.bool_]:
        """True for the passages of records that the filter admits."""
        rows: NDArray[np.bool_] = self.allowed_records(filter)[self.passage_record]
        return rows

    def _where(self, column: str, admits: Callable[[list[str]], bool]) -> NDArray[np.bool_]:
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
