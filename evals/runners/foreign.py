"""Foreign runs: the rankings of any other system, by the same metrics.

The system need not be known here: it wrote a TREC run over the records of a dataset.
"""

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from assistant.services.backtest.intervals import SEED
from evals.datasets import CORPUS, RetrievalDataset, load_retrieval
from evals.results import EvalResult, Latency
from evals.tasks.retrieval import DEPTH, scored
from evals.trec_files import Judgements, Rankings, read_qrels, read_run
from retrieval.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignRun:
    """What to score. ``qrels`` are TREC judgements to use instead of those of the folder."""

    folder: Path
    run: Path
    qrels: Path | None = None
    corpus: str = CORPUS


def run_score(run: ForeignRun) -> EvalResult:
    """Score the rankings of a file; nothing is asked, so there are no times.

    Raises ``InvalidInput`` for a file or folder that is wrong, naming the file, line and field.
    """
    dataset = load_retrieval(run.folder, run.corpus)
    judged = dataset.qrels if run.qrels is None else _relevant(read_qrels(run.qrels), run.qrels)
    ranked = _comparable(dataset, judged, read_run(run.run))
    measured = scored(judged, ranked.rankings)
    return EvalResult(
        task="retrieval",
        dataset=dataset.name,
        dataset_hash=dataset.hash,
        system=run.run.stem,
        metrics=measured.metrics,
        latency=Latency(0.0, 0.0),
        per_query=measured.per_query,
        settings={
            "corpus": dataset.corpus.name,
            "run": run.run.name,
            "qrels": None if run.qrels is None else run.qrels.name,
            "depth": DEPTH,
        },
        seed=SEED,
        versions={"precedent": version("precedent"), "ir-measures": version("ir-measures")},
        notes=(*dataset.notes, *ranked.notes, "A run tells no times: the latency is 0."),
    )


class _Ranked(NamedTuple):
    rankings: dict[str, tuple[str, ...]]
    notes: tuple[str, ...]


def _relevant(qrels: dict[str, dict[str, int]], file: Path) -> dict[str, dict[str, int]]:
    found = {query: grades for query, grades in qrels.items() if any(grades.values())}
    if not found:
        raise InvalidInput(f"{file} names no relevant record (grade 1 or more).")
    return found


def _comparable(dataset: RetrievalDataset, judged: Judgements, rankings: Rankings) -> _Ranked:
    """The rankings as deep as ours, without the record that a query is."""
    themselves = {query.id: query.left_out for query in dataset.queries}
    found = {
        query: tuple(each for each in ranking if each != themselves.get(query))[:DEPTH]
        for query, ranking in rankings.items()
        if query in judged
    }
    remarks = (
        (len(judged.keys() - rankings.keys()), "have no ranking and score 0"),
        (len(rankings.keys() - judged.keys()), "are ranked but not judged and are not counted"),
    )
    return _Ranked(
        found, tuple(f"{count} of the queries {what}." for count, what in remarks if count)
    )
