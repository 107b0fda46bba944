"""The quick runs that every change is held against: the demo corpus, three tasks, offline.

``python -m evals.demo_runs DIR`` writes one run a file into DIR, for ``precedent eval gate``.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from evals.demo_dataset import DEMO, write_demo_dataset
from evals.results import EvalResult
from evals.runners.tasks import (
    CaseRun,
    RetrievalRun,
    VerifierRun,
    run_hypotheses,
    run_retrieval,
    run_verifier,
)
from evals.vector_cache import default_cache_file


def demo_runs(source: Path = DEMO) -> Iterator[EvalResult]:
    """Retrieval, hypotheses and verifier, one after the other."""
    with tempfile.TemporaryDirectory(prefix="precedent-eval-") as name:
        folder = write_demo_dataset(Path(name) / source.name, source)
        cache = default_cache_file()
        yield run_retrieval(RetrievalRun(folder=folder, cache_file=cache))
        yield run_hypotheses(CaseRun(folder=folder, system="precedent", cache_file=cache))
    yield run_verifier(VerifierRun(source=source))


def main(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the runs are written.")],
) -> None:
    """Write the quick runs of the demo corpus, one a file."""
    folder.mkdir(parents=True, exist_ok=True)
    for result in demo_runs():
        file = folder / f"{result.task}.json"
        file.write_text(json.dumps(result.as_json()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
