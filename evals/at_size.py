"""What benches at size share: the demo corpus among generated records, and how to tell times."""

import json
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import numpy as np
import typer

from assistant import console
from assistant.bootstrap import Application
from assistant.settings import load_settings
from evals.generated import Generator
from ingest.pipeline import IngestOptions
from retrieval.access import EVERYONE

ItemT = TypeVar("ItemT")

DEMO = Path(__file__).parent / "demo"
SIZE = 100_000

Size = Annotated[int, typer.Option("--size", help="Generated records around the demo corpus.")]
JsonTarget = Annotated[
    str | None,
    typer.Option("--json", metavar="FILE", help="Write JSON to FILE, or with - to stdout."),
]


def demo_among(size: int, folder: Path, *further: Path) -> Application:
    """An installation of ``size`` generated records, the demo corpus and further files, warm."""
    app = Application(load_settings(data_dir=folder, database_url=None))
    Generator(app.embedder.dimension).fill(app.database, app.embedder.model_id, size)
    names = ("incidents.csv", "rcas", "runbooks", "changes.jsonl")
    for path in (*(DEMO / name for name in names), *further):
        options = IngestOptions(source=path.name, groups=frozenset({EVERYONE}))
        app.pipeline.take_in(path, options)
    app.pipeline.index()
    app.warm_up()
    return app


def milliseconds(work: Callable[[ItemT], object], items: Iterable[ItemT]) -> list[float]:
    """How long the work took on each item, one after the other."""
    found = []
    for item in items:
        began = time.perf_counter()
        work(item)
        found.append((time.perf_counter() - began) * 1000)
    return found


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99, to a tenth."""
    return {f"p{p}": round(float(np.percentile(values, p)), 1) for p in (50, 95, 99)}


def tell(
    measure: Callable[[int, Path], Mapping[str, Any]], size: int, json_target: str | None
) -> None:
    """Measure in a temporary folder and print the figures, or write them as JSON."""
    console.err.print(f"Preparing {size:,} records")
    with tempfile.TemporaryDirectory(prefix="precedent-bench-") as folder:
        figures = measure(size, Path(folder))
    if json_target is None:
        for name, value in figures.items():
            console.out.print(f"{name}: {value}")
    else:
        console.write_json(json_target, json.dumps(figures))
