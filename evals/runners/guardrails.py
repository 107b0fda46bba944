"""One run of the task of guardrails."""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from assistant.llm.chat import ChatModel
from evals.guardrails import SUITES, Setting
from evals.json_lines import hash_of
from evals.planted.files import bytes_of, corpus_files, records_of
from evals.results import EvalResult
from evals.tasks.guardrails import measure
from evals.tasks.retrieval import Step
from ingest.redaction import REDACTION_VERSION
from retrieval.errors import InvalidInput

DEMO = Path(__file__).resolve().parent.parent / "demo"
"""What is tried with where no folder is given: the demo corpus of this project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailRun:
    """What to run: a folder of records, and the suites (all of them if none is named)."""

    folder: Path = DEMO
    suites: tuple[str, ...] = ()
    seed: int = 1
    writer: str = "extractive"
    chat: Callable[[], ChatModel] | None = None
    cache_file: Path | None = None


def run_guardrails(run: GuardrailRun, asking: Step | None = None) -> EvalResult:
    """Try the suites on throw-away installations, offline.

    Raises ``InvalidInput`` for an unknown suite and a folder without past incidents.
    """
    unknown = [name for name in run.suites if name not in SUITES]
    if unknown:
        raise InvalidInput(f"There is no suite {unknown[0]!r}. Choose from {', '.join(SUITES)}.")
    files = corpus_files(run.folder)
    setting = Setting(
        files=files,
        records=records_of(files),
        seed=run.seed,
        cache_file=run.cache_file,
        writer=run.writer,
        chat=run.chat,
    )
    if not setting.past_incidents():
        raise InvalidInput(f"{run.folder} has no incident that is long enough to plant into.")
    measured = measure(setting, {name: SUITES[name] for name in run.suites or SUITES}, asking)
    return EvalResult(
        task="guardrails",
        dataset=run.folder.resolve().name,
        dataset_hash=hash_of(
            **{f"{n} {path.name}": path for n, path in enumerate(bytes_of(files))}
        ),
        system=run.writer,
        metrics=measured.metrics,
        latency=measured.latency,
        per_query=measured.per_query,
        settings={"suites": ", ".join(run.suites or SUITES)},
        seed=run.seed,
        versions={
            "precedent": version("precedent"),
            "redaction": REDACTION_VERSION,
            "python": platform.python_version(),
        },
        notes=tuple(
            f"{case.id} failed: {'; '.join(case.failures)}."
            for case in measured.per_query
            if not case.passed
        ),
    )
