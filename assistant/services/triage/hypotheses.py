"""Ranked hypotheses: causes of similar records, grouped by meaning."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from assistant.domain.triage import CitedText, Counter, Hypothesis, IncidentContext
from assistant.services.triage.candidates import CauseSentence, cause_sentences, section_sentences
from retrieval.analysis import analyse
from retrieval.explain import ReasonKind
from retrieval.ports import Embedder, Vectors
from retrieval.records import Citation, SectionKind
from retrieval.searcher import MIN_COVERAGE, MIN_SIMILARITY, Hit

# Cosine at which two cause sentences count as the same cause. Pairs of the demo corpus
# that a person calls the same cause lie mostly above .6, others mostly below .5.
_SAME_CAUSE = 0.6
_MAX_HYPOTHESES = 5
_MAX_ACTIONS = 3
_MAX_COUNTERS = 3


@dataclass(slots=True)
class _Cause:
    """One sentence with the hit that it comes from."""

    sentence: CauseSentence
    hit: Hit
    vector: Vectors

    @property
    def weight(self) -> float:
        return closeness(self.hit) * self.sentence.plainness


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
            name = cause.hit.record.id
            best[name] = max(best.get(name, 0.0), cause.weight)
        return 1.0 - float(np.prod([1.0 - weight for weight in best.values()]))


def closeness(hit: Hit) -> float:
    """How near a hit is, between 0 and 1: the mean of similarity and coverage."""
    return min(max((hit.similarity + hit.coverage) / 2.0, 0.0), 1.0)


def is_close(hit: Hit) -> bool:
    """True when the hit by itself would keep the answer from being "no precedent"."""
    return hit.similarity >= MIN_SIMILARITY or hit.coverage >= MIN_COVERAGE


def hypotheses(
    context: IncidentContext, hits: Sequence[Hit], guidance: Sequence[Hit], embedder: Embedder
) -> tuple[Hypothesis, ...]:
    """At most five hypotheses from the close hits, the weightiest first."""
    pairs = [(sentence, hit) for hit in hits if is_close(hit) for sentence in _sentences(hit)]
    if not pairs:
        return ()
    vectors = embedder.passages([sentence.citation.quote for sentence, _ in pairs])
    causes = [
        _Cause(sentence, hit, vector)
        for (sentence, hit), vector in zip(pairs, vectors, strict=True)
    ]
    groups = sorted(_grouped(causes), key=lambda group: -group.weight())
    return tuple(_hypothesis(context, group, guidance) for group in groups[:_MAX_HYPOTHESES])


def _sentences(hit: Hit) -> tuple[CauseSentence, ...]:
    return cause_sentences(hit.record)


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


def _hypothesis(context: IncidentContext, group: _Group, guidance: Sequence[Hit]) -> Hypothesis:
    leading = group.causes[0].sentence.citation
    return Hypothesis(
        statement=_one_line(leading.quote),
        weight=group.weight(),
        support=tuple({c.sentence.citation: None for c in group.causes}),
        counter=_counters(group.hits()),
        next_check=_next_check(context, leading, group.hits(), guidance),
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


def _next_check(
    context: IncidentContext, cause: Citation, hits: Sequence[Hit], guidance: Sequence[Hit]
) -> CitedText | None:
    """The runbook step, else the past resolution, that shares most words with the cause."""
    wanted = analyse(f"{cause.quote}\n{context.title}")
    for sources, kinds in (
        (guidance, (SectionKind.STEP,)),
        (hits, (SectionKind.RESOLUTION, SectionKind.TIMELINE)),
    ):
        steps = [step for hit in sources for step in section_sentences(hit.record, *kinds)]
        scored = [(_overlap(wanted, step), step) for step in steps if step != cause]
        best = max(scored, key=lambda item: item[0], default=None)
        if best is not None and best[0] > 0:
            return CitedText(_one_line(best[1].quote), best[1])
    return None


def _overlap(wanted: dict[str, int], step: Citation) -> float:
    """Shared terms over the square root of the step's length: long steps win nothing by length."""
    terms = analyse(step.quote)
    shared = sum(1 for term in terms if term in wanted)
    return shared / (len(terms) ** 0.5) if terms else 0.0


def _actions(hits: Iterable[Hit]) -> list[CitedText]:
    """What was done, one sentence a record, the closest record first."""
    found = []
    for hit in hits:
        for kind in (SectionKind.RESOLUTION, SectionKind.ACTION):
            sentence = next(section_sentences(hit.record, kind), None)
            if sentence is not None:
                found.append(CitedText(_one_line(sentence.quote), sentence))
                break
    return found[:_MAX_ACTIONS]


def _first(citations: Sequence[Citation]) -> Citation | None:
    return citations[0] if citations else None


def _one_line(quote: str) -> str:
    return " ".join(quote.split())
