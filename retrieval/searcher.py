"""Query → candidates of each leg → fused, explained hits, grouped by record."""

from dataclasses import dataclass, field, replace

from retrieval import explain
from retrieval.access import RecordFilter
from retrieval.analysis import analyse
from retrieval.explain import QueryProfile, Reason, ReasonKind
from retrieval.fusion import Fused, reciprocal_rank
from retrieval.open_index import IndexReader, OpenIndex
from retrieval.ports import Embedder, RecordStore, Scored
from retrieval.record_table import PassageRow
from retrieval.records import Citation, Record, SectionKind

BM25 = "bm25"
DENSE = "dense"

# Candidates per leg. Fusion gains nothing below rank 100 (a candidate there adds at most
# 1/160), and several passages of one record take places in the dense leg.
_RECORDS_PER_LEG = 100
_PASSAGES_PER_LEG = 300
_PASSAGES_PER_HIT = 3
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
class Query:
    """What to look for. ``services`` only explain; to restrict by service use the filter."""

    text: str
    filter: RecordFilter
    k: int = 10
    services: frozenset[str] = frozenset()
    legs: tuple[str, ...] = (BM25, DENSE)


@dataclass(frozen=True, slots=True)
class Hit:
    """One similar record.

    ``score`` orders hits and means nothing by itself. ``similarity`` is the cosine of
    the closest passage, ``coverage`` the share of the query's rare words found.
    ``probability`` stays ``None`` until it has been fitted on the organisation's history.
    """

    record: Record
    score: float
    similarity: float
    coverage: float
    why: tuple[Reason, ...]
    differs: tuple[Reason, ...]
    citations: tuple[Citation, ...]
    ranks: dict[str, int] = field(default_factory=dict)
    probability: float | None = None

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


@dataclass(slots=True)
class _Candidates:
    """What the legs found: rankings of record rows, and the passages behind them."""

    rankings: dict[str, list[int]] = field(default_factory=dict)
    passages: dict[int, list[Scored]] = field(default_factory=dict)


class Searcher:
    """Finds records by words and by meaning, and says why.

    Permission and time are applied before scoring in every leg, and once more to each
    loaded record: an index that lags behind the corpus never shows what was removed
    or restricted since.
    """

    def __init__(self, reader: IndexReader, store: RecordStore, embedder: Embedder) -> None:
        self._reader = reader
        self._store = store
        self._embedder = embedder

    def search(self, query: Query) -> SearchResult:
        """The at most ``query.k`` most similar records; none for a text without words."""
        notes: tuple[str, ...] = ()
        if len(query.text) > MAX_QUERY_CHARS:
            notes = (
                f"The text is {len(query.text):,} characters long; "
                f"the first {MAX_QUERY_CHARS:,} were used.",
            )
            query = replace(query, text=query.text[:MAX_QUERY_CHARS])
        index = self._reader.current()
        if not query.text.strip() or not len(index.lexical):
            return SearchResult((), abstained=True, notes=notes)
        profile = explain.profile(
            query.text,
            query.services,
            index.lexical.document_frequency,
            len(index.lexical),
            _MAX_QUERY_TERMS,
        )
        candidates = self._candidates(query, profile, index)
        fused = reciprocal_rank(candidates.rankings)
        hits = self._hits(query, profile, index, fused, candidates)
        return SearchResult(hits, abstained=not any(hit.is_close for hit in hits), notes=notes)

    def _candidates(self, query: Query, profile: QueryProfile, index: OpenIndex) -> _Candidates:
        found = _Candidates()
        if BM25 in query.legs:
            counts = analyse(query.text)
            terms = {term: counts[term] for term in profile.weights}
            limit = max(_RECORDS_PER_LEG, query.k)
            found.rankings[BM25] = [
                hit.row for hit in index.lexical.search(terms, query.filter, limit)
            ]
        if DENSE in query.legs:
            allowed = index.table.allowed_passages(query.filter)
            vector = self._embedder.query(query.text)
            limit = max(_PASSAGES_PER_LEG, 3 * query.k)
            for hit in index.vectors.search(vector, limit, allowed):
                row = int(index.table.passage_record[hit.row])
                found.passages.setdefault(row, []).append(hit)
            # The ranking of records by their best passage: dicts keep the order of finding.
            found.rankings[DENSE] = list(found.passages)
        return found

    def _hits(
        self,
        query: Query,
        profile: QueryProfile,
        index: OpenIndex,
        fused: list[Fused],
        candidates: _Candidates,
    ) -> tuple[Hit, ...]:
        # A few more than asked for, because some may have been removed since indexing.
        likely = fused[: 2 * query.k + 10]
        wanted = {index.table.ids[c.row]: int(index.table.revisions[c.row]) for c in likely}
        loaded = self._store.get_many(wanted.items())
        hits = []
        for candidate in likely:
            record = loaded.get(index.table.ids[candidate.row])
            if record is None or not query.filter.admits(record):
                continue
            passages = candidates.passages.get(candidate.row, [])[:_PASSAGES_PER_HIT]
            hits.append(_hit(profile, index, candidate, record, passages))
            if len(hits) == query.k:
                break
        return tuple(hits)


def _hit(
    profile: QueryProfile,
    index: OpenIndex,
    candidate: Fused,
    record: Record,
    passages: list[Scored],
) -> Hit:
    terms = analyse(f"{record.title}\n{record.text}")
    rows: list[PassageRow] = [index.table.passage(passage.row) for passage in passages]
    spans = tuple((row.start, row.end) for row in rows) or ((0, len(record.text)),)
    similarity = passages[0].score if passages else 0.0
    section = rows[0].kind if rows else SectionKind.OTHER
    return Hit(
        record=record,
        score=candidate.score,
        similarity=similarity,
        coverage=profile.coverage(terms),
        why=explain.why(profile, record, terms, similarity, section),
        differs=explain.differs(profile, record),
        citations=explain.citations(profile, record, spans),
        ranks=dict(candidate.ranks),
    )
