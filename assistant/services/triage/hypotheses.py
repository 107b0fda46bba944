"""Ranked hypotheses: causes of similar records, grouped by meaning."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from assistant.domain.incident import IncidentContext
from assistant.domain.triage import CitedText, Counter, Effect, Hypothesis, SuggestedAction
from assistant.services.drafting.reading import Unit
from assistant.services.triage.candidates import (
    PLAINNESS,
    CauseSentence,
    cause_sentences,
    checks,
    remedies,
)
from retrieval.analysis import analyse
from retrieval.explain import ReasonKind
from retrieval.ports import Embedder, Vectors
from retrieval.records import Citation
from retrieval.searcher import Hit

# Cosine at which two cause sentences count as the same cause. Pairs of the demo corpus
# that a person calls the same cause lie mostly above .6, others mostly below .5.
_SAME_CAUSE = 0.6
_MAX_HYPOTHESES = 5
_MAX_ACTIONS = 3
_MAX_COUNTERS = 3
# Embedding one short sentence takes 4 ms; the rest of a card takes about 50.
_MAX_STEPS = 12
# Below it a step is about something else: the same reasoning as for CLOSE_IN_MEANING.
_RELATED_STEP = 0.4


@dataclass(slots=True)
class _Cause:
    """One sentence with the hit that it comes from."""

    sentence: CauseSentence
    hit: Hit
    vector: Vectors

    @property
    def weight(self) -> float:
        return self.hit.closeness * PLAINNESS[self.sentence.kind]


@dataclass(slots=True)
class _Group:
    """Sentences that name the same cause, the weightiest first."""

    causes: list[_Cause] = field(default_factory=list)

    def hits(self) -> list[Hit]:
        """The hits behind the group, each once."""
        return list({cause.hit.record.id: cause.hit for cause in self.causes}.values())

    def weight(self) -> float:
        """1 − Π(1 − w) over independent records: agreement raises it, repetition does not."""
        best: dict[str, float] = {}
        for cause in self.causes:
            for record in (cause.hit.record, *cause.hit.folded):
                best[record.id] = max(best.get(record.id, 0.0), cause.weight)
        return 1.0 - float(np.prod([1.0 - weight for weight in best.values()]))


@dataclass(frozen=True, slots=True)
class _Steps:
    """Things to look at next, from runbooks and from how it was handled before."""

    steps: tuple[Unit, ...]
    vectors: Vectors
    title: str
    embedder: Embedder

    @classmethod
    def of(
        cls,
        context: IncidentContext,
        groups: Sequence[_Group],
        hits: Sequence[Hit],
        guidance: Sequence[Hit],
        embedder: Embedder,
    ) -> "_Steps":
        """The steps that share most words with the incident and its possible causes."""
        causes = "\n".join(group.causes[0].sentence.citation.quote for group in groups)
        wanted = analyse(f"{context.title}\n{causes}")
        found = [step for hit in (*guidance, *hits) for step in checks(hit.record)]
        best = sorted(found, key=lambda step: -_overlap(wanted, step))[:_MAX_STEPS]
        vectors = embedder.passages([step.text for step in best])
        return cls(tuple(best), vectors, context.title, embedder)

    def next_check(self, cause: _Cause) -> CitedText | None:
        """The step closest in meaning to the incident with this cause, if any is close."""
        if not self.steps:
            return None
        scores = self.vectors @ self.embedder.query(f"{self.title}. {cause.sentence.text}")
        for row in np.argsort(-scores):
            step = self.steps[int(row)]
            if scores[row] < _RELATED_STEP:
                return None
            if step.cite() != cause.sentence.citation:
                return CitedText(step.text, step.cite())
        return None


def hypotheses(
    context: IncidentContext, hits: Sequence[Hit], guidance: Sequence[Hit], embedder: Embedder
) -> tuple[Hypothesis, ...]:
    """At most five hypotheses from the close hits, the weightiest first."""
    pairs = [
        (sentence, hit) for hit in hits if hit.is_close for sentence in cause_sentences(hit.record)
    ]
    if not pairs:
        return ()
    vectors = embedder.passages([sentence.text for sentence, _ in pairs])
    causes = [
        _Cause(sentence, hit, vector)
        for (sentence, hit), vector in zip(pairs, vectors, strict=True)
    ]
    groups = sorted(_grouped(causes), key=lambda group: -group.weight())[:_MAX_HYPOTHESES]
    steps = _Steps.of(context, groups, hits, guidance, embedder)
    return tuple(_hypothesis(group, steps) for group in groups)


def _grouped(causes: list[_Cause]) -> list[_Group]:
    """Greedy: a sentence joins the group whose first sentence it is closest to, if close enough."""
    groups: list[_Group] = []
    for cause in sorted(causes, key=lambda c: -c.weight):
        scores = [float(group.causes[0].vector @ cause.vector) for group in groups]
        best = int(np.argmax(scores)) if scores else -1
        if best >= 0 and scores[best] >= _SAME_CAUSE:
            groups[best].causes.append(cause)
        else:
            groups.append(_Group([cause]))
    return groups


def _hypothesis(group: _Group, steps: _Steps) -> Hypothesis:
    leading = group.causes[0]
    return Hypothesis(
        statement=leading.sentence.text,
        weight=group.weight(),
        support=tuple({c.sentence.citation: None for c in group.causes}),
        counter=_counters(group.hits()),
        next_check=steps.next_check(leading),
        actions=tuple(_actions(group.hits())),
    )


def _counters(hits: Iterable[Hit]) -> tuple[Counter, ...]:
    """What differs between the incident and every record behind a hypothesis."""
    found: dict[str, Counter] = {}
    for hit in hits:
        for reason in hit.differs:
            if reason.kind in (ReasonKind.SERVICE, ReasonKind.IDENTIFIER):
                text = f"{hit.record.id}: {reason.text[:1].lower()}{reason.text[1:]}"
                found.setdefault(text, Counter(text, _first(hit.citations)))
    return tuple(found.values())[:_MAX_COUNTERS]


def _overlap(wanted: Mapping[str, int], step: Unit) -> float:
    """Shared terms over the square root of the step's length: long steps win nothing by length."""
    terms = analyse(step.text)
    shared = sum(1 for term in terms if term in wanted)
    return shared / (len(terms) ** 0.5) if terms else 0.0


def _actions(hits: Iterable[Hit]) -> list[SuggestedAction]:
    """What was done, one sentence a record, the closest record first."""
    done = (next(remedies(hit.record), None) for hit in hits)
    return [
        SuggestedAction(unit.text, unit.cite(), Effect.REVERSIBLE)
        for unit in done
        if unit is not None
    ][:_MAX_ACTIONS]


def _first(citations: Sequence[Citation]) -> Citation | None:
    return citations[0] if citations else None
