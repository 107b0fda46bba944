"""Making the runs of a sweep: each is the ordinary command, in a process of its own.

So memory and time are those of the variant alone, and a variant that fails takes no other with it.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant import console
from evals.rss import Ended, run_measured
from evals.runs import RunRecord, load_run
from evals.sweeps.asking import Asked
from evals.sweeps.variants import Variant
from retrieval.errors import InvalidInput

# The end of a long message holds the error, and a row has room for no more.
_REASON_CHARS = 500


@dataclass(frozen=True, slots=True)
class Tried:
    """A variant and the run that came of it; ``reason`` says why there is none."""

    variant: Variant
    run: RunRecord | None
    seconds: float
    reason: str = ""


def make(variants: Sequence[Variant], asked: Asked, into: Path) -> list[Tried]:
    """Write each run into a file of the folder and read it again; progress on standard error.

    Raises ``InvalidInput`` where the folder cannot be written, and for a metric that the first
    run does not have.
    """
    try:
        into.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise InvalidInput(f"{into} cannot be written: {exc.strerror}.") from exc
    tried = []
    with console.progress() as bars:
        all_of_them = bars.add_task("Variants", total=len(variants))
        for variant in variants:
            bars.update(all_of_them, description=variant.name)
            tried.append(_tried(variant, asked, into / variant.file))
            bars.advance(all_of_them)
    return tried


def _tried(variant: Variant, asked: Asked, file: Path) -> Tried:
    # What an earlier sweep left must not pass for the run of a variant that fails.
    file.unlink(missing_ok=True)
    ended = run_measured(_command(variant, asked, file), variant.environment())
    if ended.status != 0:
        return Tried(variant, None, ended.seconds, _reason(ended))
    run = load_run(file)
    if asked.metric not in run.scores:
        raise InvalidInput(
            f"{asked.task} has no metric {asked.metric!r} that is a mean over queries. "
            f"Choose one of {', '.join(run.scores)}."
        )
    return Tried(variant, run, ended.seconds)


def _command(variant: Variant, asked: Asked, file: Path) -> list[str]:
    """The command that people would type; -P: nothing of the folder they stand in is imported."""
    precedent = (sys.executable, "-P", "-m", "assistant")
    what = ("eval", asked.task, str(asked.folder.resolve()), *asked.options)
    return [*precedent, *what, "--system", variant.system, "--json", str(file.resolve())]


def _reason(ended: Ended) -> str:
    said = " ".join(ended.message.split())[-_REASON_CHARS:]
    return said or f"it ended with status {ended.status} and without a message"
