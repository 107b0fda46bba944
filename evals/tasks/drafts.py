"""Drafts: does every citation hold, and how much of the later RCA does an early draft cover?

A draft is written from what was known early. Resolution and actions can then come from
precedents only, so their claims are reported apart.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from assistant.bootstrap import Application
from assistant.domain.drafts import Claim, ClaimKind, Draft, DraftBody, Provenance, Verdict
from assistant.domain.incident import IncidentContext
from assistant.services.backtest.intervals import Interval, bootstrap_mean
from assistant.services.drafting.reading import Unit, read
from assistant.services.drafting.wording import Part
from assistant.services.linting.linter import lint_draft
from evals.cases import DraftCase
from evals.metrics.drafts import citation_scores, coverage
from evals.results import Latency
from evals.tasks.early import early_record, is_timed
from evals.tasks.retrieval import Step
from retrieval.access import Reader
from retrieval.errors import InvalidInput
from retrieval.records import Citation, Record

LEAD = 12
"""Sentences of the lead baseline: as many as an extractive draft has claims (11.5 on average)."""


class Drafted(NamedTuple):
    """What a system wrote: its claims and, of a writer, the body of the draft that they are in.

    ``model_calls`` and ``tokens`` are what a chat model was asked and counted; ``tokens`` is
    ``None`` where it did not count. ``fell_back``: another writer wrote what the model was to
    write; ``None`` where no model was to.
    """

    claims: tuple[Claim, ...]
    body: DraftBody | None = None
    model_calls: int = 0
    tokens: int | None = 0
    fell_back: bool | None = None


System = Callable[[Application, Record, "datetime | None"], Drafted]


@dataclass(frozen=True, slots=True)
class DraftResult:
    """The claims of one draft with their scores; a score that does not apply is missing."""

    id: str
    claims: tuple[Claim, ...]
    scores: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "id": self.id,
            **{name: round(value, 4) for name, value in self.scores.items()},
            "drafted": [
                {
                    "text": claim.text,
                    "kind": claim.kind,
                    "record_ids": list(dict.fromkeys(c.record_id for c in claim.citations)),
                }
                for claim in self.claims
            ],
        }


class Measured(NamedTuple):
    """The task's part of a result. ``timed``: only what was known at the opening was used."""

    metrics: dict[str, Interval]
    latency: Latency
    per_query: tuple[DraftResult, ...]
    timed: bool


def measure(
    cases: Sequence[DraftCase], app: Application, draft: System, step: Step | None = None
) -> Measured:
    """Draft every case from its early text; deterministic apart from the latency."""
    timed = is_timed(app)
    results: list[DraftResult] = []
    milliseconds: list[float] = []
    for number, case in enumerate(cases, start=1):
        record = early_record(app, case.incident)
        begin = time.perf_counter()
        drafted = draft(app, record, case.incident.opened_at if timed else None)
        milliseconds.append((time.perf_counter() - begin) * 1000)
        stranger = cases[number % len(cases)]
        scores = _scores(app, record, drafted.claims, case, stranger) | _cost(record, drafted)
        results.append(DraftResult(case.incident.id, drafted.claims, scores))
        if step is not None:
            step(number, len(cases))
    return Measured(_metrics(results), Latency.of(milliseconds), tuple(results), timed)


def _scores(
    app: Application,
    record: Record,
    claims: Sequence[Claim],
    case: DraftCase,
    stranger: DraftCase,
) -> dict[str, float]:
    """Every measure that applies; ``stranger`` is another case, whose reference is no answer."""
    texts = [claim.text for claim in claims]
    borrowed = [claim.text for claim in claims if claim.kind is ClaimKind.PRECEDENT]
    found: dict[str, float | None] = {
        f"coverage_{name}{suffix}": coverage(app.embedder, said, told)
        for suffix, said in (("", texts), ("_by_precedents", borrowed))
        for name, told in (("resolution", case.resolution), ("actions", case.actions))
    }
    if stranger is not case:
        found["coverage_by_chance"] = coverage(app.embedder, texts, stranger.resolution)
    cited = [citation for claim in claims for citation in claim.citations]
    if cited:
        found["citation_resolve"] = sum(_resolves(app, record, one) for one in cited) / len(cited)
    if scored := citation_scores([(c.text, [q.quote for q in c.citations]) for c in claims]):
        found["citation_recall"] = scored.recall
        found["citation_precision"] = scored.precision
        found["unsupported"] = scored.unsupported
    found["claims"] = float(len(claims))
    found["claims_of_precedents"] = float(len(borrowed))
    found["words"] = float(sum(len(text.split()) for text in texts))
    return {name: value for name, value in found.items() if value is not None}


def _cost(record: Record, drafted: Drafted) -> dict[str, float]:
    """What a draft costs: its author the findings of the linter, its owner calls and tokens."""
    found = {"model_calls": float(drafted.model_calls)}
    if drafted.tokens is not None:
        found["tokens"] = float(drafted.tokens)
    if drafted.fell_back is not None:
        found["fell_back"] = float(drafted.fell_back)
    if drafted.body is not None:
        draft = Draft(
            id=record.id,
            record_id=record.id,
            revision=1,
            body=drafted.body,
            provenance=Provenance(writer="", evidence=()),
            author="",
            edited_at=record.known_at,
        )
        found["lint_findings"] = float(len(lint_draft(draft)))
    return found


def _resolves(app: Application, record: Record, citation: Citation) -> bool:
    """The span exists in that revision and holds those words."""
    if citation.record_id == record.id:
        cited: Record | None = record
    else:
        cited = app.store.get(citation.record_id, citation.revision)
    return cited is not None and cited.text[citation.start : citation.end] == citation.quote


_ORDER = (
    "citation_resolve",
    "citation_recall",
    "citation_precision",
    "unsupported",
    "coverage_resolution",
    "coverage_actions",
    "coverage_resolution_by_precedents",
    "coverage_actions_by_precedents",
    "coverage_by_chance",
    "claims",
    "claims_of_precedents",
    "words",
    "lint_findings",
    "model_calls",
    "tokens",
    "fell_back",
)


def _metrics(results: Sequence[DraftResult]) -> dict[str, Interval]:
    """Means over the drafts that a measure applies to; one that applies to none is left out."""
    values = {
        name: [result.scores[name] for result in results if name in result.scores]
        for name in _ORDER
    }
    return {name: bootstrap_mean(each) for name, each in values.items() if each}


def _written_by(name: str) -> System:
    def draft(app: Application, record: Record, as_of: datetime | None) -> Drafted:
        pack = app.drafting.evidence(record, Reader.operator(), as_of)
        written = app.drafting.writer(name).write(pack)
        asked = dict(written.parameters)
        counted = [asked.get("prompt_tokens"), asked.get("completion_tokens")]
        tokens = [each for each in counted if isinstance(each, int)]
        return Drafted(
            written.body.claims(),
            written.body,
            model_calls=int(asked.get("attempts", 0)),
            tokens=sum(tokens) if tokens or not asked else None,
            fell_back=written.model is None if name == "chat" else None,
        )

    return draft


def copy_nearest(app: Application, record: Record, as_of: datetime | None) -> Drafted:
    """The baseline: resolution and actions of the most similar record that has either."""
    context = IncidentContext.of_record(record, as_of)
    for hit in app.triage.evidence(context, Reader.operator()).precedents.hits:
        told = [u for u in read(hit.record).units if u.part in (Part.RESOLUTION, Part.ACTION)]
        if told:
            return Drafted(tuple(_copied(unit, ClaimKind.PRECEDENT) for unit in told))
    return Drafted(())


def lead(_app: Application, record: Record, _as_of: datetime | None) -> Drafted:
    """The baseline: the first sentences of what was known early."""
    return Drafted(tuple(_copied(unit, ClaimKind.FACT) for unit in read(record).units[:LEAD]))


def _copied(unit: Unit, kind: ClaimKind) -> Claim:
    return Claim(text=unit.text, kind=kind, verdict=Verdict.SUPPORTED, citations=(unit.cite(),))


SYSTEMS: dict[str, System] = {
    "extractive": _written_by("extractive"),
    "copy-nearest": copy_nearest,
    "lead": lead,
    "chat": _written_by("chat"),
}


def drafting_system(name: str) -> System:
    """The system of that name; raises ``InvalidInput`` for an unknown one."""
    if name not in SYSTEMS:
        raise InvalidInput(f"There is no system {name!r}. Choose one of {', '.join(SYSTEMS)}.")
    return SYSTEMS[name]
