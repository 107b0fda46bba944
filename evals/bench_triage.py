"""What one triage card costs at size: ``python -m evals.bench_triage [--size N] [--json FILE|-]``.

The demo corpus lies among generated records, so that the search is as wide as asked for and
what it finds is as long to read as real tickets are. Its past incidents are asked as of their
opening, each once: nothing about an answer was computed before.
"""

import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from assistant import console
from assistant.bootstrap import Application
from assistant.services.backtest.history import PastIncident, past_incidents
from assistant.settings import load_settings
from evals.generated import Generator
from evals.rss import current_mb
from ingest.pipeline import IngestOptions
from retrieval.access import EVERYONE, Reader

DEMO = Path(__file__).parent / "demo"
_SIZE = 100_000
_READER = Reader("analyst", frozenset({EVERYONE}))
_WARM = 5


def measure(size: int, folder: Path) -> dict[str, Any]:
    """Fill, take the demo in, ask; milliseconds of a card, first asked and asked again."""
    app = Application(load_settings(data_dir=folder, database_url=None))
    Generator(app.embedder.dimension).fill(app.database, app.embedder.model_id, size)
    for name in ("incidents.csv", "rcas", "runbooks", "changes.jsonl"):
        options = IngestOptions(source=name, groups=frozenset({EVERYONE}))
        app.pipeline.take_in(DEMO / name, options)
    app.pipeline.index()
    app.warm_up()
    asked = [
        past
        for past in past_incidents(app.store.iter_current())
        if past.record.source != "generated"
    ]
    before = current_mb()
    for past in asked[:_WARM]:
        app.triage.card(past.question(), _READER)
    first = _milliseconds(app, asked[_WARM:])
    again = _milliseconds(app, asked[_WARM:])
    figures = {
        "records": len(app.index.current().table),
        "asked": len(first),
        "first_ms": _percentiles(first),
        "again_ms": _percentiles(again),
        "resident_mb": round(current_mb()),
        "answers_mb": round(current_mb() - before),
    }
    app.database.close()
    return figures


def _milliseconds(app: Application, asked: Sequence[PastIncident]) -> list[float]:
    found = []
    for past in asked:
        question = past.question()
        began = time.perf_counter()
        app.triage.card(question, _READER)
        found.append((time.perf_counter() - began) * 1000)
    return found


def _percentiles(values: Sequence[float]) -> dict[str, float]:
    return {f"p{p}": round(float(np.percentile(values, p)), 1) for p in (50, 95, 99)}


def main(
    size: Annotated[int, typer.Option(help="Generated records around the demo corpus.")] = _SIZE,
    json_target: Annotated[
        str | None,
        typer.Option("--json", metavar="FILE", help="Write JSON to FILE, or with - to stdout."),
    ] = None,
) -> None:
    """Measure triage from the question to the card."""
    console.err.print(f"Preparing {size:,} records")
    with tempfile.TemporaryDirectory(prefix="precedent-triage-") as folder:
        figures = measure(size, Path(folder))
    if json_target is None:
        for name, value in figures.items():
            console.out.print(f"{name}: {value}")
    else:
        console.write_json(json_target, json.dumps(figures))


if __name__ == "__main__":
    typer.run(main)
