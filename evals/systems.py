"""The catalogue of systems that can be compared on the same corpus.

To add one: write a function that builds its ranker over an installation, and add a line
to ``SYSTEMS``.
"""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from typing import Any, TypeAlias

from assistant.bootstrap import Application
from assistant.services.similar import SimilarIncidents
from evals.baselines.langchain_default import DefaultRag, PortEmbeddings
from evals.datasets import EvalQuery
from evals.deployment import Deployment, is_address
from evals.vector_cache import VectorCache, default_cache_file
from retrieval import ranking
from retrieval.access import Reader, RecordFilter
from retrieval.errors import InvalidInput
from retrieval.ranking import ByMeaning, ByWords, ReciprocalRank
from retrieval.records import Record
from retrieval.rerankers.late_interaction import LateInteraction
from retrieval.searcher import Query, Searcher

Ranker: TypeAlias = Callable[[EvalQuery, int], tuple[str, ...]]
"""(query, how many) → record ids, best first; none for a text without words.

A list longer than an answer is there to be scored: nobody reads it, so nothing explains it.
"""

HITS_OF_AN_ANSWER = 10
"""What an analyst sees."""


def precedent(app: Application) -> Ranker:
    """What the product answers, by the same use case.

    A query that is itself a record is asked as the sidebar asks it: with the moment it was
    opened and the service it names, which an open ticket has from the start. Its text is the
    dataset's, not the record's.
    """

    def rank(query: EvalQuery, k: int) -> tuple[str, ...]:
        itself = None if query.left_out is None else app.store.get(query.left_out)
        if itself is None:
            return _similar(app.similar, query, k)
        opened, services = itself.opened_at, frozenset(itself.services)
        return _similar(app.similar, query, k, opened_at=opened, services=services)

    return rank


def precedent_text(app: Application) -> Ranker:
    """The product, told nothing but the text."""
    return lambda query, k: _similar(app.similar, query, k)


def late_interaction(app: Application) -> Ranker:
    """As ``precedent-text``, its first hits read again word piece by word piece."""
    searcher = Searcher(app.index, app.store, app.fitted.ranker(), LateInteraction())
    similar = SimilarIncidents(searcher, app.store, app.redactor, app.clock)
    return lambda query, k: _similar(similar, query, k)


def bm25(app: Application) -> Ranker:
    """Shared words alone: the baseline that every other system has to beat."""
    return _ranked(app, ByWords())


def dense(app: Application) -> Ranker:
    """Meaning alone: the closest passage of each record."""
    return _ranked(app, ByMeaning())


def rrf(app: Application) -> Ranker:
    """Plain reciprocal rank fusion of words and meaning."""
    return _ranked(app, ReciprocalRank())


def langchain_default(app: Application) -> Ranker:
    """What most people build first: LangChain's splitter, the same model, the closest chunk."""
    with closing(VectorCache(default_cache_file(), app.embedder)) as cache:
        embeddings = PortEmbeddings(app.embedder, cache.passages)
        rag = DefaultRag(list(app.store.iter_current()), embeddings)

    def rank(query: EvalQuery, k: int) -> tuple[str, ...]:
        return rag.rank(query.text, k, query.left_out, query.as_of) if query.text.strip() else ()

    return rank


SYSTEMS: dict[str, Callable[[Application], Ranker]] = {
    "precedent": precedent,
    "precedent-text": precedent_text,
    "late-interaction": late_interaction,
    "bm25": bm25,
    "dense": dense,
    "rrf": rrf,
    "langchain-default": langchain_default,
}


def system(name: str) -> Callable[[Application], Ranker]:
    """The builder of a system, by name or by address; ``InvalidInput`` for an unknown name."""
    if is_address(name):
        there = Deployment.at(name)
        return lambda _app: there.rank
    if name not in SYSTEMS:
        raise InvalidInput(
            f"There is no system {name!r}. Choose one of {', '.join(SYSTEMS)}, or give the "
            "address of a deployment."
        )
    return SYSTEMS[name]


def _similar(similar: SimilarIncidents, query: EvalQuery, k: int, **known: Any) -> tuple[str, ...]:
    if not query.text.strip():
        return ()
    context = similar.context_of_text(query.text)
    context = replace(context, record_id=query.left_out, as_of=query.as_of, **known)
    if k > HITS_OF_AN_ANSWER:
        return _ids(similar.order(context, Reader.operator(), k))
    return _ids(similar.similar(context, Reader.operator(), k).result.records)


def _ranked(app: Application, ranker: ranking.Ranker) -> Ranker:
    searcher = Searcher(app.index, app.store, ranker)

    def rank(query: EvalQuery, k: int) -> tuple[str, ...]:
        # Redacted like the records, else a redacted word could never match.
        text = app.redactor.redact(query.text).text
        itself = frozenset() if query.left_out is None else frozenset({query.left_out})
        allowed = RecordFilter(Reader.operator(), as_of=query.as_of, exclude=itself)
        asked = Query(text, allowed, k)
        if k > HITS_OF_AN_ANSWER:
            return _ids(searcher.order(asked))
        return _ids(searcher.search(asked).records)

    return rank


def _ids(records: Iterable[Record]) -> tuple[str, ...]:
    return tuple(record.external_id for record in records)
