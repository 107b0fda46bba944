"""Query → candidates of each leg → ranked, explained hits, grouped by record."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval import explain
from retrieval.analysis import analyse
from retrieval.batches import batched
from retrieval.candidates import Candidates, Query, gather, telling_text
from retrieval.explain import QueryProfile, Reason, ReasonKind
from retrieval.folding import Folding
from retrieval.open_index import IndexReader, OpenIndex
from retrieval.ports import RecordStore, Reranker
from retrieval.ranking import FEATURES, Matrix, Ranker, WeightedSum
from retrieval.records import Citation, Record, SectionKind

__all__ = ["Hit", "Query", "SearchResult", "Searcher"]

_PASSAGES_PER_HIT = 3
# How many hits a reranker reads, and what a full point of its score adds to theirs. Rankings
# differ by tenths; docs/decisions/0011 has the measurements.
_RERANKED = 20
_RERANK_WEIGHT = 0.3
# How far down the candidates near-duplicates are looked for, per hit.
_FOLDED_PER_HIT = 5
# A ticket with a pasted log has thousands of terms; the rarest carry its meaning.
_MAX_QUERY_TERMS = 200
# An embedder reads a few hundred words; the text to analyse is bounded likewise.
MAX_QUERY_CHARS = 200_000

# "No precedent" when no hit is at least this close. Over four public sets and queries from
# the other three (docs/decisions/0006) it refuses 0 to 5 % of the queries that have a
# precedent and 64 to 100 % of those that have none.
MIN_CLOSENESS = 0.40
# A hit that shares the service and a telling identifier needs less: the same machine of the
# same service is a precedent even when it is described in other words.
_MIN_CORROBORATED = 0.30
_CORROBORATION = frozenset({ReasonKind.IDENTIFIER, ReasonKind.SERVICE})


@dataclass(frozen=True, slots=True)
class Hit:
    """One similar record.

    ``score`` orders hits and means nothing by itself; ``features`` are what it was made of
    (``retrieval.ranking.FEATURES``). ``similarity`` is the cosine of the closest passage,
    ``coverage`` the share of the query's rare words found. ``probability`` stays ``None``
    until it has been fitted on the organisation's history.
    """

    record: Record
    score: float
    similarity: float
    coverage: float
    why: tuple[Reason, ...]
    differs: tuple[Reason, ...]
    citations: tuple[Citation, ...]
    features: dict[str, float] = field(default_factory=dict)
    probability: float | None = None
    passage: str = ""
    """The text of its closest passage."""
    folded: tuple[Record, ...] = ()
    """Less similar records that say the same, best first; none unless the query folds."""

    @property
    def closeness(self) -> float:
        """The mean of similarity and coverage, between 0 and 1.

        Either alone is fooled: meaning by texts of the same field, words by short queries.
        """
        return min(max((self.similarity + self.coverage) / 2, 0.0), 1.0)

    @property
    def is_close(self) -> bool:
        """True when this hit by itself is a precedent worth showing."""
        corroborated = {reason.kind for reason in self.why} >= _CORROBORATION
        return self.closeness >= (_MIN_CORROBORATED if corroborated else MIN_CLOSENESS)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first. ``abstained``: nothing is close, and the hits only show the nearest."""

    hits: tuple[Hit, ...]
    abstained: bool
    notes: tuple[str, ...] = ()

    @property
    def records(self) -> tuple[Record, ...]:
        """The records of the hits, near-duplicates right behind the one that folds them."""
        return tuple(record for hit in self.hits for record in (hit.record, *hit.folded))


class Described(NamedTuple):
    """The keys of candidates and a row of features for each."""

    keys: list[int]
    features: Matrix


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query and what could answer it: all candidates with a score each."""

    query: Query
    index: OpenIndex
    profile: QueryProfile
    candidates: Candidates
    scores: NDArray[np.float64]


class _Found(NamedTuple):
    """A record that answers: its place among the candidates, and those that say the same."""

    place: int
    record: Record
    folded: list[Record]


class Searcher:
    """Finds records by words and by meaning, and says why.

    Permission and time are applied before scoring in every leg, and once more to each
    loaded record: an index that lags behind the corpus never shows what was removed
    or restricted since.
    """

    def __init__(
        self,
        reader: IndexReader,
        store: RecordStore,
        ranker: Ranker | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self._reader = reader
        self._store = store
        self._reranker = reranker
        self._ranker = ranker or WeightedSum()

    def search(self, query: Query) -> SearchResult:
        """The at most ``query.k`` most similar records; none for a text without words."""
        notes: tuple[str, ...] = ()
        if len(query.text) > MAX_QUERY_CHARS:
            notes = (
                f"The text is {len(query.text):,} characters long; "
                f"the first {MAX_QUERY_CHARS:,} were used.",
            )
        asked = self._asked(query)
        if asked is None:
            return SearchResult((), abstained=True, notes=notes)
        if self._reranker is None:
            hits = self._hits(asked)
        else:
            deep = replace(asked.query, k=max(query.k, _RERANKED))
            hits = self._hits(replace(asked, query=deep))
            hits = _reranked(asked.query.text, hits, self._reranker)[: query.k]
        return SearchResult(hits, abstained=not any(hit.is_close for hit in hits), notes=notes)

    def order(self, query: Query) -> tuple[Record, ...]:
        """``records`` of what ``search`` finds.

        Without why, what differs and what shows it, which are most of the work of a long list.
        """
        if self._reranker is not None:
            return self.search(query).records
        asked = self._asked(query)
        found = () if asked is None else self._found(asked)
        return tuple(record for one in found for record in (one.record, *one.folded))

    def described(self, query: Query) -> Described:
        """All candidates with what is known of each, for learning how to rank them."""
        index = self._reader.current()
        query = replace(query, text=telling_text(query.text, index.lexical))
        candidates = self._candidates(query, _profile(query, index), index)
        return Described(index.table.key[candidates.rows].tolist(), candidates.features)

    def _asked(self, query: Query) -> _Asked | None:
        """A query with what could answer it; ``None`` where nothing can."""
        query = replace(query, text=query.text[:MAX_QUERY_CHARS])
        index = self._reader.current()
        if not query.text.strip() or not len(index.lexical):
            return None
        query = replace(query, text=telling_text(query.text, index.lexical))
        profile = _profile(query, index)
        candidates = self._candidates(query, profile, index)
        return _Asked(query, index, profile, candidates, self._ranker.scores(candidates.features))

    def _candidates(self, query: Query, profile: QueryProfile, index: OpenIndex) -> Candidates:
        excluded = self._store.keys(query.filter.exclude) if query.filter.exclude else ()
        vector = index.embedder.query(query.text)
        return gather(query, profile, vector, excluded, index)

    def _hits(self, asked: _Asked) -> tuple[Hit, ...]:
        return tuple(_hit(asked, found) for found in self._found(asked))

    def _found(self, asked: _Asked) -> list[_Found]:
        """The first ``query.k``, those that say the same folded into the first of them."""
        order = np.argsort(-asked.scores, kind="stable")
        order = order[np.isfinite(asked.scores[order])]
        folding = Folding() if asked.query.fold else None
        found: dict[str, _Found] = {}
        for place, record in self._admitted(asked.query, asked.index, asked.candidates, order):
            leader = None if folding is None else folding.leader_of(record)
            if leader is not None:
                found[leader.id].folded.append(record)
                continue
            if len(found) == asked.query.k:
                break
            found[record.id] = _Found(place, record, [])
        return list(found.values())

    def _admitted(
        self, query: Query, index: OpenIndex, candidates: Candidates, order: NDArray[np.intp]
    ) -> Iterator[tuple[int, Record]]:
        """Places and records of the candidates in order, without what is gone or hidden by now."""
        table = index.table
        # A few more than asked for, because some may have been removed since indexing.
        for places in batched(order[: _FOLDED_PER_HIT * query.k + 50].tolist(), 2 * query.k + 10):
            rows = candidates.rows[places]
            wanted = zip(table.key[rows].tolist(), table.revision[rows].tolist(), strict=True)
            loaded = self._store.get_many(wanted)
            for place, row in zip(places, rows.tolist(), strict=True):
                record = loaded.get(int(table.key[row]))
                if record is not None and query.filter.admits(record):
                    yield place, record


def _reranked(text: str, hits: tuple[Hit, ...], reranker: Reranker) -> tuple[Hit, ...]:
    """The first hits in a new order, the others behind them.

    The closer reading is added to what was known, never put in its place.
    """
    first, rest = hits[:_RERANKED], hits[_RERANKED:]
    read = [f"{hit.record.title}\n{hit.passage}" for hit in first]
    closer = reranker.scores(text, read)
    again = [
        replace(hit, score=hit.score + _RERANK_WEIGHT * float(score))
        for hit, score in zip(first, closer, strict=True)
    ]
    return (*sorted(again, key=lambda hit: -hit.score), *rest)


def _profile(query: Query, index: OpenIndex) -> QueryProfile:
    return explain.profile(
        query.text,
        query.services,
        index.lexical.document_frequency,
        len(index.lexical),
        _MAX_QUERY_TERMS,
    )


def _hit(asked: _Asked, found: _Found) -> Hit:
    record, place = found.record, found.place
    table, candidates = asked.index.table, asked.candidates
    rows = candidates.passages.get(int(candidates.rows[place]), [])[:_PASSAGES_PER_HIT]
    passages = [table.passage(row) for row in rows]
    features = dict(zip(FEATURES, candidates.features[place].tolist(), strict=True))
    terms = analyse(f"{record.title}\n{record.text}")
    spans = tuple((row.start, row.end) for row in passages) or ((0, len(record.text)),)
    similarity = features["similarity"]
    section = passages[0].kind if passages else SectionKind.OTHER
    return Hit(
        record=record,
        score=float(asked.scores[place]),
        similarity=similarity,
        coverage=asked.profile.coverage(terms),
        why=explain.why(asked.profile, record, terms, similarity, section),
        differs=explain.differs(asked.profile, record),
        citations=explain.citations(asked.profile, record, spans),
        features=features,
        passage=record.text[slice(*spans[0])],
        folded=tuple(found.folded),
    )
