"""``serve``, ``worker``, ``migrate``, ``redact`` and ``openapi``: running the installation."""

import json as jsonlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant import console
from assistant.commands import Json, application
from assistant.settings import load_settings
from ingest.redaction import Redacted
from retrieval.errors import InvalidInput, UnreadableFile

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Serve the API, the sidebar, the drafts and the approvals."""
    settings = load_settings()
    address = host or settings.web.host
    auth = settings.auth
    if address not in _LOOPBACK and auth.mode == "local" and not auth.allow_remote:
        raise InvalidInput(
            f"Refusing to listen on {address}: the local sign-in takes people at their word. "
            "Stay on 127.0.0.1, let people sign in with PRECEDENT_AUTH__MODE=oidc, or set "
            "PRECEDENT_AUTH__ALLOW_REMOTE=true behind a proxy that lets only trusted people "
            "through."
        )
    # A new process image: the server's imports are no business of the other commands.
    command = [sys.executable, "-m", "uvicorn", "assistant.main:create_app", "--factory"]
    command += ["--host", address, "--port", str(port or settings.web.port)]
    # Our own log has every request, without the query: what comes back from an identity provider
    # stands there.
    command += ["--log-level", settings.log_level, "--no-server-header", "--no-access-log"]
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606 — our own interpreter, no shell


def worker(
    check: Annotated[bool, typer.Option("--check", help="Only report that it could run.")] = False,
) -> None:
    """Deliver, take events in, read connected systems, index what is new; until interrupted."""
    app = application()
    if check:
        app.store.version()
        return
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    console.err.print(
        "Delivering, taking events in, reading connected systems, indexing. Ctrl-C stops."
    )
    threads = [threading.Thread(target=work, args=(stop,), daemon=True) for work in app.background]
    for thread in threads:
        thread.start()
    stop.wait()
    for thread in threads:
        thread.join(timeout=10)


def migrate() -> None:
    """Bring the database to the shape that this version needs."""
    application(migrate_database=True)
    console.err.print("The database is up to date.")


def redact(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Lines {id, text}.")],
    json: Json = None,
) -> None:
    """Show what would be removed before storage: lines {id, text, redactions}."""
    app = application()
    lines = [
        jsonlib.dumps(
            {"id": entry["id"], **_redacted(app.redactor.redact(entry["text"]))},
            ensure_ascii=False,
        )
        for _, entry in json_lines(file, "id", "text")
    ]
    console.write_json(json or console.STDOUT, "\n".join(lines))


def openapi(json: Json = None) -> None:
    """Print the OpenAPI document of the API; docs/openapi.json is a copy."""
    # A process of its own: the server's imports are no business of the other commands.
    command = [sys.executable, "-m", "assistant.openapi"]
    described = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 — our own interpreter, no shell
    console.write_json(json or console.STDOUT, described.rstrip("\n"))


def _redacted(found: Redacted) -> dict[str, Any]:
    return {
        "text": found.text,
        "redactions": [{"kind": r.kind, "start": r.start, "end": r.end} for r in found.redactions],
    }


def json_lines(file: Path, *needed: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(place, object) of a JSON Lines file with the needed members; errors name the line."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise UnreadableFile(f"{file} cannot be read: {exc.strerror}.") from exc
    except UnicodeDecodeError as exc:
        raise UnreadableFile(f"{file} is not UTF-8 text (byte {exc.start}).") from exc
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{file} line {number}"
        try:
            entry = jsonlib.loads(line)
        except jsonlib.JSONDecodeError as exc:
            raise UnreadableFile(f"{place} is not JSON: {exc.msg}.") from exc
        if not isinstance(entry, dict) or any(name not in entry for name in needed):
            raise UnreadableFile(f"{place} must be an object with {', '.join(needed)}.")
        yield place, entry
