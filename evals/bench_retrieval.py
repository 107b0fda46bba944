"""How well records are found: ``python -m evals.bench_retrieval [--json FILE|-]``.

Every system on every set, in one process, with 95 % intervals. What is learned is learned
on the other sets and measured on the one left out.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer
from rich.table import Table

from assistant import console
from assistant.bootstrap import Application
from assistant.services.backtest.intervals import Interval, bootstrap_mean
from evals.datasets import EvalQuery, RetrievalDataset, load_retrieval
from evals.installation import installed
from evals.systems import SYSTEMS
from evals.tasks import retrieval
from evals.vector_cache import default_cache_file
from retrieval.access import Reader, RecordFilter
from retrieval.errors import InvalidInput
from retrieval.learning import Judged, fit, ndcg
from retrieval.searcher import Query

_SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
_LEARNED = "learned on others"
_LEGS = ("bm25", "dense")
_METRIC = "ndcg@10"


class Named(NamedTuple):
    """A set as it is measured."""

    folder: str
    corpus: str
    query_field: str = "text"


SETS = (
    Named("moj_cloud_platform", "corpus_blind.jsonl"),
    Named("jenkins_status", "corpus_blind.jsonl"),
    Named("prom_runbooks", "corpus.jsonl"),
    Named("gitbugs_seamonkey", "corpus.jsonl"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One set: nDCG@10 by system, and what learning needs."""

    name: str
    by_system: Mapping[str, Interval]
    judged: Sequence[Judged]


def measure(folder: Path, sets: Sequence[Named]) -> dict[str, dict[str, Interval]]:
    """nDCG@10 of every system on every set; raises ``InvalidInput`` where a set is missing."""
    measured = [_one(folder, each) for each in sets]
    found = {}
    for left_out in measured:
        others = [each.judged for each in measured if each is not left_out]
        scores = ndcg(left_out.judged, fit(others)) if others else []
        learned = {_LEARNED: bootstrap_mean(scores)} if scores else {}
        found[left_out.name] = {**left_out.by_system, **learned}
    return found


def _one(folder: Path, named: Named) -> Measured:
    dataset = load_retrieval(folder / named.folder, named.corpus, named.query_field)
    with (
        _bars(dataset.name) as step,
        installed(dataset.corpus, default_cache_file()) as installation,
    ):
        by_system = {}
        for number, (name, build) in enumerate(SYSTEMS.items(), start=1):
            ranked = retrieval.measure(dataset, build(installation.app))
            by_system[name] = ranked.metrics[_METRIC]
            step(number, len(SYSTEMS))
        return Measured(dataset.name, by_system, _judged(installation.app, dataset))


def _judged(app: Application, dataset: RetrievalDataset) -> list[Judged]:
    keys = {r.external_id: app.store.keys([r.id])[0] for r in app.store.iter_current()}
    return [_judge(app, query, dataset.qrels[query.id], keys) for query in dataset.queries]


def _judge(
    app: Application, query: EvalQuery, grades: Mapping[str, int], keys: Mapping[str, int]
) -> Judged:
    context = app.similar.context_of_text(query.text)
    itself = None if query.left_out is None else app.store.get(query.left_out)
    described = app.searcher.described(
        Query(
            context.text,
            RecordFilter(
                Reader.operator(), exclude=frozenset() if itself is None else frozenset({itself.id})
            ),
            services=frozenset() if itself is None else frozenset(itself.services),
            at=context.onset if itself is None else itself.opened_at,
        )
    )
    by_key = {keys[name]: float(grade) for name, grade in grades.items() if name in keys}
    unseen = [grade for key, grade in by_key.items() if key not in set(described.keys)]
    return Judged(
        described.features,
        np.array([by_key.get(key, 0.0) for key in described.keys]),
        tuple(unseen),
    )


def lower_error(found: Mapping[str, Mapping[str, Interval]], system: str) -> float:
    """By how much a system's mean error (1 − nDCG@10) is below that of each set's better leg."""
    ours = np.mean([1 - systems[system].mean for systems in found.values()])
    legs = np.mean([1 - max(systems[leg].mean for leg in _LEGS) for systems in found.values()])
    return float(1 - ours / legs)


@contextmanager
def _bars(name: str) -> Iterator[retrieval.Step]:
    with console.progress() as bars:
        task = bars.add_task(name, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


def main(
    folder: Annotated[Path, typer.Option("--data", help="Where the sets lie.")] = _SHARED,
    json_target: Annotated[
        str | None,
        typer.Option("--json", metavar="FILE", help="Write JSON to FILE, or with - to stdout."),
    ] = None,
) -> None:
    """Measure every system on every set."""
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is not there. Name the folder of the sets with --data.")
    found = measure(folder, SETS)
    if json_target is not None:
        shown = {
            name: {system: value.as_json() for system, value in systems.items()}
            for name, systems in found.items()
        }
        console.write_json(json_target, json.dumps(shown))
        return
    table = Table("nDCG@10", *(name.split("_")[0] for name in found), box=None)
    for system in [*SYSTEMS, _LEARNED]:
        cells = [systems[system] for systems in found.values()]
        table.add_row(system, *(f"{v.mean:.3f} {v.lo:.2f}–{v.hi:.2f}" for v in cells))
    console.out.print(table)
    for system in ("precedent", "precedent-text", _LEARNED):
        gain = lower_error(found, system)
        console.out.print(f"{system}: mean error {gain:.0%} below that of the better leg")


if __name__ == "__main__":
    typer.run(main)
