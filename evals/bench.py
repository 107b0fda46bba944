"""How fast and how big: ``python -m evals.bench [--corpus PATH] [--json FILE|-]``.

Measures what a person waits for, with the installed ``precedent`` in a temporary data
directory. Times are wall-clock times of this machine as it is: compare runs of one quiet
machine, not numbers of two.
"""

import itertools
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.markup import escape
from rich.table import Table

from assistant import console
from assistant.bootstrap import Application
from assistant.settings import load_settings
from evals.footprint import megabytes
from evals.rss import own_peak_mb, run_measured
from retrieval.access import Reader
from retrieval.errors import InvalidInput, PrecedentError
from retrieval.generations import GenerationFolder, verified
from retrieval.indexer import recipe_for
from retrieval.records import Record

_PROJECT = Path(__file__).resolve().parent.parent
_SHARED_CORPUS = _PROJECT.parent / "shared" / "data" / "moj_cloud_platform" / "corpus.jsonl"
_DEMO = _PROJECT / "evals" / "demo"

_COLD_STARTS = 3
_QUERIES = 100
_QUERY_CHARS = 200
_WARM_UP_QUERIES = 5
_HITS = 10


@dataclass(frozen=True, slots=True)
class Command:
    """One run of the executable: its wall-clock seconds and its peak of resident memory."""

    seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything measured. Megabytes are 2^20 bytes."""

    records: int
    passages: int
    cold_start_seconds: float
    ingest: Command
    ingest_again: Command
    query_ms_p50: float
    query_ms_p95: float
    queries: int
    index_mb: float
    database_mb: float
    peak_mb_cold_query: float
    peak_mb_warm_queries: float

    def as_json(self) -> dict[str, Any]:
        """One object; rates are of the whole process, start included."""
        return {
            "records": self.records,
            "passages": self.passages,
            "cold_start_s": round(self.cold_start_seconds, 3),
            "ingest": {
                "seconds": round(self.ingest.seconds, 3),
                "records_per_s": round(self.records / self.ingest.seconds, 2),
                "passages_per_s": round(self.passages / self.ingest.seconds, 2),
            },
            "ingest_again_s": round(self.ingest_again.seconds, 3),
            "query_ms": {
                "p50": round(self.query_ms_p50, 2),
                "p95": round(self.query_ms_p95, 2),
                "n": self.queries,
            },
            "index_mb": round(self.index_mb, 2),
            "database_mb": round(self.database_mb, 2),
            "peak_rss_mb": {
                "ingest": round(self.ingest.peak_mb, 1),
                "cold_query": round(self.peak_mb_cold_query, 1),
                "warm_queries": round(self.peak_mb_warm_queries, 1),
            },
            "machine": {
                "cpus": os.cpu_count(),
                "system": platform.platform(),
                "python": platform.python_version(),
                "precedent": version("precedent"),
            },
        }


class Precedent:
    """The installed executable, working in one data directory."""

    def __init__(self, data_dir: Path) -> None:
        # Not resolved: the interpreter of a virtual environment is a link out of it.
        self._executable = Path(sys.executable).parent / "precedent"
        if not self._executable.exists():
            raise InvalidInput(
                f"{self._executable} does not exist. Install the package first: pip install -e ."
            )
        self._environment = dict(os.environ, PRECEDENT_DATA_DIR=str(data_dir))
        # A benchmark must never write into a configured database.
        self._environment.pop("PRECEDENT_DATABASE_URL", None)

    def run(self, *arguments: str) -> Command:
        """Run to the end; raises ``InvalidInput`` with the command's own message if it fails."""
        command = [str(self._executable), *arguments]
        ended = run_measured(command, self._environment)
        if ended.status != 0:
            said = ended.message or "without a message"
            raise InvalidInput(f"'{' '.join(command)}' failed: {said}")
        return Command(ended.seconds, ended.peak_mb)


def measure(paths: Sequence[Path]) -> Figures:
    """Take the paths in, ask, and measure, in a data directory of its own."""
    with tempfile.TemporaryDirectory(prefix="precedent-bench-") as folder:
        data_dir = Path(folder)
        precedent = Precedent(data_dir)
        ingest = precedent.run("ingest", *map(str, paths))
        again = precedent.run("ingest", *map(str, paths))
        app = Application(load_settings(data_dir=data_dir, database_url=None))
        try:
            texts = queries_of(list(app.store.iter_current()))
            cold = [precedent.run("similar", texts[0], "--json", "-") for _ in range(_COLD_STARTS)]
            milliseconds = _ask(app, texts)
            p50, p95 = np.percentile(milliseconds, [50, 95])
            generation = _generation(data_dir)
            manifest = verified(generation, recipe_for(app.embedder, app.engine))
        finally:
            app.database.close()
        return Figures(
            records=manifest.records,
            passages=manifest.passages,
            cold_start_seconds=statistics.median(run.seconds for run in cold),
            ingest=ingest,
            ingest_again=again,
            query_ms_p50=float(p50),
            query_ms_p95=float(p95),
            queries=len(milliseconds),
            index_mb=megabytes(generation.rglob("*")),
            database_mb=megabytes(data_dir.glob("precedent.db*")),
            peak_mb_cold_query=max(run.peak_mb for run in cold),
            peak_mb_warm_queries=own_peak_mb(),
        )


def queries_of(records: Sequence[Record]) -> list[str]:
    """At least 100 queries as people type them: the title and first sentence of records."""
    texts = [f"{record.title}. {_first_sentence(record)}"[:_QUERY_CHARS] for record in records]
    if not texts:
        raise InvalidInput("The corpus has no records, so there is nothing to ask about.")
    return list(itertools.islice(itertools.cycle(texts), max(_QUERIES, len(texts))))


def default_paths() -> list[Path]:
    """The public corpus beside the project if it is there, else the demo corpus."""
    if _SHARED_CORPUS.is_file():
        return [_SHARED_CORPUS]
    # What describes the demo is not part of it.
    return sorted(path for path in _DEMO.iterdir() if not path.name.startswith((".", "README")))


def main(
    corpus: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="A file or folder to ingest; may be repeated."),
    ] = None,
    json_target: Annotated[
        str | None,
        typer.Option("--json", metavar="FILE", help="Write JSON to FILE, or with - to stdout."),
    ] = None,
) -> None:
    """Measure cold start, ingest, queries, size and memory."""
    paths = corpus or default_paths()
    console.err.print(f"Measuring with {escape(', '.join(map(str, paths)))}", soft_wrap=True)
    try:
        figures = measure(paths)
    except PrecedentError as exc:
        console.err.print(f"[red]{escape(str(exc))}[/]", soft_wrap=True)
        raise typer.Exit(2) from exc
    if json_target is None:
        _show(figures)
    else:
        console.write_json(json_target, json.dumps(figures.as_json()))


def _ask(app: Application, texts: Sequence[str]) -> list[float]:
    """Milliseconds of each query, asked as ``precedent similar`` asks, one after the other."""
    milliseconds = []
    for number, text in enumerate([*texts[:_WARM_UP_QUERIES], *texts]):
        begin = time.perf_counter()
        app.similar.similar(app.similar.context_of_text(text), Reader.operator(), _HITS)
        if number >= _WARM_UP_QUERIES:
            milliseconds.append((time.perf_counter() - begin) * 1000)
    return milliseconds


def _generation(data_dir: Path) -> Path:
    current = GenerationFolder(data_dir / "index").current()
    if current is None:
        raise InvalidInput("Nothing was indexed; does the corpus have any records?")
    return current


def _first_sentence(record: Record) -> str:
    line = next((line for line in record.text.splitlines() if line.strip(" #*-")), "")
    return line.strip(" #*-").split(". ")[0]


def _show(figures: Figures) -> None:
    ingest, peak = figures.ingest, figures.as_json()["peak_rss_mb"]
    title = f"{figures.records:,} records, {figures.passages:,} passages"
    table = Table("what", "measured", title=title)
    rows = {
        "cold start to the first answer": f"{figures.cold_start_seconds:.2f} s",
        "ingest, whole process": f"{ingest.seconds:.2f} s",
        "  records a second": f"{figures.records / ingest.seconds:,.1f}",
        "  passages a second": f"{figures.passages / ingest.seconds:,.1f}",
        "ingest again, unchanged": f"{figures.ingest_again.seconds:.2f} s",
        f"query, warm, p50 of {figures.queries}": f"{figures.query_ms_p50:.1f} ms",
        "query, warm, p95": f"{figures.query_ms_p95:.1f} ms",
        "index on disk": f"{figures.index_mb:.2f} MB",
        "database on disk": f"{figures.database_mb:.2f} MB",
        "peak memory, ingest": f"{peak['ingest']:.0f} MB",
        "peak memory, one cold query": f"{peak['cold_query']:.0f} MB",
        "peak memory, warm queries": f"{peak['warm_queries']:.0f} MB",
    }
    for what, value in rows.items():
        table.add_row(what, value)
    console.out.print(table)


if __name__ == "__main__":
    typer.run(main)
