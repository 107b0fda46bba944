"""Ranked hypotheses: causes of similar records, grouped by meaning."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from assistant.domain.incident import IncidentContext
from assistant.domain.triage import (
    Counter,
    Hypothesis,
    Origin,
    Standing,
    SuggestedAction,
)
from assistant.services.triage.next_checks import NextChecks
from assistant.services.triage.remediation import action, safest_first
from assistant.services.triage.same_cause import SAME_CAUSE, agreements
from assistant.services.triage.stated_causes import (
    IN_PASSING,
    CauseSentence,
    recorded_causes,
)
from assistant.services.triage.steps import remedies
from retrieval.explain import ReasonKind
from retrieval.ports import Embedder
from retrieval.records import Citation
from retrieval.searcher import Hit

# What recency and service add to closeness, how little plainness takes away, and what each of
# two further records that agree adds. Over the backtests of two corpora (docs/decisions/0013)
# these were on a flat top; closeness times plainness alone lost a third of the right answers.
_RECENCY, _SERVICE = 0.15, 0.08
_PLAINNESS = 0.25
_AGREEING = 0.1
# A hit further away than this is not even a weak precedent.
_WEAK_CLOSENESS = 0.25
# What an open ticket says of its own cause, as much as a close record would: a suspicion.
_OWN = 0.5
_MAX_HYPOTHESES = 5
_MAX_ACTIONS = 3
_MAX_COUNTERS = 3

FEATURES = ("closeness", "agreement", "plainness", "share", "recency", "service", "named", "own")
"""What a hypothesis is weighed by; each between 0 and 1, more speaks for it.

- closeness: of the closest record behind it (mean of meaning and shared rare words)
- agreement: the share of three independent records that name it, each by its weight
- plainness: how plainly its source says that it is the cause
- share: its part of the weight of all hypotheses of the answer
- recency: exp(−days / 30) of the record behind it that was opened nearest in time
- service: 1 when a record behind it is of the same service
- named: the share of the incident's identifiers that a record behind it names
- own: 1 when this incident's own record says it
"""


@dataclass(frozen=True, slots=True)
class Cause:
    """One sentence, and the hit that it comes from: none where the incident itself says it."""

    sentence: CauseSentence
    hit: Hit | None

    @property
    def weight(self) -> float:
        """Relevance of the record times a root of plainness, between 0 and 1."""
        return float(self.relevance * self.sentence.plainness**_PLAINNESS)

    @property
    def relevance(self) -> float:
        """Closeness, with what recency and service add; the incident itself is no nearer."""
        if self.hit is None:
            return _OWN
        known = self.hit.features
        added = _RECENCY * known["recency"] + _SERVICE * known["service"]
        return (self.hit.closeness + added) / (1 + _RECENCY + _SERVICE)


@dataclass(slots=True)
class _Group:
    """Sentences that name the same cause, the weightiest first."""

    causes: list[Cause] = field(default_factory=list)

    def hits(self) -> list[Hit]:
        """The hits behind the group, each once."""
        return list({c.hit.record.id: c.hit for c in self.causes if c.hit is not None}.values())

    def by_record(self) -> list[float]:
        """The weight of each independent record behind it, the largest three, descending."""
        best: dict[str, float] = {}
        for cause in self.causes:
            behind = () if cause.hit is None else (cause.hit.record, *cause.hit.folded)
            for name in [record.id for record in behind] or [cause.sentence.citation.record_id]:
                best[name] = max(best.get(name, 0.0), cause.weight)
        return sorted(best.values(), reverse=True)[:3]

    def weight(self) -> float:
        """Of the weightiest record, and a tenth of each of two more: repetition is no proof."""
        first, *others = self.by_record()
        return min(first + _AGREEING * sum(others), 1.0)


def causes_of(hits: Sequence[Hit], own: Sequence[CauseSentence]) -> list[Cause]:
    """Every cause worth considering: of records that are close enough, and of the incident."""
    found = [Cause(sentence, None) for sentence in own]
    for hit in hits:
        if hit.is_close or hit.closeness >= _WEAK_CLOSENESS:
            found += [Cause(sentence, hit) for sentence in recorded_causes(hit.record)]
    return found


def hypotheses(
    context: IncidentContext,
    causes: Sequence[Cause],
    hits: Sequence[Hit],
    guidance: Sequence[Hit],
    embedder: Embedder,
) -> tuple[Hypothesis, ...]:
    """At most five hypotheses, the weightiest first; weak ones are marked, not left out."""
    groups = sorted(_grouped(causes, embedder), key=lambda group: -group.weight())
    groups = groups[:_MAX_HYPOTHESES]
    if not groups:
        return ()
    total = sum(group.weight() for group in groups)
    statements = [group.causes[0].sentence for group in groups]
    steps = NextChecks.of(
        context.title, [said.citation.quote for said in statements], hits, guidance, embedder
    )
    checks = steps.separating(
        [said.text for said in statements], [said.citation for said in statements]
    )
    return tuple(
        Hypothesis(
            statement=said.text,
            weight=group.weight(),
            support=tuple({c.sentence.citation: None for c in group.causes}),
            kind=said.kind,
            origin=Origin.INCIDENT if group.causes[0].hit is None else Origin.PRECEDENT,
            standing=Standing.OPEN if _stands(group) else Standing.WEAK,
            counter=_counters(group.hits()),
            next_check=check,
            actions=safest_first(_actions(group.hits())),
            features=_features(context, group, total),
        )
        for group, said, check in zip(groups, statements, checks, strict=True)
    )


def _stands(group: _Group) -> bool:
    """Whether it is worth a headline: said plainly by a close record, or by the incident itself."""
    return any(
        cause.hit is None or (cause.hit.is_close and cause.sentence.plainness > IN_PASSING)
        for cause in group.causes
    )


def _grouped(causes: Sequence[Cause], embedder: Embedder) -> list[_Group]:
    """Greedy: a sentence joins the group whose first sentence it agrees with most."""
    ordered = sorted(causes, key=lambda cause: -cause.weight)
    texts = [cause.sentence.text for cause in ordered]
    alike = agreements(embedder, texts, texts)
    groups: list[_Group] = []
    leaders: list[int] = []
    for place, cause in enumerate(ordered):
        best = max(range(len(groups)), key=lambda g: alike[place, leaders[g]], default=-1)
        if best >= 0 and alike[place, leaders[best]] >= SAME_CAUSE:
            groups[best].causes.append(cause)
        else:
            groups.append(_Group([cause]))
            leaders.append(place)
    return _merged(groups)


def _merged(groups: Sequence[_Group]) -> list[_Group]:
    """What one past record alone says in several sentences is one hypothesis, told by the first.

    What the open incident itself hints at are rivals, and stay apart.
    """
    merged: dict[object, _Group] = {}
    for number, group in enumerate(groups):
        names = {None if c.hit is None else c.hit.record.id for c in group.causes}
        key: object = names.pop() if len(names) == 1 and None not in names else number
        if key in merged:
            merged[key].causes += group.causes
        else:
            merged[key] = group
    return list(merged.values())


def _features(context: IncidentContext, group: _Group, total: float) -> dict[str, float]:
    hits = group.hits()
    named = [_share_named(context, hit) for hit in hits]
    return {
        "closeness": max((hit.closeness for hit in hits), default=0.0),
        "agreement": sum(group.by_record()) / 3,
        "plainness": group.causes[0].sentence.plainness,
        "share": group.weight() / total if total else 0.0,
        "recency": max((hit.features["recency"] for hit in hits), default=0.0),
        "service": max((hit.features["service"] for hit in hits), default=0.0),
        "named": max(named, default=0.0),
        "own": float(any(cause.hit is None for cause in group.causes)),
    }


def _share_named(context: IncidentContext, hit: Hit) -> float:
    if not context.identifiers:
        return 0.0
    text = f"{hit.record.title}\n{hit.record.text}".lower()
    shared = sum(1 for name in context.identifiers if name.lower() in text)
    return shared / len(context.identifiers)


def _counters(hits: Iterable[Hit]) -> tuple[Counter, ...]:
    """What differs between the incident and every record behind a hypothesis."""
    found: dict[str, Counter] = {}
    for hit in hits:
        for reason in hit.differs:
            if reason.kind in (ReasonKind.SERVICE, ReasonKind.IDENTIFIER):
                text = f"{hit.record.id}: {reason.text[:1].lower()}{reason.text[1:]}"
                found.setdefault(text, Counter(text, _first(hit.citations)))
    return tuple(found.values())[:_MAX_COUNTERS]


def _actions(hits: Iterable[Hit]) -> list[SuggestedAction]:
    """What was done, one sentence a record, the closest record first."""
    done = (next(remedies(hit.record), None) for hit in hits)
    return [action(unit.text, unit.cite()) for unit in done if unit is not None][:_MAX_ACTIONS]


def _first(citations: Sequence[Citation]) -> Citation | None:
    return citations[0] if citations else None
