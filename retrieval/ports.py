"""The seams of retrieval: what an embedder, an index and a record store must promise."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from retrieval.access import Reader, RecordFilter
from retrieval.records import Record

Vectors: TypeAlias = NDArray[np.float32]
HalfVectors: TypeAlias = NDArray[np.float16]
"""Vectors as an index keeps them: half the memory, and the same neighbours."""


class Embedder(Protocol):
    """Turns text into unit vectors.

    ``query`` and ``passages`` are two verbs because some models prefix them
    differently. Both return float32 rows of length ``dimension`` with L2 norm 1, one
    per input, in the input's order. Text beyond ``max_tokens`` is ignored. The same
    text always gives the same vector to within 1e-5, whatever it is batched with.
    """

    @property
    def model_id(self) -> str:
        """Name and checksum of the model: vectors of different ids are never mixed."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """How many word pieces of a text are read."""

    def query(self, text: str) -> Vectors:
        """One vector of shape (dimension,)."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension); (0, dimension) for no text."""


class Reranker(Protocol):
    """Reads a query and the best passages of the first hits again, more closely."""

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float64]:
        """How well each text answers the query, between 0 and 1."""


class Scored(NamedTuple):
    """One candidate and its score (higher is better).

    ``key`` is a record's key in a lexical index, a passage's row in a vector index.
    """

    key: int
    score: float


class IndexedRecord(NamedTuple):
    """What an index keeps of a record to filter and rank by.

    ``key`` is the record's number in the store: it never changes. Times are seconds since
    1970; ``opened_at`` is NaN where it is not known.
    """

    key: int
    record_id: str
    revision: int
    kind: str
    source: str
    services: tuple[str, ...]
    groups: frozenset[str]
    known_at: float
    opened_at: float


class LexicalIndex(Protocol):
    """Ranks records by shared words."""

    def search(
        self,
        terms: Mapping[str, float],
        filter: RecordFilter,
        k: int,
        among: Sequence[int] | None = None,
    ) -> list[Scored]:
        """The at most ``k`` best records among those the filter admits.

        ``terms`` maps analysed terms to their weight. Records without any of the terms
        are not returned; no admitted match gives an empty list. With ``among``, only the
        records of these keys are scored.
        """

    def document_frequency(self, term: str) -> int:
        """In how many records the term occurs."""

    def line_frequency(self, mark: str) -> int:
        """How many records have the line of a mark (``retrieval.analysis.line_marks``)."""

    def __len__(self) -> int:
        """How many records are indexed."""


class VectorIndex(Protocol):
    """Ranks passages by the inner product of unit vectors."""

    def search(self, vector: Vectors, k: int, allowed: NDArray[np.bool_] | None) -> list[Scored]:
        """The at most ``k`` best rows; with ``allowed``, only rows where it is true.

        Fewer come back when fewer are allowed.
        """

    def scores(self, vector: Vectors, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """The inner product with each of the given rows."""

    def half(self) -> HalfVectors:
        """All vectors, as a matrix of shape (len(self), dimension)."""

    def __len__(self) -> int:
        """How many vectors are indexed."""


class VectorEngine(Protocol):
    """Keeps the vectors of segments. A segment is written once, under a name used once.

    ``generation`` is the folder of the generation that the segment is part of: an engine may
    keep files there, under ``segments/``, or keep everything on a server of its own.
    """

    @property
    def name(self) -> str:
        """What the manifest calls it: another engine's index is built anew."""

    def write(self, generation: Path, name: str, vectors: HalfVectors) -> VectorIndex:
        """Keep the vectors of a new segment, durably, and open it."""

    def open(self, generation: Path, name: str, rows: int) -> VectorIndex:
        """A written segment; raises ``CorruptIndex`` unless all of its ``rows`` are there."""

    def discard(self, generation: Path, name: str) -> None:
        """Leave a segment out of a generation that is being built."""

    def sweep(self, kept: Collection[str]) -> None:
        """Forget every segment of this installation but those that are kept."""


class RecordStore(Protocol):
    """Reads stored records."""

    def get(self, record_id: str, revision: int | None = None) -> Record | None:
        """The current revision, or the given one; ``None`` when unknown or removed.

        A past revision of a removed record is not returned either.
        """

    def get_many(self, wanted: Iterable[tuple[int, int]]) -> dict[int, Record]:
        """Records by their key, for (key, revision); unknown and removed ones are missing."""

    def keys(self, record_ids: Iterable[str]) -> list[int]:
        """The keys of the named records that exist, removed or not, in no order."""

    def resolve(self, reference: str, reader: Reader) -> Record:
        """The record that a reader means: by id, external id, or ``source:external_id``.

        Only records that the reader may read are meant; what others there are changes nothing.
        Raises ``NotFound`` when there is none and ``AmbiguousReference`` for several.
        """

    def of_source(self, source: str, name: str, reader: Reader) -> Record:
        """The record that a source calls so: its number, or the key that its addresses hold.

        ``NotFound``, always with the same words, when there is none or it may not be read.
        """

    def iter_current(self) -> Iterator[Record]:
        """Every current record, in insertion order, without holding them all in memory."""
