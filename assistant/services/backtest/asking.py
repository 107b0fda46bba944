"""Asks past incidents as of their opening and compares the answers with what was found later."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.services.backtest.history import PastIncident, past_incidents
from assistant.services.triage.confidence import hit_features, precedent_features
from assistant.services.triage.same_cause import names_same_cause
from assistant.services.triage.service import Evidence, Triage
from assistant.services.triage.stated_causes import recorded_causes
from retrieval.access import Reader
from retrieval.ports import Embedder
from retrieval.records import Record
from retrieval.searcher import Hit

# The newest tell most of what will be asked next; a thousand take about ten minutes.
MOST_QUESTIONS = 1_000
# A precedent further down is not seen.
_SHOWN = 5
# What is removed to make an incident new can uncover another precedent; rarely a third.
_ROUNDS = 3

Step = Callable[[int, int], None]
"""Called with (done, total)."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A hypothesis or a hit: what it was weighed by, and whether it was right."""

    features: dict[str, float]
    right: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer to one past incident.

    ``precedent`` are the features of the answer as a whole; ``without`` the same after every
    precedent was taken away, ``None`` where there was none to take. ``copied`` tells whether
    the cause of the most similar record with one was right.
    """

    id: str
    at: datetime
    hypotheses: tuple[Guess, ...]
    hits: tuple[Guess, ...]
    precedent: dict[str, float]
    without: dict[str, float] | None
    copied: bool

    @property
    def has_precedent(self) -> bool:
        """Whether one of the records shown is a precedent."""
        return any(hit.right for hit in self.hits)


class Backtest:
    """Asks as the operator of the installation: every record may be used, none from later."""

    def __init__(self, triage: Triage, embedder: Embedder) -> None:
        self._triage = triage
        self._embedder = embedder

    def ask(self, records: Iterable[Record], step: Step | None = None) -> tuple[Asked, ...]:
        """The newest thousand past incidents with a recorded cause, oldest first."""
        chosen = past_incidents(records)[-MOST_QUESTIONS:]
        found = []
        for number, past in enumerate(chosen, start=1):
            found.append(self._asked(past))
            if step is not None:
                step(number, len(chosen))
        return tuple(found)

    def _asked(self, past: PastIncident) -> Asked:
        evidence = self._evidence(past, frozenset())
        hits = evidence.precedents.hits
        related = self._related(past, hits)
        statements = [one.statement for one in evidence.hypotheses]
        right = names_same_cause(self._embedder, statements, past.causes)
        opened = past.record.opened_at
        if opened is None:
            raise ValueError(f"{past.record.id} has no opening time")
        return Asked(
            id=past.record.id,
            at=opened,
            hypotheses=tuple(
                Guess(one.features, bool(is_right))
                for one, is_right in zip(evidence.hypotheses, right, strict=True)
            ),
            hits=tuple(
                Guess(hit_features(hit, place), hit.record.id in related)
                for place, hit in enumerate(hits[:_SHOWN], start=1)
            ),
            precedent=precedent_features(hits),
            without=self._made_new(past, related) if related else None,
            copied=self._copied(past, hits),
        )

    def _evidence(self, past: PastIncident, left_out: frozenset[str]) -> Evidence:
        return self._triage.evidence(past.question(left_out), Reader.operator(), _SHOWN)

    def _related(self, past: PastIncident, hits: Sequence[Hit]) -> frozenset[str]:
        """The precedents among the hits: linked with the incident, or of the same cause."""
        said = [(hit, sentence.text) for hit in hits for sentence in recorded_causes(hit.record)]
        same = names_same_cause(self._embedder, [text for _, text in said], past.causes)
        alike = {hit.record.id for (hit, _), is_same in zip(said, same, strict=True) if is_same}
        return frozenset(alike | {hit.record.id for hit in hits if hit.record.id in past.linked})

    def _made_new(self, past: PastIncident, related: frozenset[str]) -> dict[str, float]:
        removed = related | past.linked
        for _ in range(_ROUNDS):
            hits = self._evidence(past, removed).precedents.hits
            left = self._related(past, hits)
            if not left:
                break
            removed |= left
        return precedent_features(hits)

    def _copied(self, past: PastIncident, hits: Sequence[Hit]) -> bool:
        for hit in hits:
            if causes := recorded_causes(hit.record):
                return bool(names_same_cause(self._embedder, [causes[0].text], past.causes)[0])
        return False
