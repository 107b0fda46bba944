"""Segments: the parts of an index that are written once, and joined as they become many."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.ports import HalfVectors, VectorEngine, VectorIndex
from retrieval.record_table import RecordTable

_FOLDER = "segments"
_DEAD = "dead.npz"
# A joined segment has at most this many passages: the memory that joining takes.
MOST_PASSAGES = 262_144


@dataclass(frozen=True, slots=True)
class Segment:
    """Some records of an index with the vectors of their passages."""

    name: str
    table: RecordTable
    vectors: VectorIndex

    @classmethod
    def load(cls, generation: Path, name: str, engine: VectorEngine) -> "Segment":
        """Read one segment of a generation; every row is alive."""
        table = RecordTable.load(_table_file(generation, name))
        return cls(name, table, engine.open(generation, name, len(table.passage_record)))

    @classmethod
    def written(
        cls, generation: Path, engine: VectorEngine, table: RecordTable, vectors: HalfVectors
    ) -> "Segment":
        """A new segment of a generation that is being built; a row of vectors a passage."""
        name = uuid.uuid4().hex
        file = _table_file(generation, name)
        file.parent.mkdir(exist_ok=True)
        table.save(file)
        return cls(name, table, engine.write(generation, name, vectors))

    def discard(self, generation: Path, engine: VectorEngine) -> None:
        """Leave the segment out of a generation that is being built."""
        _table_file(generation, self.name).unlink()
        engine.discard(generation, self.name)

    def living_vectors(self) -> HalfVectors:
        """The vectors of what is alive, in the order of their rows."""
        return self.vectors.half()[self.table.alive[self.table.passage_record]]

    def with_dead(self, rows: NDArray[np.int32] | None) -> "Segment":
        """The same segment with exactly these rows no longer alive."""
        alive = np.ones(len(self.table), dtype=np.bool_)
        if rows is not None:
            alive[rows] = False
        return replace(self, table=replace(self.table, alive=alive))

    def without(self, keys: NDArray[np.int64]) -> "Segment":
        """The same segment, the given records no longer alive."""
        alive = self.table.alive & ~np.isin(self.table.key, keys)
        return replace(self, table=replace(self.table, alive=alive))

    @property
    def living(self) -> int:
        """How many passages belong to records that are alive."""
        return int(np.count_nonzero(self.table.alive[self.table.passage_record]))


class Joined(NamedTuple):
    """Which segments stay as they are, and which become one."""

    stay: list[Segment]
    join: list[Segment]


def to_join(segments: Sequence[Segment], added: int) -> Joined:
    """Which of the segments a new one of ``added`` passages takes in.

    A segment is taken in when it has at most twice the passages gathered so far, or when
    more than half of it is dead. So sizes fall by half from one to the next, their number
    grows with the logarithm of the corpus, and a passage is rewritten as seldom. Larger
    segments than ``MOST_PASSAGES`` are not made.
    """
    stay: list[Segment] = []
    join: list[Segment] = []
    gathered = added
    for segment in sorted(segments, key=lambda part: part.living):
        living = segment.living
        wasted = len(segment.vectors) > 2 * living or not living
        if (living <= 2 * gathered or wasted) and gathered + living <= MOST_PASSAGES:
            join.append(segment)
            gathered += living
        else:
            stay.append(segment)
    return Joined(stay, join)


def save_dead(generation: Path, segments: Sequence[Segment]) -> None:
    """Write which rows of the segments are no longer alive."""
    dead = {part.name: np.flatnonzero(~part.table.alive).astype(np.int32) for part in segments}
    with (generation / _DEAD).open("wb") as stream:
        np.savez(stream, allow_pickle=False, **{n: rows for n, rows in dead.items() if len(rows)})


def load_dead(generation: Path) -> dict[str, NDArray[np.int32]]:
    """Read what :func:`save_dead` wrote: rows by the name of their segment."""
    with np.load(generation / _DEAD, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def _table_file(generation: Path, name: str) -> Path:
    return generation / _FOLDER / f"{name}.npz"
