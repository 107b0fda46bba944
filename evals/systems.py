"""The catalogue of systems that can be compared on the same corpus.

To add one: write a function that builds its ranker over an installation, and add a line
to ``SYSTEMS``.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from assistant.bootstrap import Application
from evals.datasets import EvalQuery
from retrieval.access import Reader, RecordFilter
from retrieval.errors import InvalidInput
from retrieval.searcher import BM25, DENSE, Query, SearchResult

Ranker: TypeAlias = Callable[[EvalQuery, int], tuple[str, ...]]
"""(query, how many) → record ids, best first; none for a text without words."""


def precedent(app: Application) -> Ranker:
    """What the product answers to ``precedent similar``, by the same use case."""

    def rank(query: EvalQuery, k: int) -> tuple[str, ...]:
        if not query.text.strip():
            return ()
        context = replace(app.similar.context_of_text(query.text), record_id=query.left_out)
        return _ids(app.similar.similar(context, Reader.operator(), k).result)

    return rank


def bm25(app: Application) -> Ranker:
    """Shared words alone: the baseline that every other system has to beat."""
    return _legs(app, BM25)


def dense(app: Application) -> Ranker:
    """Meaning alone: the closest passage of each record."""
    return _legs(app, DENSE)


def rrf(app: Application) -> Ranker:
    """Plain reciprocal rank fusion of words and meaning."""
    return _legs(app, BM25, DENSE)


SYSTEMS: dict[str, Callable[[Application], Ranker]] = {
    "precedent": precedent,
    "bm25": bm25,
    "dense": dense,
    "rrf": rrf,
}


def system(name: str) -> Callable[[Application], Ranker]:
    """The builder of a system; raises ``InvalidInput`` for an unknown name."""
    if name not in SYSTEMS:
        raise InvalidInput(f"There is no system {name!r}. Choose one of {', '.join(SYSTEMS)}.")
    return SYSTEMS[name]


def _legs(app: Application, *legs: str) -> Ranker:
    def rank(query: EvalQuery, k: int) -> tuple[str, ...]:
        # Redacted like the records, else a redacted word could never match.
        text = app.redactor.redact(query.text).text
        itself = frozenset() if query.left_out is None else frozenset({query.left_out})
        allowed = RecordFilter(Reader.operator(), exclude=itself)
        return _ids(app.searcher.search(Query(text, allowed, k, legs=legs)))

    return rank


def _ids(result: SearchResult) -> tuple[str, ...]:
    return tuple(hit.record.external_id for hit in result.hits)
