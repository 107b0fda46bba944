"""Any ASGI application on a free port: in a thread of this process, or as a process of its own."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

_HOST = "127.0.0.1"
# A request that hangs on purpose must not hold up the end of a test.
_GRACE_SECONDS = 1


class _Connections(H11Protocol):
    """Remembers the connection of every client, so that it can be cut."""

    open: dict[tuple[str, int], asyncio.Transport] = {}  # noqa: RUF012 — one register a process

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        if self.client is not None:
            self.open[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self.client is not None:
            self.open.pop(self.client, None)
        super().connection_lost(exc)


async def cut(request: Request) -> Response:
    """End the connection of a request without an answer.

    What this returns is what the route has to return; nobody receives it.
    """
    assert request.client is not None
    transport = _Connections.open.get((request.client.host, request.client.port))
    if transport is not None:
        transport.abort()
        # The server learns of it in the next round of its loop, and then sends nothing.
        await asyncio.sleep(0.01)
    return Response(status_code=500)


def _server(app: Any) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        http=_Connections,
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return uvicorn.Server(config)


def _listening(port: int = 0) -> socket.socket:
    # With its protocol named, or small answers wait 40 ms for the client's acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((_HOST, port))
    # From here on a client can connect, whenever the server begins to answer.
    listener.listen(128)
    return listener


def _address(listener: socket.socket) -> str:
    return f"http://{_HOST}:{listener.getsockname()[1]}"


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The address of the application, served by a thread until the context ends."""
    listener = _listening()
    server = _server(app)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield _address(listener)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def serve_here(app: Any, port: int = 0) -> None:
    """Serve until the process is told to end; the first line printed is the port."""
    listener = _listening(port)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    _server(app).run(sockets=[listener])


@contextmanager
def serving_process(module: str, *arguments: str) -> Iterator[str]:
    """The address of a module of this folder that runs as a process of its own."""
    command = [sys.executable, "-m", module, "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            port = process.stdout.readline().strip()
            assert port, f"{module} did not start"
            yield f"http://{_HOST}:{port}"
        finally:
            process.kill()
