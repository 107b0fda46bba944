"""The gate: did a change make suggestions worse than the committed baseline?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.baseline import Baseline, BaselineRun
from evals.comparison import Compared, Pairing, compare_all, plain
from evals.runs import RunRecord, some
from evals.statistics.corrections import ALPHA
from retrieval.errors import InvalidInput

_AGAIN = "Run 'precedent eval gate RUN… --baseline FILE --update' to accept it"


@dataclass(frozen=True, slots=True)
class Gated:
    """Every metric of the baseline, with what came of it. ``rows`` name "task: system"."""

    rows: tuple[Compared, ...]

    @property
    def drops(self) -> tuple[Compared, ...]:
        """What got worse by more than chance; none: the gate is open."""
        return tuple(row for row in self.rows if row.is_worse)

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        return {
            "passed": not self.drops,
            "alpha": ALPHA,
            "comparisons": [row.as_json() for row in self.rows],
        }


def gated(runs: Sequence[RunRecord], baseline: Baseline, file: Path) -> Gated:
    """Hold runs against the baseline that was read from ``file``.

    Raises ``InvalidInput`` where a run is not in the baseline or did not ask the same questions
    of the same data.
    """
    kept = {run.key: run for run in baseline.runs}
    return Gated(compare_all([pair for run in runs for pair in _pairings(run, kept, file)]))


def said_of(drop: Compared) -> str:
    """One line on a metric that got worse."""
    paired, change = drop.paired, drop.paired.difference
    verb = "dropped" if change.mean < 0 else "rose"
    return (
        f"{drop.system}: {drop.metric} {verb} by {abs(change.mean):.3f} from "
        f"{paired.reference.mean:.3f} to {paired.other.mean:.3f} over {paired.queries} queries; "
        f"95 % interval of the change {change.lo:+.3f} to {change.hi:+.3f}, "
        f"p {plain(paired.p)}, {plain(drop.p_holm)} with the other comparisons considered."
    )


def _pairings(
    run: RunRecord, kept: Mapping[tuple[str, str, str], BaselineRun], file: Path
) -> list[Pairing]:
    """Each metric that the baseline has of this run; ``InvalidInput`` as for :func:`gated`."""
    fresh = BaselineRun.of(run)
    before = kept.get(fresh.key)
    if before is None:
        raise InvalidInput(
            f"{file} has no run of {run.system!r} at {run.task} on {run.dataset!r}. {_AGAIN}."
        )
    if problem := _differs(before, fresh):
        raise InvalidInput(f"{run.file} cannot be held against {file}: {problem}. {_AGAIN}.")
    return [
        Pairing(metric, f"{run.task}: {run.system}", *_columns(before, fresh, metric))
        for metric in before.metrics
    ]


def _differs(before: BaselineRun, fresh: BaselineRun) -> str:
    """What keeps two runs of the same key from being compared; empty where nothing does."""
    if before.dataset_hash != fresh.dataset_hash:
        return (
            f"the dataset {fresh.dataset!r} has other contents (hash {fresh.dataset_hash[:12]}…) "
            f"than that of the baseline ({before.dataset_hash[:12]}…)"
        )
    for name, value in {**fresh.settings, "seed": fresh.seed}.items():
        known = before.seed if name == "seed" else before.settings.get(name)
        if known != value:
            return f"{name} was {known!r} and is {value!r}"
    sides = ((before, fresh, "are missing"), (fresh, before, "are new"))
    for one, other, what in sides:
        if names := frozenset(one.scores) - frozenset(other.scores):
            return f"{len(names)} queries {what} ({some(names)})"
    if gone := [name for name in before.metrics if name not in fresh.metrics]:
        return f"the metric {gone[0]} is missing"
    return ""


def _columns(
    before: BaselineRun, fresh: BaselineRun, metric: str
) -> tuple[list[float], list[float]]:
    here, there = before.column(metric), fresh.column(metric)
    both = [query for query in here if query in there]
    return [here[query] for query in both], [there[query] for query in both]
