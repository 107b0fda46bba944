"""Servers that are killed between the answer and the work: what was acknowledged is known."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx2

from ingest.webhooks.changes import AlertChange
from ingest.webhooks.hooks import hook_for
from tests.integration.sending import BEARER, CONNECTIONS, body_of, receiving
from tests.unit.ingest.test_hooks import TOLD, alert

KILLS = 2
SENDERS = 3


class TestKilledReceivers:
    def test_nothing_that_was_acknowledged_is_lost(self, tmp_path: Path, database_url: str) -> None:
        app = receiving(tmp_path, database_url)
        acknowledged: set[str] = set()
        chance = random.Random(3)
        for life in range(KILLS):
            port = free_port()
            server = subprocess.Popen(
                [sys.executable, "-c", SERVER, str(port)],
                env=environment(tmp_path, database_url),
            )
            stop = threading.Event()
            senders = [
                threading.Thread(target=send, args=(port, f"{life}{n}", stop, acknowledged))
                for n in range(SENDERS)
            ]
            for sender in senders:
                sender.start()
            known = len(acknowledged)
            while len(acknowledged) < known + 12 + chance.randrange(12):
                assert server.poll() is None
                time.sleep(0.01)
            server.send_signal(signal.SIGKILL)
            stop.set()
            server.wait()
            for sender in senders:
                sender.join()
        # Whatever was under way has a lease that runs out.
        late = receiving(tmp_path, database_url, lambda: app.clock().replace(year=2100))
        while late.events.run_once():
            continue
        stored = {record.external_id for record in app.store.iter_current()}
        assert len(acknowledged) >= KILLS * 12
        assert acknowledged - stored == set()
        assert {kept.state for kept in app.events.latest(9_999)} == {"done"}
        late.database.close()
        app.database.close()


def send(port: int, name: str, stop: threading.Event, acknowledged: set[str]) -> None:
    """Send one alert after the other; note those that were acknowledged."""
    address = f"http://127.0.0.1:{port}/api/v1/webhooks/am"
    number = 0
    while not stop.is_set():
        payload = alert("firing", 0, fingerprint=f"{name}-{number}")
        try:
            answer = httpx2.post(address, content=body_of(payload), headers=BEARER, timeout=30)
        except httpx2.TransportError:
            # Not there yet, or killed: a sender tries again.
            time.sleep(0.05)
            continue
        if answer.status_code == 202:
            (change,) = hook_for(payload).changes(payload, TOLD)
            assert isinstance(change, AlertChange)
            acknowledged.add(change.key)
        number += 1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(folder: Path, database_url: str) -> dict[str, str]:
    return {
        **os.environ,
        "PRECEDENT_DATA_DIR": str(folder / "var"),
        "PRECEDENT_DATABASE_URL": database_url,
        "PRECEDENT_EMBEDDER__BACKEND": "hashing",
        "PRECEDENT_LOG_LEVEL": "error",
        "PRECEDENT_CONNECTIONS__AM": json.dumps(CONNECTIONS["am"]),
    }


# A server with its worker, as ``precedent serve`` starts it.
SERVER = """
import sys
import uvicorn
from assistant.main import create_app
uvicorn.run(create_app, factory=True, port=int(sys.argv[1]), log_level="error", access_log=False)
"""
