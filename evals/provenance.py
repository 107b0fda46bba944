"""Where a run was made: which code, and on which machine."""

import os
import platform
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_CODE = Path(__file__).resolve().parent.parent
_CPUS, _MEMORY = Path("/proc/cpuinfo"), Path("/proc/meminfo")
# Git answers in some 20 ms; a lock or a network disk must not hold up a result.
_PATIENCE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Commit:
    """The commit that is checked out, and whether files differ from it.

    Both are ``None`` where the code is not a git checkout or git is not there.
    """

    id: str | None
    dirty: bool | None


@dataclass(frozen=True, slots=True)
class Machine:
    """What timings depend on. ``memory_mb`` and ``model`` are ``None`` where unknown."""

    cpus: int | None
    model: str | None
    memory_mb: int | None
    platform: str

    def as_json(self) -> dict[str, Any]:
        """The documented object."""
        return asdict(self)


def this_commit(code: Path = _CODE) -> Commit:
    """The commit of the code in a folder; the product's own without an argument."""
    if not (code / ".git").exists():
        return Commit(None, None)
    head, changes = _git(code, "rev-parse", "HEAD"), _git(code, "status", "--porcelain")
    return Commit(head, None if head is None or changes is None else bool(changes))


def this_machine() -> Machine:
    """The machine that this process runs on."""
    memory = _line(_MEMORY, "MemTotal")
    return Machine(
        cpus=os.cpu_count(),
        model=_line(_CPUS, "model name") or platform.processor() or None,
        memory_mb=None if memory is None else int(memory.split()[0]) // 1024,
        platform=platform.platform(),
    )


def _git(code: Path, *arguments: str) -> str | None:
    try:
        ended = subprocess.run(  # noqa: S603 — fixed questions to git about our own folder
            ["git", "-C", str(code), *arguments],  # noqa: S607 — the git of whoever runs this
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ended.stdout.strip() if ended.returncode == 0 else None


def _line(file: Path, name: str) -> str | None:
    """The value of the first line ``name: value`` of a file of the kernel."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError:
        return None
    found = (line.partition(":")[2].strip() for line in text.splitlines() if line.startswith(name))
    return next(found, None)
