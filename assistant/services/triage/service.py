"""Assembles one triage card."""

from collections.abc import Callable
from datetime import datetime

from assistant.domain.incident import IncidentContext
from assistant.domain.triage import Hypothesis, SuspectedChange, TriageCard
from assistant.services.similar import filter_for
from assistant.services.triage.changes import suspected_changes
from assistant.services.triage.fields import suggested_fields
from assistant.services.triage.hypotheses import hypotheses
from retrieval.access import Reader
from retrieval.corpus.store import SqlRecordStore
from retrieval.ports import Embedder
from retrieval.records import GUIDANCE_KINDS, PRECEDENT_KINDS, RecordKind
from retrieval.searcher import Hit, Query, Searcher, SearchResult

_RUNBOOKS = 3
# A runbook tells what to do, not what hurts, so it shares few words with a ticket and its
# meaning must suffice. Of 60 alerts asked of their own runbooks 95 % lie above .54, half of
# the questions from other fields below .41 (docs/decisions/0006 describes the data).
_GUIDANCE_SIMILARITY = 0.5
_CHANGES_BY_TEXT = 20
_CHANGES_BY_SERVICE = 20


class Triage:
    """Answers an incident with precedents, hypotheses, guidance and suspects."""

    def __init__(
        self,
        searcher: Searcher,
        store: SqlRecordStore,
        embedder: Embedder,
        clock: Callable[[], datetime],
    ) -> None:
        self._searcher = searcher
        self._store = store
        self._embedder = embedder
        self._clock = clock

    def card(self, context: IncidentContext, reader: Reader, k: int = 5) -> TriageCard:
        """The card for an incident; no hypothesis when there is no precedent."""
        precedents = self._search(context, reader, PRECEDENT_KINDS, k)
        guidance = self._search(context, reader, GUIDANCE_KINDS, _RUNBOOKS)
        runbooks = tuple(
            hit for hit in guidance.hits if hit.is_close or hit.similarity >= _GUIDANCE_SIMILARITY
        )
        found: tuple[Hypothesis, ...] = ()
        if not precedents.abstained:
            found = hypotheses(context, precedents.hits, runbooks, self._embedder)
        return TriageCard(
            context=context,
            hits=precedents.hits,
            abstained=precedents.abstained,
            hypotheses=found,
            runbooks=runbooks,
            suggested_fields=suggested_fields(context, precedents.hits),
            suspected_changes=self._suspects(context, reader),
            notes=precedents.notes,
        )

    def _search(
        self, context: IncidentContext, reader: Reader, kinds: frozenset[RecordKind], k: int
    ) -> SearchResult:
        return self._searcher.search(
            Query(
                context.text,
                filter_for(context, reader, kinds),
                k,
                context.services,
                at=context.onset or self._clock(),
                fold=True,
            )
        )

    def _suspects(self, context: IncidentContext, reader: Reader) -> tuple[SuspectedChange, ...]:
        onset = context.onset or self._clock()
        kinds = frozenset({RecordKind.CHANGE})
        by_service = (
            self._store.latest(kinds, context.services, onset, _CHANGES_BY_SERVICE)
            if context.services
            else []
        )
        by_text: tuple[Hit, ...] = self._search(context, reader, kinds, _CHANGES_BY_TEXT).hits
        return suspected_changes(
            context, by_service, by_text, filter_for(context, reader, kinds), onset
        )
