"""Values for the fields of a ticket: learned from the corpus, or agreed on by close records."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from assistant.domain.incident import IncidentContext
from assistant.domain.triage import SuggestedField
from assistant.services.fields.fitted import LEARNED, FittedFields, field_value
from assistant.services.triage.confidence import shipped_score
from assistant.services.triage.priority import priority_of
from retrieval.access import Reader
from retrieval.records import Record, RecordKind
from retrieval.searcher import Hit

# One neighbour is an anecdote; half of the weight is the least that deserves the word
# "suggested".
_MIN_RECORDS = 2
_MIN_SHARE = 0.5
# Score of the first hit, by the weights that ship, above which it is the same report. Chosen on
# a status page, where half of the questions had no duplicate: precision .76, recall .47. On a
# bug tracker, held out: .74 and .19; of the questions that have one, .88 (docs/decisions/0012).
_DUPLICATE_SCORE = 1.5
# What was resolved longer ago is a precedent; nobody closes a ticket as its duplicate.
_DUPLICATE_AGE = timedelta(days=7)
# Of the fields by which records are linked, those that name a problem and not another ticket.
_PROBLEM_FIELDS = ("problem", "problem_id", "caused_by_problem", "known_error", "rca", "rca_id")
_EXPLAINING = frozenset({RecordKind.PROBLEM, RecordKind.RCA})


class FieldSuggester:
    """Suggests what the person who files a ticket would have to look up."""

    def __init__(self, fitted: FittedFields) -> None:
        self._fitted = fitted

    def suggest(
        self, context: IncidentContext, hits: Sequence[Hit], onset: datetime, reader: Reader
    ) -> tuple[SuggestedField, ...]:
        """At most one value a field; a field about which nothing is sure is left out.

        Only values that the reader could have seen in some record. A service that the incident
        already names is not suggested again.
        """
        close = _close(hits)
        found = {
            name: self._suggested(name, context, close, reader)
            for name in LEARNED
            if not (name == "service" and context.services) and not (name == "ci" and context.cis)
        }
        found["priority"] = self._priority(found, reader) or found.get("priority")
        found["duplicate_of"] = _duplicate(hits, onset)
        found["known_problem"] = _known_problem(close)
        return tuple(suggestion for suggestion in found.values() if suggestion is not None)

    def _suggested(
        self, name: str, context: IncidentContext, close: Sequence["_Close"], reader: Reader
    ) -> SuggestedField | None:
        """What close records agree on; where they do not, the learned answer if it is sure.

        On tickets opened after what was learned from, agreement of close records was right in
        .81 and .96 of two corpora, the learned answer in .56 and .55 of what they left open; where
        the two differed, the records were right (docs/decisions/0012).
        """
        vote = _vote(name, close)
        guess = self._fitted.guess(name, context.text, reader, context.as_of)
        if guess is None:
            return vote
        if vote is not None:
            agrees = vote.value == guess.label
            return replace(vote, probability=round(guess.probability, 4)) if agrees else vote
        if not guess.sure:
            return None
        like = [one.record.id for one in close if guess.label in _values(one.record, name)]
        having = sum(1 for one in close if _values(one.record, name))
        agreeing = f"as in {len(like)} of {having} close records" if like else ""
        words = f"words: {', '.join(guess.words)}" if guess.words else ""
        return SuggestedField(
            name=name,
            value=guess.label,
            share=round(len(like) / having, 3) if having else 0.0,
            record_ids=tuple(like),
            probability=round(guess.probability, 4),
            reason="; ".join(part for part in (agreeing, words) if part),
        )

    def _priority(
        self, found: dict[str, SuggestedField | None], reader: Reader
    ) -> SuggestedField | None:
        """From impact and urgency, where both are suggested."""
        impact, urgency = found.get("impact_level"), found.get("urgency")
        if impact is None or urgency is None:
            return None
        told = priority_of(impact.value, urgency.value, self._fitted.priorities(reader))
        if told is None:
            return None
        both = None
        if impact.probability is not None and urgency.probability is not None:
            both = round(impact.probability * urgency.probability, 4)
        behind = dict.fromkeys((*impact.record_ids, *urgency.record_ids))
        share = min(impact.share, urgency.share)
        return SuggestedField("priority", told.value, share, tuple(behind), both, told.reason)


class _Close(NamedTuple):
    """A close record; one that was folded away is as close as what it was folded into."""

    record: Record
    closeness: float


def _close(hits: Sequence[Hit]) -> list[_Close]:
    return [
        _Close(record, hit.closeness)
        for hit in hits
        if hit.is_close
        for record in (hit.record, *hit.folded)
    ]


def _vote(name: str, close: Sequence[_Close]) -> SuggestedField | None:
    weights: dict[str, float] = defaultdict(float)
    behind: dict[str, list[str]] = defaultdict(list)
    total, voting = 0.0, 0
    for record, closeness in close:
        values = _values(record, name)
        total += closeness if values else 0.0
        voting += bool(values)
        for value in values:
            weights[value] += closeness
            behind[value].append(record.id)
    if not weights or not total:
        return None
    value = max(weights, key=lambda candidate: (weights[candidate], candidate))
    share = weights[value] / total
    if len(behind[value]) < _MIN_RECORDS or share < _MIN_SHARE:
        return None
    reason = f"as in {len(behind[value])} of {voting} close records"
    return SuggestedField(name, value, round(share, 3), tuple(behind[value]), reason=reason)


def _values(record: Record, name: str) -> tuple[str, ...]:
    if name == "service":
        return record.services
    value = field_value(record, name)
    return () if value is None else (value,)


def _duplicate(hits: Sequence[Hit], onset: datetime) -> SuggestedField | None:
    """The first hit, when it says the same and is still open or a few days old."""
    if not hits or hits[0].record.kind is not RecordKind.INCIDENT:
        return None
    hit = hits[0]
    record, score = hit.record, shipped_score(hit)
    opened = record.opened_at
    still_open = record.resolved_at is None or record.resolved_at > onset
    recent = opened is not None and timedelta(0) <= onset - opened <= _DUPLICATE_AGE
    if score < _DUPLICATE_SCORE or not (still_open or recent):
        return None
    state = "still open" if still_open else "of the same days"
    reason = f"{state}, and says the same (score {score:.2f})"
    return SuggestedField("duplicate_of", record.id, 1.0, (record.id,), hit.probability, reason)


def _known_problem(close: Sequence[_Close]) -> SuggestedField | None:
    """The problem that close records are linked with, or that is close itself."""
    weights: dict[str, float] = defaultdict(float)
    behind: dict[str, list[str]] = defaultdict(list)
    for record, closeness in close:
        named = {name for field in _PROBLEM_FIELDS if (name := field_value(record, field))}
        if record.kind in _EXPLAINING and not named:
            named = {record.id}
        for problem in sorted(named):
            weights[problem] += closeness
            behind[problem].append(record.id)
    if not weights:
        return None
    value = min(weights, key=lambda problem: (-weights[problem], problem))
    share = weights[value] / sum(closeness for _, closeness in close)
    records = behind[value]
    if share < _MIN_SHARE and len(records) < _MIN_RECORDS:
        return None
    linked = [record for record in records if record != value]
    reason = f"linked with {', '.join(linked[:3])}" if linked else "close to the incident itself"
    return SuggestedField("known_problem", value, round(share, 3), tuple(records), reason=reason)
