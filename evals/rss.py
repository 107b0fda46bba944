"""Time and peak of resident memory: of one command, and of this process.

The command is started by a launcher, which is this file run by itself: the system counts
the memory of whoever starts a process as the new process' own, and a benchmark with a model
loaded is large. So this file imports nothing but the standard library.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

# Linux counts kilobytes, macOS bytes.
_UNITS_PER_MB = 2**20 if sys.platform == "darwin" else 2**10


class Ended(NamedTuple):
    """How a command ended (0 is success), its seconds, peak megabytes and standard error."""

    status: int
    seconds: float
    peak_mb: float
    message: str


def run_measured(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Ended:
    """Run a command to its end; its standard output is thrown away."""
    launcher = [sys.executable, __file__, *command]
    ended = subprocess.run(  # noqa: S603 — our own launcher, no shell
        launcher, env=environment, stdout=subprocess.PIPE, check=True
    )
    return Ended(*json.loads(ended.stdout))


def own_peak_mb() -> float:
    """The most memory that this process has held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _UNITS_PER_MB


def current_mb() -> float:
    """The memory that this process holds now; where the system does not say, its peak."""
    try:
        with open("/proc/self/statm", encoding="ascii") as stream:
            pages = int(stream.read().split()[1])
    except OSError:
        return own_peak_mb()
    return pages * resource.getpagesize() / 2**20


def _launch(command: Sequence[str]) -> Ended:
    with tempfile.TemporaryFile() as messages:
        begin = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 — the command that run_measured was given
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=messages
        )
        # RUSAGE_CHILDREN would give the largest of all children, and no memory of this one.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        # Popen must not wait for a process that is already gone.
        process.returncode = os.waitstatus_to_exitcode(status)
        messages.seek(0)
        said = messages.read().decode("utf-8", "replace").strip()
    return Ended(process.returncode, seconds, usage.ru_maxrss / _UNITS_PER_MB, said)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_launch(sys.argv[1:])))
