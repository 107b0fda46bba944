"""Reading a connected system is killed at arbitrary moments while the system changes."""

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.fakes.servicenow import running
from tests.fakes.serving import serving_process
from tests.integration.connected import connected, records, servicenow, stored_rows
from tests.integration.servicenow_calls import http

READER = """
import sys
from pathlib import Path
from assistant.bootstrap import Application
from assistant.settings import Settings
from ingest.connections import ApiKeyAuth, Connection
key = ApiKeyAuth(header="x-sn-apikey", key="reader-key")
given = Connection(
    name="sn", kind="servicenow", base_url=sys.argv[1], read=key, options={"page_size": "100"}
)
app = Application(Settings(data_dir=Path(sys.argv[2]) / "var", connections={"sn": given}))
(stream,) = app.syncing.streams("sn", "incident")
app.syncing.read("sn", stream)
"""


def test_nothing_is_missing_and_nothing_doubled(tmp_path: Path) -> None:
    """6,000 rows, a tenth of them hidden, some of one second, moving, late; three kills."""
    arguments = ("--tickets", "6000", "--hidden", "0.1")
    with serving_process("tests.fakes.servicenow", *arguments) as url:
        with running() as shape:
            shape.url = url
            app = connected(tmp_path, servicenow(shape))
        for kill in range(3):
            reader = subprocess.Popen([sys.executable, "-c", READER, url, str(tmp_path)])
            reached = 900 * (kill + 1)
            deadline = time.monotonic() + 60
            while stored_rows(app) < reached and time.monotonic() < deadline:
                time.sleep(0.02)
            reader.send_signal(signal.SIGKILL)
            reader.wait()
            disturb(url, kill)
        before = stored_rows(app)
        assert 2_700 <= before < 5_000
        subprocess.run([sys.executable, "-c", READER, url, str(tmp_path)], check=True)
        # What came late behind the run is in the overlap of the next one.
        subprocess.run([sys.executable, "-c", READER, url, str(tmp_path)], check=True)
        there = numbers(url)
        assert set(records(app)) == there
        assert stored_rows(app) == len(there)


def disturb(url: str, kill: int) -> None:
    """Tickets already read and not yet read change, and one is committed late."""
    known = sorted(rows(url), key=lambda row: row["number"])
    moved = [known[10 + kill], known[2_500 + kill], known[-5 - kill]]
    now = datetime.now(UTC)
    stamp = f"{now:%Y-%m-%d %H:%M:%S}"
    bodies = [
        {"table": "incident", "fields": {"sys_id": row["sys_id"], "sys_updated_on": stamp}}
        for row in moved
    ]
    late = now - timedelta(minutes=9)
    fields = {
        "number": f"INC99{kill:05d}",
        "sys_id": f"{kill:032x}",
        "short_description": "Committed late",
        "sys_updated_on": f"{late:%Y-%m-%d %H:%M:%S}",
    }
    bodies.append({"table": "incident", "fields": fields})
    http().post(f"{url}/__control/rows", json=bodies).raise_for_status()


def rows(url: str) -> list[dict[str, str]]:
    params = {"sysparm_limit": "100000", "sysparm_fields": "sys_id,number,sys_updated_on"}
    address = f"{url}/api/now/table/incident"
    answer = http().get(address, params=params, headers={"x-sn-apikey": "reader-key"}, timeout=60)
    found: list[dict[str, str]] = answer.json()["result"]
    return found


def numbers(url: str) -> set[str]:
    return {row["number"] for row in rows(url)}
