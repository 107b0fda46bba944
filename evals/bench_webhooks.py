"""How soon a sender of events is answered: ``python -m evals.bench_webhooks [--json FILE|-]``.

Some senders post groups of Alertmanager of about 20 kB, each as soon as the one before is
answered, or after a pause; every alert is another one. The service runs as a process of its
own, its worker beside the server (as in the embedded default) or in a third process, and takes
in, embeds and indexes what comes meanwhile. Times are those of the senders, from the first byte
sent to the last one received, on the machine as it is.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer

from assistant import console
from evals.at_size import JsonTarget, percentiles

_NAME = "bench"
_TOKEN = secrets.token_urlsafe()
_ALERTS = 28
_START_SECONDS = 120.0
_WARM = 5


def group(sender: int, number: int) -> bytes:
    """One group of alerts as Alertmanager sends it; no two are alike."""
    common = {"alertname": "InstanceDown", "severity": "critical", "cluster": "lon-1"}
    alerts = [_alert(common, f"{sender:04x}{number:08x}{place:04x}") for place in range(_ALERTS)]
    payload = {
        "version": "4",
        "groupKey": '{}/{severity="critical"}:{alertname="InstanceDown"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "precedent",
        "groupLabels": {"alertname": "InstanceDown"},
        "commonLabels": common,
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.acme.example:9093",
        "alerts": alerts,
    }
    return json.dumps(payload, separators=(",", ":")).encode()


def _alert(common: dict[str, str], fingerprint: str) -> dict[str, Any]:
    host = f"web-{fingerprint[4:]}.lon.acme.example"
    return {
        "status": "firing",
        "labels": {**common, "instance": f"{host}:9100", "job": "node", "service": "Web shop"},
        "annotations": {
            "summary": f"{host} has been unreachable for more than five minutes.",
            "description": f"The exporter on {host} gives no answer; its last load was 17.3.",
            "runbook_url": "https://runbooks.acme.example/network/InstanceDown",
        },
        "startsAt": "2026-03-02T09:10:00.123Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prom.acme.example/graph?g0.expr=up%7Bjob%3D%22node%22%7D+%3D%3D+0",
        "fingerprint": fingerprint,
    }


@contextmanager
def service(folder: Path, *, apart: bool) -> Iterator[str]:
    """The address of a running service; ``apart``: with its worker in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    connection = {"kind": "alertmanager", "webhook": {"secrets": [_TOKEN]}}
    environment = {
        **os.environ,
        "PRECEDENT_DATA_DIR": str(folder),
        f"PRECEDENT_CONNECTIONS__{_NAME.upper()}": json.dumps(connection),
        "PRECEDENT_WEB__EMBEDDED_WORKER": str(not apart).lower(),
        "PRECEDENT_WEB__WEBHOOKS_PER_MINUTE": "0",
        "PRECEDENT_LOG_LEVEL": "error",
    }
    # A benchmark must never write into a configured database.
    environment.pop("PRECEDENT_DATABASE_URL", None)
    precedent = [sys.executable, "-m", "assistant"]
    commands = [[*precedent, "serve", "--port", str(port)], *([[*precedent, "worker"]] * apart)]
    running = [
        subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)  # noqa: S603 — our own interpreter
        for command in commands
    ]
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address)
        yield address
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait()


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx2.get(f"{address}/readyz").is_success:
                return
        except httpx2.TransportError:
            time.sleep(0.2)
    raise TimeoutError(f"{address} was not ready after {_START_SECONDS:.0f} seconds")


def send(address: str, sender: int, requests: int, pause: float, took: list[float]) -> None:
    """What one sender does; appends the milliseconds of each answer."""
    headers = {"Authorization": f"Bearer {_TOKEN}", "Content-Type": "application/json"}
    with httpx2.Client(headers=headers, timeout=60) as client:
        for number in range(requests + _WARM):
            body = group(sender, number)
            began = time.perf_counter()
            answer = client.post(f"{address}/api/v1/webhooks/{_NAME}", content=body)
            if number >= _WARM:
                took.append((time.perf_counter() - began) * 1000)
            if answer.json() != {"status": "accepted"}:
                raise RuntimeError(f"{answer.status_code}: {answer.text}")
            time.sleep(pause)


def measure(senders: int, requests: int, pause: float, *, apart: bool) -> dict[str, Any]:
    """The figures of one run."""
    took: list[float] = []
    with tempfile.TemporaryDirectory() as folder, service(Path(folder), apart=apart) as address:
        threads = [
            threading.Thread(target=send, args=(address, number, requests, pause, took))
            for number in range(senders)
        ]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - began
    if len(took) != senders * requests:
        raise typer.Exit(1)
    return {
        "senders": senders,
        "pause_ms": round(pause * 1000),
        "worker": "apart" if apart else "embedded",
        "bytes": len(group(0, 0)),
        "answers": len(took),
        "per_second": round((len(took) + senders * _WARM) / seconds, 1),
        "answer_ms": percentiles(took),
    }


def main(
    senders: Annotated[int, typer.Option(help="How many send at the same time.")] = 4,
    requests: Annotated[int, typer.Option(help="What each of them sends.")] = 100,
    pause_ms: Annotated[
        float, typer.Option(help="How long each waits between an answer and the next.")
    ] = 250.0,
    apart: Annotated[
        bool, typer.Option("--apart", help="The worker runs in a process of its own.")
    ] = False,
    json_target: JsonTarget = None,
) -> None:
    """Measure how soon senders of events are answered."""
    figures = measure(senders, requests, pause_ms / 1000, apart=apart)
    text = json.dumps(figures, indent=2)
    if json_target is None:
        console.out.print(text)
    else:
        console.write_json(json_target, text)


if __name__ == "__main__":
    typer.run(main)
