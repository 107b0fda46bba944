"""Assembles one triage card."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from assistant.db.change_marks import ChangeMarkRepository
from assistant.db.feedback import AGAINST, FeedbackRepository
from assistant.domain.incident import IncidentContext
from assistant.domain.triage import (
    CitedText,
    Hypothesis,
    Standing,
    SuspectedChange,
    TriageCard,
)
from assistant.services.similar import filter_for
from assistant.services.triage.changes import ChangeSuspects
from assistant.services.triage.confidence import Calibration, CalibrationFile, judged
from assistant.services.triage.fields import FieldSuggester
from assistant.services.triage.hypotheses import causes_of, hypotheses
from assistant.services.triage.next_checks import NextChecks
from assistant.services.triage.runbook_match import Wanted, called, ordered
from assistant.services.triage.stated_causes import suspicions
from retrieval.access import Reader
from retrieval.corpus.store import SqlRecordStore
from retrieval.ports import Embedder
from retrieval.records import GUIDANCE_KINDS, PRECEDENT_KINDS, RecordKind
from retrieval.searcher import Hit, Query, Searcher, SearchResult

_RUNBOOKS = 5
# How far down the search headings are looked at for the name of an alert.
_READ_FOR_NAMES = 10
_CHANGES_BY_TEXT = 20
# How many records hypotheses are drawn from, however many are shown: an answer must not
# depend on the length of its list.
_WEIGHED = 10
_NEXT_CHECKS = 3


class Evidence(NamedTuple):
    """What was found for an incident, before it is judged how likely it is right."""

    precedents: SearchResult
    runbooks: tuple[Hit, ...]
    hypotheses: tuple[Hypothesis, ...]


class Triage:
    """Answers an incident with precedents, hypotheses, guidance and suspects."""

    def __init__(
        self,
        searcher: Searcher,
        store: SqlRecordStore,
        embedder: Embedder,
        clock: Callable[[], datetime],
        *,
        marks: ChangeMarkRepository,
        feedback: FeedbackRepository,
        calibration: CalibrationFile,
        fields: FieldSuggester,
    ) -> None:
        self._searcher = searcher
        self._store = store
        self._embedder = embedder
        self._clock = clock
        self._changes = ChangeSuspects(store, marks)
        self._feedback = feedback
        self._calibration = calibration
        self._fields = fields

    def card(self, context: IncidentContext, reader: Reader, k: int = 5) -> TriageCard:
        """The card for an incident; without a precedent every past cause is marked weak."""
        evidence = self.evidence(context, reader, k)
        precedents = evidence.precedents
        answer = judged(precedents, evidence.hypotheses, self._calibrated())
        onset = context.onset or self._clock()
        return TriageCard(
            context=context,
            hits=answer.hits[:k],
            abstained=answer.abstained,
            hypotheses=self._without_rejected(context, answer.hypotheses),
            runbooks=evidence.runbooks,
            suggested_fields=self._fields.suggest(context, answer.hits, onset, reader),
            suspected_changes=self.suspected_changes(context, reader, precedents.hits),
            notes=precedents.notes,
            next_checks=self._next_checks(context, evidence) if answer.abstained else (),
            precedent_probability=answer.probability,
        )

    def evidence(self, context: IncidentContext, reader: Reader, k: int = 5) -> Evidence:
        """Precedents, runbooks and hypotheses, the last ones by weight."""
        precedents = self._search(context, reader, PRECEDENT_KINDS, max(k, _WEIGHED))
        runbooks = self.runbooks(context, reader)
        record = context.record
        # Of a resolved record anybody can read the cause; it is no answer to itself.
        own = () if record is None or record.resolved_at is not None else suspicions(record)
        causes = causes_of(precedents.hits[:_WEIGHED], own)
        found = hypotheses(context, causes, precedents.hits, runbooks, self._embedder)
        return Evidence(precedents, runbooks, found)

    def runbooks(self, context: IncidentContext, reader: Reader) -> tuple[Hit, ...]:
        """Runbooks that the alerts link, then those of their names, then those of the meaning."""
        wanted = Wanted.of(context)
        depth = _READ_FOR_NAMES if wanted else _RUNBOOKS
        found = self._search(context, reader, GUIDANCE_KINDS, depth)
        allowed = filter_for(context, reader, GUIDANCE_KINDS)
        return ordered(wanted, found.hits, called(self._store, allowed, wanted))[:_RUNBOOKS]

    def _calibrated(self) -> Calibration | None:
        """The calibration, unless it was fitted with another model."""
        found = self._calibration.current()
        return None if found is None or found.embedder != self._embedder.model_id else found

    def _without_rejected(
        self, context: IncidentContext, found: Sequence[Hypothesis]
    ) -> tuple[Hypothesis, ...]:
        """What a person turned down for this very record goes to the end, marked."""
        if context.record_id is None:
            return tuple(found)
        verdicts = {
            given.suggestion: given.verdict for given in self._feedback.about(context.record_id)
        }
        marked = [
            replace(one, standing=Standing.REJECTED) if verdicts.get(one.id) in AGAINST else one
            for one in found
        ]
        return tuple(sorted(marked, key=lambda one: one.standing is Standing.REJECTED))

    def _next_checks(self, context: IncidentContext, evidence: Evidence) -> tuple[CitedText, ...]:
        steps = NextChecks.of(
            context.title,
            [context.text],
            evidence.precedents.hits,
            evidence.runbooks,
            self._embedder,
        )
        return steps.closest(context.text, _NEXT_CHECKS)

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

    def suspected_changes(
        self, context: IncidentContext, reader: Reader, similar: tuple[Hit, ...]
    ) -> tuple[SuspectedChange, ...]:
        """Changes shortly before the incident, the most suspect first; ``similar`` helps."""
        onset = context.onset or self._clock()
        changes = filter_for(context, reader, frozenset({RecordKind.CHANGE}))
        # Not folded: of the same change every month, only the last can be a suspect.
        by_text = self._searcher.search(
            Query(context.text, changes, _CHANGES_BY_TEXT, context.services, at=onset)
        )
        return self._changes.before(context, onset, changes, by_text.hits, similar)
