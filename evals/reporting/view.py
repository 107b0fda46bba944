"""What a report shows, before anything is written: made from a run, another one, and texts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evals.comparison import Compared, Comparison, compare_runs
from evals.reporting.curves import Curves, curves_of, reliability_plot, risk_coverage_plot
from evals.reporting.drawing import Plot
from evals.reporting.facts import Fact, card_facts, leading_facts, notes_of, other_facts
from evals.reporting.figures import counted, figure, interval, p_value, signed, signed_interval
from evals.reporting.latency_plot import latency_plot
from evals.reporting.metric_rows import MetricRow, metric_rows
from evals.reporting.queries import (
    Change,
    ShownQuery,
    changes_of,
    lowest,
    shown_query,
    worst_changes,
)
from evals.reporting.score_plots import deltas_plot, histogram
from evals.reporting.texts import TASKS_WITH_TEXTS, Texts
from evals.runs import RunRecord, check_comparable
from retrieval.errors import InvalidInput

REFERENCE, OTHER = "reference", "other"
"""The classes of what is drawn of either run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One page. ``runs`` by what they are called, the reference first; ``kinds`` their classes.

    ``metric`` is the one that single queries are shown by; empty where a task has none. ``worst``
    are the changes of the shown queries with a reference, else none.
    """

    title: str
    about: str
    lead: str
    tone: str
    runs: Mapping[str, RunRecord]
    kinds: Mapping[str, str]
    metric: str
    facts: tuple[Fact, ...]
    other_facts: tuple[Fact, ...]
    card: tuple[Fact, ...]
    notes: tuple[str, ...]
    comparison: Comparison | None
    metrics: tuple[MetricRow, ...]
    plots: tuple[Plot, ...]
    worst: tuple[Change, ...]
    queries: tuple[ShownQuery, ...]
    lacks_texts: bool

    @property
    def is_compared(self) -> bool:
        """There is a reference."""
        return len(self.runs) > 1


def report_of(
    run: RunRecord,
    against: RunRecord | None = None,
    *,
    metric: str | None = None,
    texts: Texts | None = None,
) -> Report:
    """The report of a run, held against a reference where one is given.

    Raises ``InvalidInput`` where the two did not ask the same questions of the same data, or
    a run has no scores of the metric.
    """
    records = [run] if against is None else [against, run]
    runs = dict(zip(_names(records), records, strict=True))
    kinds = dict(zip(runs, [OTHER] if against is None else [REFERENCE, OTHER], strict=True))
    comparison = None if against is None else _compared(against, run)
    chosen = _metric(records, metric)
    changes = changes_of(records[0], run, chosen) if chosen and against is not None else ()
    worst = worst_changes(changes)
    shown = [change.id for change in worst] if against is not None else _lowest(run, chosen)
    row = next((r for r in comparison.rows if r.metric == chosen), None) if comparison else None
    known = texts or Texts()
    return Report(
        title=f"{run.task.capitalize()} on {run.dataset}",
        about=_about(runs, run),
        lead=_lead(run, chosen, row),
        tone="same" if row is None or not row.is_shown else "worse" if row.is_worse else "better",
        runs=runs,
        kinds=kinds,
        metric=chosen,
        facts=leading_facts(records),
        other_facts=other_facts(records),
        card=card_facts(known.card),
        notes=notes_of(records),
        comparison=comparison,
        metrics=metric_rows(records, list(kinds.values()), comparison),
        plots=plots_of(runs, kinds, chosen, changes),
        worst=tuple(worst),
        queries=tuple(shown_query(name, runs, kinds, chosen, known) for name in shown),
        lacks_texts=texts is None and run.task in TASKS_WITH_TEXTS,
    )


def plots_of(
    runs: Mapping[str, RunRecord],
    kinds: Mapping[str, str],
    metric: str,
    changes: Sequence[Change],
) -> tuple[Plot, ...]:
    """The plots that the runs have figures for, in the order of the page."""
    curves = {name: each for name, run in runs.items() if (each := curves_of(run)) is not None}
    timed = {name: run for name, run in runs.items() if run.timings.per_query_ms}
    last = list(runs.values())[-1]
    scores = last.per_query(metric) if metric and not changes else {}
    found: list[Plot] = []
    if changes:
        found.append(deltas_plot(changes, metric))
    elif scores:
        found.append(histogram(scores, metric))
    if timed:
        found.append(latency_plot(timed, kinds))
    found += _of_curves(curves, kinds, reliability_plot, lambda each: bool(each.reliability))
    found += _of_curves(curves, kinds, risk_coverage_plot, lambda each: bool(each.risk_coverage))
    return tuple(found)


def _of_curves(
    curves: Mapping[str, Curves],
    kinds: Mapping[str, str],
    draw: Callable[[Mapping[str, Curves], Mapping[str, str]], Plot],
    has_points: Callable[[Curves], bool],
) -> list[Plot]:
    shown = {name: each for name, each in curves.items() if has_points(each)}
    return [draw(shown, kinds)] if shown else []


def _names(records: Sequence[RunRecord]) -> list[str]:
    """The systems; where they are the same, the files tell them apart."""
    systems = [run.system for run in records]
    if len(set(systems)) == len(systems):
        return systems
    files = [run.file.name for run in records]
    if len(set(files)) < len(files):
        files = [str(run.file) for run in records]
    if len(set(files)) < len(files):
        raise InvalidInput(f"{files[0]} cannot be held against itself. Give two runs.")
    return [f"{system} ({file})" for system, file in zip(systems, files, strict=True)]


def _compared(against: RunRecord, run: RunRecord) -> Comparison | None:
    """The comparison; ``None`` for tasks whose metrics are no means over queries."""
    check_comparable(against, run)
    if not any(name in run.scores for name in against.scores):
        return None
    return compare_runs(against, [run])


def _metric(records: Sequence[RunRecord], wanted: str | None) -> str:
    """The metric of single queries: the wanted one, else the first that all runs have."""
    if wanted is not None:
        for run in records:
            run.per_query(wanted)
        return wanted
    shared = [name for name in records[-1].scores if all(name in run.scores for run in records)]
    return next((name for name in shared if all(run.per_query(name) for run in records)), "")


def _about(runs: Mapping[str, RunRecord], run: RunRecord) -> str:
    return f"{' against '.join(reversed(list(runs)))}, {counted(len(run.ids), 'query', 'queries')}"


def _lowest(run: RunRecord, metric: str) -> list[str]:
    return lowest(run, metric) if metric else []


def _lead(run: RunRecord, metric: str, row: Compared | None) -> str:
    """The one sentence that is read if only one is."""
    if row is not None:
        paired = row.paired
        return (
            f"{metric} went from {figure(paired.reference.mean)} to {figure(paired.other.mean)}, "
            f"a difference of {signed(paired.difference.mean)} (95 % interval "
            f"{signed_interval(paired.difference)}, p {p_value(row.p_holm)} after correction): "
            f"{row.verdict}."
        )
    name = metric if metric in run.metrics else next(iter(run.metrics), "")
    if not name:
        return ""
    value = run.metrics[name]
    return f"{name} is {figure(value.mean)} (95 % interval {interval(value)})."
