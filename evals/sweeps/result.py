"""What came of a sweep: every variant against the reference, and what a choice is worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.services.backtest.intervals import Interval
from evals.comparison import Compared, Pairing, compare_all
from evals.directions import Direction, direction
from evals.runs import RunRecord, check_comparable, shared_scores
from evals.statistics.corrections import ALPHA
from evals.statistics.power import POWER
from evals.sweeps.asking import Asked
from evals.sweeps.making import Tried
from evals.sweeps.selection import Selection, held_out
from evals.sweeps.variants import Variant
from retrieval.errors import InvalidInput

FORMAT = "precedent-eval-sweep/1"
WARNING = (
    "The best of several variants looks better than it is: it was chosen by these very queries. "
    "Confirm it on queries that no sweep has seen before a setting is changed."
)
FIRST = "first"


@dataclass(frozen=True, slots=True)
class SweepResult:
    """Variants with their runs, and by name each one's difference from the reference.

    The p values are corrected for all of these comparisons together. ``selection`` is ``None``
    where variants failed so that nothing is left to choose from, or queries are too few.
    """

    asked: Asked
    tried: tuple[Tried, ...]
    reference: Variant
    against_reference: Mapping[str, Compared]
    selection: Selection | None

    @property
    def failed(self) -> tuple[Tried, ...]:
        """The variants that have no run."""
        return tuple(each for each in self.tried if each.run is None)

    @property
    def first_run(self) -> RunRecord | None:
        """A run that tells which data was asked."""
        return next((each.run for each in self.tried if each.run is not None), None)

    def quality(self, each: Tried) -> Interval | None:
        """The metric of a variant."""
        return None if each.run is None else each.run.metrics.get(self.asked.metric)

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        run = self.first_run
        return {
            "format": FORMAT,
            "task": self.asked.task,
            "dataset": None if run is None else run.dataset,
            "dataset_hash": None if run is None else run.dataset_hash,
            "metric": self.asked.metric,
            "direction": direction(self.asked.metric),
            "alpha": ALPHA,
            "power": POWER,
            "reference": self.reference.name,
            "variants": [self._told(each) for each in self.tried],
            "held_out": None if self.selection is None else self.selection.as_json(),
            "warning": WARNING,
        }

    def _told(self, each: Tried) -> dict[str, Any]:
        run, quality = each.run, self.quality(each)
        compared = self.against_reference.get(each.variant.name)
        return {
            "name": each.variant.name,
            "number": each.variant.number,
            "system": each.variant.system,
            "configured": each.variant.configured,
            "failed": each.reason or None,
            "n": None if run is None else len(run.ids),
            "quality": None if quality is None else quality.as_json(),
            "comparison": None if compared is None else compared.as_json(),
            "latency_ms": None if run is None else run.latency_ms.model_dump(),
            "footprint": None if run is None else dict(run.footprint),
            "seconds": round(each.seconds, 2),
            "notes": list(notes(each)),
            "file": None if run is None else str(run.file),
        }


def reference_of(variants: Sequence[Variant], against: str | None) -> Variant:
    """The variant that the others are held against.

    Without a name it is the one that the product is configured to, where that is among them,
    else the first. Raises ``InvalidInput`` for a name that is no variant's.
    """
    if against is None:
        return next((each for each in variants if each.configured), variants[0])
    if against == FIRST:
        return variants[0]
    wanted = set(against.split())
    found = [each for each in variants if set(each.name.split()) == wanted]
    if not found:
        names = "; ".join(each.name for each in variants)
        raise InvalidInput(f"{against!r} is no variant of this sweep. There are: {names}.")
    return found[0]


def result_of(asked: Asked, tried: Sequence[Tried], reference: Variant) -> SweepResult:
    """Compare every variant that has a run with the reference, if that has one.

    Raises ``InvalidInput`` where variants were not asked the same.
    """
    runs = {each.variant.name: each.run for each in tried if each.run is not None}
    held = runs.get(reference.name)
    compared: Mapping[str, Compared] = {}
    selection = None
    if held is not None:
        others = {name: run for name, run in runs.items() if name != reference.name}
        for run in others.values():
            check_comparable(held, run)
        pairings = [
            Pairing(asked.metric, name, *shared_scores(held, run, asked.metric))
            for name, run in others.items()
        ]
        compared = {each.system: each for each in compare_all(pairings)}
        selection = _selection(runs, reference.name, asked.metric)
    return SweepResult(asked, tuple(tried), reference, compared, selection)


def notes(each: Tried) -> tuple[str, ...]:
    """What is said of a variant beside its figures."""
    if each.run is None:
        return ()
    fell = each.run.scores.get("fell_back", ())
    count = sum(value == 1 for value in fell)
    if not count:
        return each.run.notes
    said = f"{count} of {len(fell)} drafts are by the extractive writer: the model gave none."
    return (*each.run.notes, said)


def _selection(runs: Mapping[str, RunRecord], reference: str, metric: str) -> Selection | None:
    """Over the queries that the metric applies to in every run."""
    way = direction(metric)
    if len(runs) < 2 or way is Direction.NEITHER:
        return None
    scores = {name: run.per_query(metric) for name, run in runs.items()}
    shared = [
        query for query in scores[reference] if all(query in each for each in scores.values())
    ]
    table = {name: [each[query] for query in shared] for name, each in scores.items()}
    return held_out(table, reference, more=way is Direction.MORE)
