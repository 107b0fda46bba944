"""What the legs of a search find, and what is known of each candidate."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.access import RecordFilter
from retrieval.analysis import analyse, line_marks
from retrieval.explain import QueryProfile
from retrieval.open_index import OpenIndex
from retrieval.ports import LexicalIndex, Vectors
from retrieval.ranking import FEATURES, Matrix
from retrieval.records import GUIDANCE_KINDS

# Candidates per leg. Several passages of one record take places in the dense leg.
_BY_WORDS = 100
_BY_IDENTIFIERS = 30
_BY_MEANING = 300
_NEARBY = 50

# In a published year of incidents 93.8 % of recurrences came within 20 days: Microsoft,
# "Recurring incidents", as carried over in the literature on incident similarity.
_RECENCY_DAYS = 30.0
_DAY = 86_400.0
# A line that so many records have is a template's, not a person's.
_COMMON_LINE_SHARE = 0.01
_COMMON_LINE_FLOOR = 5
# The most that BM25 with k1 = 1.2 gives a term, as a multiple of its rarity.
_SATURATION = 2.2


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for.

    ``at`` is the moment the incident began and ``services`` what it touches, where known;
    they order hits and explain them. To restrict by service use the filter. With ``fold``,
    near-duplicates come as one hit.
    """

    text: str
    filter: RecordFilter
    k: int = 10
    services: frozenset[str] = frozenset()
    at: datetime | None = None
    fold: bool = False


def telling_text(text: str, index: LexicalIndex) -> str:
    """The text without lines that many records have; all of it if nothing else is left.

    Many is one in a hundred, and at least five.
    """
    many = max(_COMMON_LINE_FLOOR, len(index) * _COMMON_LINE_SHARE)
    common = {line for line, mark in line_marks(text).items() if index.line_frequency(mark) >= many}
    if not common:
        return text
    left = "\n".join(line for line in text.splitlines() if line not in common)
    return left if left.strip() else text


@dataclass(frozen=True, slots=True)
class Candidates:
    """Rows of records, a row of features for each, and the passages behind them."""

    rows: NDArray[np.intp]
    features: Matrix
    passages: dict[int, list[int]] = field(default_factory=dict)
    """Passage rows by record row, the closest first."""


def gather(
    query: Query,
    profile: QueryProfile,
    vector: Vectors,
    excluded: Sequence[int],
    index: OpenIndex,
) -> Candidates:
    """The candidates of every leg that the filter admits, each known in full.

    The legs only propose: words, identifiers, meaning, and what befell the same service
    about that time. Then each candidate is scored on every feature, also on those of legs
    that did not propose it.
    """
    allowed = index.table.allowed_records(query.filter, excluded)
    counts = analyse(query.text)
    terms = {term: float(counts[term]) for term in profile.weights}
    names = {name.lower(): 1.0 for name in profile.identifiers}
    by_words = index.lexical.search(terms, query.filter, max(_BY_WORDS, query.k))
    by_names = index.lexical.search(names, query.filter, _BY_IDENTIFIERS) if names else []
    by_meaning = index.vectors.search(
        vector, max(_BY_MEANING, 3 * query.k), allowed[index.table.passage_record]
    )
    rows = np.unique(
        np.concatenate(
            [
                index.rows_of([hit.key for hit in (*by_words, *by_names)]),
                index.table.passage_record[[hit.key for hit in by_meaning]].astype(np.intp),
                _nearby(query, index, allowed),
            ]
        )
    )
    # An index of words may be a moment behind the table; what is not admitted goes.
    rows = rows[allowed[rows]] if len(rows) else rows
    words = _words(query, index, rows, terms, {hit.key: hit.score for hit in by_words})
    best = _SATURATION * sum(terms[term] * weight for term, weight in profile.weights.items())
    meaning = _meaning(index, rows, vector)
    columns = {
        "similarity": meaning.closest,
        "breadth": meaning.mean,
        "words": words / best if best > 0 else words,
        "recency": _recency(query, index)[rows],
        "precedent": index.table.where("kind", lambda k: k[0] not in GUIDANCE_KINDS)[rows],
        "service": _same_service(query, index)[rows],
    }
    features = np.stack([columns[name].astype(np.float64) for name in FEATURES], axis=1)
    return Candidates(rows, features, meaning.passages)


def _words(
    query: Query,
    index: OpenIndex,
    rows: NDArray[np.intp],
    terms: dict[str, float],
    known: dict[int, float],
) -> NDArray[np.float64]:
    """The BM25 score of each record, also of those that the leg of words did not propose."""
    keys = [int(key) for key in index.table.key[rows]]
    missing = [key for key in keys if key not in known]
    if missing and terms:
        found = index.lexical.search(terms, query.filter, len(missing), among=missing)
        known = known | {hit.key: hit.score for hit in found}
    return np.array([known.get(key, 0.0) for key in keys])


class _Meaning(NamedTuple):
    """Cosines by record: of its closest passage and on average; and its passages, best first."""

    closest: NDArray[np.float64]
    mean: NDArray[np.float64]
    passages: dict[int, list[int]]


def _meaning(index: OpenIndex, rows: NDArray[np.intp], vector: Vectors) -> _Meaning:
    owners = index.table.passage_record
    begins = np.searchsorted(owners, rows, side="left")
    ends = np.searchsorted(owners, rows, side="right")
    spans = [np.arange(begin, end) for begin, end in zip(begins, ends, strict=True)]
    scores = index.vectors.scores(vector, np.concatenate([*spans, np.empty(0, dtype=np.intp)]))
    lengths = ends - begins
    closest, mean = np.zeros(len(rows)), np.zeros(len(rows))
    has = np.flatnonzero(lengths)
    if len(has):
        starts = np.cumsum(lengths[has]) - lengths[has]
        closest[has] = np.maximum.reduceat(scores, starts)
        mean[has] = np.add.reduceat(scores, starts) / lengths[has]
    by_record = np.split(scores, np.cumsum(lengths))
    passages = {
        int(row): span[np.argsort(-mine, kind="stable")].tolist()
        for row, span, mine in zip(rows, spans, by_record, strict=False)
    }
    return _Meaning(closest, mean, passages)


def _recency(query: Query, index: OpenIndex) -> NDArray[np.float64]:
    if query.at is None:
        return np.zeros(len(index.table))
    return np.nan_to_num(np.exp(-_days(query.at, index.table.opened_at) / _RECENCY_DAYS))


def _nearby(query: Query, index: OpenIndex, allowed: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Records of the same service that were opened about the same time."""
    if query.at is None or not query.services:
        return np.empty(0, dtype=np.intp)
    same = np.flatnonzero(allowed & _same_service(query, index))
    days = _days(query.at, index.table.opened_at[same])
    near = np.flatnonzero(days <= _RECENCY_DAYS)
    return same[near[np.argsort(days[near], kind="stable")][:_NEARBY]]


def _same_service(query: Query, index: OpenIndex) -> NDArray[np.bool_]:
    return index.table.where("services", lambda names: not query.services.isdisjoint(names))


def _days(moment: datetime, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each time is from the moment; NaN where it is not known."""
    return np.abs(times - moment.timestamp()) / _DAY
