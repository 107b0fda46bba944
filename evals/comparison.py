"""Runs held against each other: differences, their intervals, p values, and a verdict in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from evals.metrics.directions import Direction, direction
from evals.runs import RunRecord, check_comparable, shared_scores
from evals.statistics.corrections import ALPHA, holm
from evals.statistics.paired import PairedDifference, compare_paired
from evals.statistics.power import POWER, detectable
from retrieval.errors import InvalidInput


class Pairing(NamedTuple):
    """Scores of a metric in the reference and in a system, query by query."""

    metric: str
    system: str
    reference: Sequence[float]
    other: Sequence[float]


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of one pairing.

    ``p_holm`` is corrected for all pairings that were compared with it. ``detectable`` is the
    true difference that these queries would show four times in five after that correction at
    its strictest; 0 where no query differs, infinite for one query.
    """

    metric: str
    system: str
    paired: PairedDifference
    p_holm: float
    detectable: float

    @property
    def is_shown(self) -> bool:
        """The difference is more than chance, the other pairings considered."""
        return self.p_holm < ALPHA

    @property
    def is_worse(self) -> bool:
        """The difference is more than chance, in the direction that nobody wants."""
        mean, way = self.paired.difference.mean, direction(self.metric)
        return self.is_shown and (
            (way is Direction.MORE and mean < 0) or (way is Direction.LESS and mean > 0)
        )

    @property
    def verdict(self) -> str:
        """In plain words."""
        count, difference = self.paired.queries, self.paired.difference.mean
        queries = f"{count} queries" if count > 1 else "one query"
        if self.is_shown:
            if direction(self.metric) is Direction.NEITHER:
                return "higher" if difference > 0 else "lower"
            return "worse" if self.is_worse else "better"
        if self.paired.spread == 0:
            # Equal in every query, or apart by the same in all of too few.
            same = f"the same in {queries}"
            return f"no difference shown by {queries}" if difference else same
        return (
            f"no difference shown; a difference below {plain(self.detectable)} "
            f"would not be seen with {queries}"
        )

    def as_json(self) -> dict[str, Any]:
        """The documented object; ``detectable`` is ``null`` for one query."""
        paired = self.paired
        return {
            "metric": self.metric,
            "system": self.system,
            "n": paired.queries,
            "reference": paired.reference.as_json(),
            "mean": paired.other.as_json(),
            "difference": paired.difference.as_json(),
            "p": paired.p,
            "p_holm": self.p_holm,
            "detectable": self.detectable if paired.queries > 1 else None,
            "direction": direction(self.metric),
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Systems against a reference on the questions of one task."""

    reference: RunRecord
    labels: Mapping[str, RunRecord]
    rows: tuple[Compared, ...]

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "task": self.reference.task,
            "dataset": self.reference.dataset,
            "dataset_hash": self.reference.dataset_hash,
            "alpha": ALPHA,
            "power": POWER,
            "reference": _told(self.reference),
            "systems": {label: _told(run) for label, run in self.labels.items()},
            "comparisons": [row.as_json() for row in self.rows],
        }


def compare_runs(reference: RunRecord, others: Sequence[RunRecord]) -> Comparison:
    """Every metric that is a mean of scores by query, of every run against the reference.

    Raises ``InvalidInput`` where the runs did not ask the same questions of the same data, or
    have no such metric in common.
    """
    for other in others:
        check_comparable(reference, other)
    labels = dict(zip(_labels(reference, others), others, strict=True))
    pairings = [
        Pairing(metric, label, *shared_scores(reference, other, metric))
        for label, other in labels.items()
        for metric in reference.scores
        if metric in other.scores
    ]
    rows = compare_all(pairings)
    if not rows:
        raise InvalidInput(f"{reference.file} has no scores by query that another run has, too.")
    return Comparison(reference, labels, rows)


def compare_all(pairings: Sequence[Pairing]) -> tuple[Compared, ...]:
    """Compare each pairing, corrected for all of them; those without a query are left out."""
    asked = [pairing for pairing in pairings if pairing.reference]
    found = [compare_paired(pairing.reference, pairing.other) for pairing in asked]
    corrected = holm([each.p for each in found])
    return tuple(
        Compared(
            pairing.metric,
            pairing.system,
            paired,
            p,
            detectable(paired.spread, paired.queries, alpha=ALPHA / len(asked)),
        )
        for pairing, paired, p in zip(asked, found, corrected, strict=True)
    )


def plain(value: float) -> str:
    """A size to two digits, as it stands in a sentence."""
    return f"{float(f'{value:.2g}'):g}"


def _labels(reference: RunRecord, others: Sequence[RunRecord]) -> list[str]:
    """Names of systems; where two are the same, the file tells them apart."""
    names = [run.system for run in (reference, *others)]
    if len(set(names)) == len(names):
        return names[1:]
    return [f"{run.system} ({run.file.name} {n})" for n, run in enumerate(others, start=1)]


def _told(run: RunRecord) -> dict[str, Any]:
    return {"system": run.system, "file": str(run.file), "commit": run.commit, "dirty": run.dirty}
