"""How quickly and how safely a system is read: ``python -m evals.bench_sync [--size N]``.

An instance of the fake ServiceNow has N incidents as people write them, a twentieth of them
hidden, three to a second. It is read once from end to end (embedding is not part of it), then
once more into another installation while rows move between pages, come late and the reading
process is killed three times; in the end nothing may be missing and nothing doubled.

It runs from a checkout, where the fakes are.
"""

import json
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer
from sqlalchemy import func, select

from assistant import console
from assistant.bootstrap import Application
from assistant.settings import load_settings
from evals.at_size import JsonTarget
from ingest.connections import ApiKeyAuth, Connection
from ingest.http import VendorClient
from ingest.streams.definition import load_stream
from ingest.syncing.source import OpenStream
from retrieval.corpus import tables

_SIZE = 30_000
_HIDDEN = 0.05
_KILLS = 3
_KEY = ApiKeyAuth(header="x-sn-apikey", key="reader-key")
_HEADERS = {"x-sn-apikey": "reader-key"}
_PATIENCE_SECONDS = 600.0

Size = Annotated[int, typer.Option("--size", help="Incidents of the fake instance.")]
Read = Annotated[tuple[str, Path] | None, typer.Option("--read", hidden=True)]


def main(size: Size = _SIZE, json_target: JsonTarget = None, read: Read = None) -> None:
    """Measure, or with ``--read`` be the process that is measured."""
    if read is not None:
        sys.stdout.write(json.dumps(_read_here(*read)))
        return
    console.err.print(f"Preparing {size:,} incidents")
    with tempfile.TemporaryDirectory(prefix="precedent-bench-") as folder, _instance(size) as url:
        figures = {"incidents": size, "visible": len(_numbers(url))}
        _make_answers(url)
        figures |= _undisturbed(url, Path(folder) / "undisturbed")
        figures |= _disturbed(url, Path(folder) / "disturbed")
    if json_target is None:
        for name, value in figures.items():
            console.out.print(f"{name}: {value}")
    else:
        console.write_json(json_target, json.dumps(figures))


def _undisturbed(url: str, folder: Path) -> dict[str, Any]:
    """One process, from end to end."""
    ended = subprocess.run(_command(url, folder), stdout=subprocess.PIPE, check=True)  # noqa: S603 — ourselves
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


def _disturbed(url: str, folder: Path) -> dict[str, Any]:
    """What is missing and doubled in the end."""
    app = _application(url, folder)
    goal = len(_numbers(url)) / (_KILLS + 1)
    for kill in range(_KILLS):
        reader = subprocess.Popen(_command(url, folder), stdout=subprocess.DEVNULL)  # noqa: S603 — ourselves
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while _rows(app) < goal * (kill + 1) and time.monotonic() < deadline:
            time.sleep(0.01)
        reader.send_signal(signal.SIGKILL)
        reader.wait()
        _disturb(url, kill)
    # The second of these has what was committed late behind the first one in its overlap.
    for _ in range(2):
        subprocess.run(_command(url, folder), stdout=subprocess.DEVNULL, check=True)  # noqa: S603 — ourselves
    there = _numbers(url)
    here = [record.external_id for record in app.store.iter_current()]
    app.database.close()
    return {
        "kills": _KILLS,
        "missing": len(there - set(here)),
        "doubled": len(here) - len(set(here)),
        "not_there": len(set(here) - there),
    }


def _read_here(url: str, folder: Path) -> dict[str, Any]:
    app = _application(url, folder)
    (stream,) = app.syncing.streams("sn", "incident")
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    with _largest_child() as peak:
        report = app.syncing.read("sn", stream)
    seconds = time.perf_counter() - began
    own, helpers = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {
        "records": report.summary.added,
        "redactions": report.summary.redactions,
        "seconds": round(seconds, 2),
        "records_per_second": round(report.summary.added / seconds),
        "cpu_seconds": round(own.ru_utime + own.ru_stime - before.ru_utime - before.ru_stime, 2),
        "cpu_seconds_of_cleaning": round(helpers.ru_utime + helpers.ru_stime, 2),
        "peak_mb": round(own.ru_maxrss / 1024),
        "peak_mb_before": round(before.ru_maxrss / 1024),
        "peak_mb_of_cleaning": round(max(peak)),
    }


@contextmanager
def _largest_child() -> Iterator[list[float]]:
    """The peaks of the processes that this one starts, in megabytes, while the context lasts.

    Not from ``getrusage``, which counts the memory of whoever started them as theirs.
    """
    peaks, done = [0.0], threading.Event()

    def look() -> None:
        while not done.wait(0.2):
            for task in Path("/proc/self/task").iterdir():
                for child in (task / "children").read_text().split():
                    status = Path(f"/proc/{child}/status").read_text()
                    found = re.search(r"VmHWM:\s+(\d+)", status)
                    peaks.append(int(found[1]) / 1024 if found else 0.0)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    yield peaks
    done.set()
    thread.join()


def _application(url: str, folder: Path) -> Application:
    # Rate and safety are measured: one run reads everything.
    connection = Connection(
        name="sn", kind="servicenow", base_url=url, read=_KEY, budget_requests=100_000
    )
    return Application(
        load_settings(data_dir=folder, database_url=None, connections={"sn": connection})
    )


def _command(url: str, folder: Path) -> list[str]:
    return [sys.executable, "-m", "evals.bench_sync", "--read", url, str(folder)]


@contextmanager
def _instance(size: int) -> Iterator[str]:
    """The address of a fake instance in a process of its own, whose reader sees journals."""
    command = [sys.executable, "-m", "tests.fakes.servicenow", "--port", "0"]
    command += ["--tickets", str(size), "--hidden", str(_HIDDEN)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 — ours
        try:
            port = "" if process.stdout is None else process.stdout.readline().strip()
            url = f"http://127.0.0.1:{port}"
            roles = {"roles": ["itil", "audit_viewer"]}
            httpx2.post(f"{url}/__control/identities/reader", json=roles).raise_for_status()
            yield url
        finally:
            process.kill()


def _make_answers(url: str) -> None:
    """Let the instance make its answers once: how quickly it does is not what is measured."""
    client = VendorClient(url, _KEY, 60.0)
    connection = Connection(name="sn", kind="servicenow", base_url=url)
    pager = OpenStream.of(load_stream("servicenow", "incident"), connection, client).pager
    page = pager.page({})
    while not page.last:
        page = pager.page(page.cursor)
    client.close()


def _disturb(url: str, kill: int) -> None:
    """Tickets at both ends and in the middle change, and one is committed nine minutes late."""
    known = _list(url)
    now = datetime.now(UTC)
    moved = [known[len(known) * part // 10 + kill] for part in range(10)]
    changes = [{"sys_id": row["sys_id"], "sys_updated_on": _text(now)} for row in moved]
    late = {
        "sys_id": f"{kill:032x}",
        "number": f"INC99{kill:05d}",
        "short_description": "Committed late",
        "sys_updated_on": _text(now - timedelta(minutes=9)),
    }
    bodies = [{"table": "incident", "fields": fields} for fields in (*changes, late)]
    httpx2.post(f"{url}/__control/rows", json=bodies).raise_for_status()


def _list(url: str) -> list[dict[str, str]]:
    asked = {"sysparm_limit": "1000000", "sysparm_fields": "sys_id,number"}
    address = f"{url}/api/now/table/incident"
    answer = httpx2.get(address, params=asked, headers=_HEADERS, timeout=120)
    found: list[dict[str, str]] = answer.raise_for_status().json()["result"]
    return sorted(found, key=lambda row: row["number"])


def _numbers(url: str) -> set[str]:
    return {row["number"] for row in _list(url)}


def _rows(app: Application) -> int:
    with app.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(tables.records)) or 0


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


if __name__ == "__main__":
    typer.run(main)
