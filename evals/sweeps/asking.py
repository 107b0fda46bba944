"""What a sweep asks of every variant."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evals.datasets import CORPUS
from evals.suite.jobs import BLIND
from evals.suite.result import MAIN
from retrieval.errors import InvalidInput, UnreadableFile

_OPTIONS = {
    "retrieval": ("corpus", "query-field"),
    "triage": ("corpus", "field"),
    "hypotheses": ("cases",),
    "drafts": ("cases",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A task of a folder, with further options of its command.

    ``metric`` is what variants are compared by.
    """

    task: str
    folder: Path
    metric: str
    options: tuple[str, ...] = ()


def asked_of(
    task: str,
    folder: Path,
    *,
    metric: str | None = None,
    options: Mapping[str, str | None],
    no_cache: bool = False,
) -> Asked:
    """The question, with the main metric of the task unless another is named.

    Similar records are looked for in the blind corpus where a folder has one, as in a suite.
    Raises ``UnreadableFile`` for what is no folder and ``InvalidInput`` for an option that the
    task does not have.
    """
    if not folder.is_dir():
        raise UnreadableFile(f"{folder} is not a folder. Give a folder of evaluation data.")
    given = {name: value for name, value in options.items() if value is not None}
    if foreign := given.keys() - set(_OPTIONS[task]):
        raise InvalidInput(
            f"--{min(foreign)} means nothing to {task}, which takes "
            f"{', '.join(f'--{name}' for name in _OPTIONS[task])}."
        )
    if task == "retrieval":
        given.setdefault("corpus", BLIND if (folder / BLIND).is_file() else CORPUS)
    words = [word for name, value in given.items() for word in (f"--{name}", value)]
    cached = ("--no-cache",) if no_cache else ()
    return Asked(task=task, folder=folder, metric=metric or MAIN[task], options=(*words, *cached))
