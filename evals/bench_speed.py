"""How fast at size: ``python -m evals.bench_speed [--size N …] [--json FILE|-]``.

Generated corpora, with generated vectors, so that the run ends in minutes; embedding is
measured by itself on real texts (``--embed N``), beside the default RAG in the same run.
"""

import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table

from assistant import console
from assistant.bootstrap import Application
from assistant.settings import load_settings
from evals.bench_embedding import embedding_figures
from evals.generated import Generator
from evals.rss import current_mb
from retrieval.access import EVERYONE, Reader, RecordFilter
from retrieval.corpus.writer import CorpusWriter
from retrieval.records import RecordContent, RecordKind
from retrieval.searcher import Query

_SIZES = [10_000, 100_000, 1_000_000]
_QUERIES = 100
_CLIENTS = (1, 4)
_ADDS = 5
_STAGE_RUNS = 30
_K = 10
_READER = Reader("analyst", frozenset({EVERYONE}))


def measure(size: int, folder: Path) -> dict[str, Any]:
    """Fill, build, then open and ask in a process of its own, and add single records."""
    app = _application(folder)
    generator = Generator(app.embedder.dimension)
    filled = _seconds(lambda: generator.fill(app.database, app.embedder.model_id, size))
    built = _seconds(app.indexer.rebuild)
    app.database.close()
    command = [sys.executable, "-m", "evals.bench_speed", "--ask", str(folder)]
    asked = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 — ourselves
    figures: dict[str, Any] = json.loads(asked.stdout)
    return {
        "size": size,
        "generate_s": round(filled, 1),
        "index_records_per_s": round(size / built),
        "index_mb": round(_bytes(folder / "index") / 2**20),
        **figures,
    }


def ask(folder: Path) -> dict[str, Any]:
    """Open an index cold, ask as one and as four, and add records; in this process alone."""
    app = _application(folder)
    generator = Generator(app.embedder.dimension)
    app.embedder.query("load the model")
    before = current_mb()
    opened = _seconds(app.index.current)
    for text in _texts(generator, 0)[:5]:
        _answer(app, text)
    # Every measurement asks texts of its own: what was asked before is remembered.
    latencies = {
        str(n): _latencies(app, _texts(generator, part), n) for part, n in enumerate(_CLIENTS, 1)
    }
    resident = current_mb() - before
    records = len(app.index.current().table)
    return {
        "open_s": round(opened, 2),
        "resident_mb": round(resident),
        "kb_per_passage": round(resident * 1024 / records, 2),
        "query_ms": latencies,
        "stage_ms": _stages(app, _texts(generator, len(_CLIENTS) + 1)),
        "add_s": [round(_add(app, number), 2) for number in range(_ADDS)],
    }


def _texts(generator: Generator, part: int) -> list[str]:
    """Questions that no other part asks, and no record has."""
    first = 10**7 + part * _QUERIES
    return [generator.text(number)[:200] for number in range(first, first + _QUERIES)]


def _application(folder: Path) -> Application:
    return Application(load_settings(data_dir=folder, database_url=None))


def _answer(app: Application, text: str) -> None:
    app.searcher.search(Query(text, RecordFilter(_READER), _K))


def _latencies(app: Application, texts: Sequence[str], clients: int) -> dict[str, float]:
    def timed(text: str) -> float:
        return _seconds(lambda: _answer(app, text))

    with ThreadPoolExecutor(clients) as pool:
        seconds = list(pool.map(timed, texts))
    return {f"p{p}": round(float(np.percentile(seconds, p)) * 1000, 1) for p in (50, 95, 99)}


def _stages(app: Application, texts: Sequence[str]) -> dict[str, float]:
    """Medians of the parts that a query waits for; the rest is fusing and explaining."""
    index = app.index.current()
    allowed = RecordFilter(_READER)
    rows = index.table.allowed_records(allowed, ())[index.table.passage_record]
    fresh = [f"{text} ." for text in texts]
    vectors = [app.embedder.query(text) for text in texts]
    parts: dict[str, Callable[[int], object]] = {
        "embed": lambda n: app.embedder.query(fresh[n]),
        "filter": lambda _: index.table.allowed_records(allowed, ()),
        "words": lambda n: index.lexical.search(dict.fromkeys(texts[n].split(), 1.0), allowed, 100),
        "meaning": lambda n: index.vectors.search(vectors[n], 300, rows),
    }
    return {name: _median_ms(part) for name, part in parts.items()}


def _median_ms(part: Callable[[int], object]) -> float:
    seconds = [_seconds(partial(part, number)) for number in range(_STAGE_RUNS)]
    return round(float(np.median(seconds)) * 1000, 1)


def _add(app: Application, number: int) -> float:
    """Seconds from storing a record to the reader's finding it."""
    now = app.clock()
    token = f"zq{number}{now.timestamp():.0f}"
    record = RecordContent(
        source="added",
        external_id=token,
        kind=RecordKind.INCIDENT,
        title=f"Added {token}",
        text=f"{token} stopped answering",
        groups=frozenset({EVERYONE}),
        known_at=now,
    )
    began = time.perf_counter()
    with app.database.write() as connection:
        CorpusWriter(connection, now).upsert(record, token)
    app.indexer.refresh()
    found = app.index.current().lexical.search({token: 1.0}, RecordFilter(_READER), 1)
    assert found, "the added record is not found"  # noqa: S101 — a benchmark that must not lie
    return time.perf_counter() - began


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def growth(figures: Sequence[dict[str, Any]]) -> float | None:
    """The exponent b of p50 ~ size^b between the smallest and the largest size."""
    if len(figures) < 2:
        return None
    first, last = figures[0], figures[-1]
    times = last["query_ms"]["1"]["p50"] / first["query_ms"]["1"]["p50"]
    return math.log(times) / math.log(last["size"] / first["size"])


def _bytes(folder: Path) -> int:
    """The size of the files, each counted once however many names it has."""
    found = {path.stat().st_ino: path.stat().st_size for path in folder.rglob("*")}
    return sum(found.values())


def _show(found: Sequence[dict[str, Any]], embedding: dict[str, Any] | None) -> None:
    table = Table("", *(f"{each['size']:,}" for each in found), box=None, padding=(0, 2, 0, 0))
    for name in ("index_records_per_s", "index_mb", "open_s", "resident_mb", "kb_per_passage"):
        table.add_row(name, *(str(each[name]) for each in found))
    for clients in _CLIENTS:
        for p in ("p50", "p95", "p99"):
            cells = (str(each["query_ms"][str(clients)][p]) for each in found)
            table.add_row(f"query {p} ms, {clients} at once", *cells)
    for stage in found[0]["stage_ms"] if found else ():
        table.add_row(f"  {stage} ms", *(str(each["stage_ms"][stage]) for each in found))
    table.add_row("add one, s", *(str(max(each["add_s"])) for each in found))
    console.out.print(table)
    exponent = growth(found)
    if exponent is not None:
        console.out.print(f"p50 grows with size to the power of {exponent:.2f}")
    for name, value in (embedding or {}).items():
        console.out.print(f"{name}: {value}")


def main(
    size: Annotated[list[int] | None, typer.Option(help="Records; may be repeated.")] = None,
    embed: Annotated[int, typer.Option(help="Real records to embed; 0 for none.")] = 400,
    ask_folder: Annotated[Path | None, typer.Option("--ask", hidden=True)] = None,
    json_target: Annotated[
        str | None,
        typer.Option("--json", metavar="FILE", help="Write JSON to FILE, or with - to stdout."),
    ] = None,
) -> None:
    """Measure at several sizes, and embedding beside the default RAG."""
    if ask_folder is not None:
        console.write_json("-", json.dumps(ask(ask_folder)))
        return
    found = []
    for each in size or _SIZES:
        console.err.print(f"Measuring {each:,} records")
        with tempfile.TemporaryDirectory(prefix="precedent-speed-") as folder:
            found.append(measure(each, Path(folder)))
    embedding = embedding_figures(embed) if embed else None
    if json_target is None:
        _show(found, embedding)
    else:
        console.write_json(json_target, json.dumps({"sizes": found, "embedding": embedding}))


if __name__ == "__main__":
    typer.run(main)
