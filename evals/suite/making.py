"""Making the runs of a suite, one after the other, each kept as soon as it is there."""

import json
from collections.abc import Sequence
from pathlib import Path

from assistant import console
from evals.runs import load_run
from evals.suite.jobs import Job
from evals.suite.result import Made
from retrieval.errors import InvalidInput


def make(jobs: Sequence[Job], folder: Path) -> list[Made]:
    """Write each run to ``<folder>/<name>.json`` and read it again; progress on standard error.

    Raises ``InvalidInput`` where the folder cannot be written, and what the runs raise.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise InvalidInput(f"{folder} cannot be written: {exc.strerror}.") from exc
    made = []
    with console.progress() as bars:
        all_of_them = bars.add_task("Runs", total=len(jobs))
        for job in jobs:
            bars.update(all_of_them, description=job.name)
            file = folder / f"{job.name}.json"
            file.write_text(json.dumps(job.carry_out().as_json()) + "\n", encoding="utf-8")
            made.append(Made(job, load_run(file)))
            bars.advance(all_of_them)
    return made
