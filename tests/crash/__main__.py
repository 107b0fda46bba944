"""``make crash-test``: kill workers and servers at random points, then count what was written.

``KILLS`` (200) kills on each of ``DATABASES`` (sqlite,postgresql), drawn by ``SEED``. A fake
ServiceNow answers 429 and 500, hangs beyond the client's patience and then writes all the same,
and cuts connections before and after it has written; somebody else edits tickets meanwhile. The
last line tells what came of it; the status is 1 unless everything is as approved.
"""

import os
import random
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from assistant.bootstrap import Application
from assistant.domain.approval import ProposalState
from tests.crash.installation import (
    TARGET,
    Processes,
    filled,
    opened,
    run_server,
    run_worker,
    settings,
)
from tests.crash.people import People
from tests.crash.verdict import Verdict, verdict
from tests.databases import new_database, postgres_server
from tests.fakes.serving import serving_process
from tests.ticket_desk import PAUL

_SETTLE_SECONDS = 240.0
_FAULTS: list[dict[str, Any]] = [
    {"kind": "status", "status": 500, "methods": ["PATCH"]},
    {"kind": "status", "status": 503, "methods": ["PATCH"]},
    {"kind": "throttle", "seconds": 1, "methods": ["PATCH"]},
    {"kind": "hang", "seconds": 0.9, "methods": ["PATCH"]},
    {"kind": "drop-before", "methods": ["PATCH"]},
    {"kind": "drop-after", "methods": ["PATCH"]},
]


def main() -> int:
    """Run on each database; 0 when all is well."""
    kills = int(os.environ.get("KILLS", "200"))
    seed = int(os.environ.get("SEED", str(random.randrange(1_000_000))))
    engines = os.environ.get("DATABASES", "sqlite,postgresql").split(",")
    say(f"seed={seed} kills={kills} on each of {', '.join(engines)}")
    found = [_on(engine, kills, seed) for engine in engines]
    total = Verdict(
        states=sum((each.states for each in found), found[0].states.__class__()),
        lost=sum(each.lost for each in found),
        doubled=sum(each.doubled for each in found),
        unapproved=sum(each.unapproved for each in found),
        chain=next((each.chain for each in found if each.chain != "ok"), "ok"),
    )
    say(str(total))
    return 0 if total.ok else 1


def _on(engine: str, kills: int, seed: int) -> Verdict:
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, _database(engine) as url:
        state = str(Path(folder) / "writes")
        with serving_process("tests.fakes.servicenow", "--state", state) as instance:
            environment = settings(Path(folder) / "var", instance, url)
            app = opened(environment)
            control = httpx2.Client(base_url=instance, timeout=10)
            # More than can be worked through while it is killed: there is always something.
            known = _tickets(control, 3 * kills + 40)
            result = _run(engine, kills, seed, app, environment, control, known)
            app.database.close()
    say(
        f"{engine}: {kills} kills, {dict(sorted(result.states.items()))}, {result} "
        f"({time.monotonic() - started:.0f} s)"
    )
    return result


def _run(
    engine: str,
    kills: int,
    seed: int,
    app: Application,
    environment: dict[str, str],
    control: httpx2.Client,
    known: dict[str, str],
) -> Verdict:
    draw = random.Random(seed)
    drafts = filled(app, known)
    control.post("/__control/faults", json={"faults": _FAULTS, "rate": 0.3, "seed": seed})
    processes, port = Processes(), _free_port()
    # One worker on SQLite; on PostgreSQL several, one of them within the server.
    embedded = {"PRECEDENT_WEB__EMBEDDED_WORKER": str(engine == "postgresql").lower()}
    processes.start(run_server, environment | embedded, port)
    for _ in range(2 if engine == "postgresql" else 1):
        processes.start(run_worker, environment)
    people = People(f"http://127.0.0.1:{port}", drafts, TARGET, seed)
    stop = threading.Event()
    at_work = [threading.Thread(target=people.work, args=(stop,), daemon=True) for _ in range(3)]
    for each in at_work:
        each.start()
    try:
        for number in range(kills):
            processes.kill(*_next(draw, len(processes)))
            if draw.random() < 0.2:
                _edited_by_others(control, draw.choice(list(known.values())))
            if (number + 1) % 50 == 0:
                say(f"  {engine}: {number + 1} kills, {len(people.approved)} approved")
        stop.set()
        for each in at_work:
            each.join()
        control.delete("/__control/faults")
        _settle(app)
    finally:
        stop.set()
        processes.end()
    notes = {sys_id: control.get(f"/__control/notes/{sys_id}").json() for sys_id in known.values()}
    return verdict(app, notes, people.approved, people.undone)


def _next(draw: random.Random, processes: int) -> tuple[str, float]:
    """Which kind to kill, and how long after it was ready.

    A server answers people, so it is left alone longer than a worker, or nothing would ever be
    approved.
    """
    if draw.random() < 1 / (processes + 1):
        return "run_server", draw.uniform(0.0, 4.0)
    return "run_worker", draw.uniform(0.0, 1.0)


def _settle(app: Application) -> None:
    """Wait until nothing is under way; retry what failed, as a person would."""
    until = time.monotonic() + _SETTLE_SECONDS
    moving = {
        ProposalState.APPROVED,
        ProposalState.DELIVERING,
        ProposalState.UNDOING,
        ProposalState.FAILED,
        ProposalState.AMBIGUOUS,
    }
    while time.monotonic() < until:
        found = [each for each in app.approvals.latest(100_000) if each.state in moving]
        for each in found:
            if each.state is ProposalState.FAILED:
                app.approvals.retry(PAUL, each.id)
        # What waits for a person says so.
        if all("Look at the ticket" in each.reason for each in found):
            return
        time.sleep(1)


def _edited_by_others(control: httpx2.Client, sys_id: str) -> None:
    row = {"sys_id": sys_id, "category": f"network-{time.time()}"}
    control.post("/__control/rows", json=[{"table": "incident", "fields": row, "touch": True}])


def _tickets(control: httpx2.Client, count: int) -> dict[str, str]:
    """Number to sys_id of new incidents."""
    numbers = [f"INC{number:07}" for number in range(1, count + 1)]
    rows = [
        {"table": "incident", "fields": {"number": each, "short_description": "It broke"}}
        for each in numbers
    ]
    found: list[str] = control.post("/__control/rows", json=rows).json()
    return dict(zip(numbers, found, strict=True))


@contextmanager
def _database(engine: str) -> Iterator[str | None]:
    if engine == "sqlite":
        yield None
        return
    with postgres_server() as server:
        yield new_database(server)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def say(text: str) -> None:
    """Tell whoever watches."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
