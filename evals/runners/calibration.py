"""One run of the task of calibration."""

from dataclasses import replace

from evals.results import EvalResult
from evals.runners.tasks import CaseRun, asked_for_causes
from evals.tasks.calibration import KnownCase, curves, measure
from evals.tasks.novelty import have_precedents
from evals.tasks.retrieval import Step
from retrieval.indexer import Progress


def run_calibration(
    run: CaseRun, embedding: Progress | None = None, asking: Step | None = None
) -> EvalResult:
    """Ask every case for its cause and say how far the answers can be believed, offline.

    Raises ``InvalidInput`` for an unknown system, a folder that is not a dataset, and answers
    without probabilities.
    """
    with asked_for_causes(run, embedding, asking) as asked:
        known = have_precedents(asked.app, asked.cases, timed=asked.measured.timed)
    cases = tuple(map(KnownCase, asked.measured.per_query, known))
    new = known.count(False)
    notes = (
        f"{new} of the {len(known)} cases have no precedent: no other record tells of their cause.",
        *(() if 0 < new < len(known) else ("So novelty has no AUROC.",)),
    )
    return replace(
        asked.result,
        task="calibration",
        metrics=measure(cases),
        per_query=cases,
        curves=curves(cases),
        notes=asked.result.notes + notes,
    )
