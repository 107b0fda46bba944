"""Everything that folders of evaluation data can be asked, by every system that can answer it.

Which tasks a folder is good for is told by its files (see ``evals.datasets`` and
``evals.cases``), so that one that was never seen before needs no code.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

from evals.cases import CASES, Asked, asked_of, labelled_by_field
from evals.datasets import CORPUS, QRELS, QUERIES
from evals.json_lines import objects
from evals.planted import suite
from evals.planted.files import corpus_files, records_of
from evals.results import EvalResult
from evals.runners.calibration import run_calibration
from evals.runners.guardrails import GuardrailRun, run_guardrails
from evals.runners.tasks import (
    CaseRun,
    FieldRun,
    RetrievalRun,
    VerifierRun,
    run_drafts,
    run_fields,
    run_hypotheses,
    run_retrieval,
    run_verifier,
)
from evals.tasks.retrieval import Step
from retrieval.errors import UnreadableFile
from retrieval.indexer import Progress

BLIND = "corpus_blind.jsonl"
"""The same records without what would give the answers away: used where a folder has it."""

SYSTEMS = {
    "retrieval": ("precedent", "langchain-default", "bm25", "dense", "rrf"),
    "hypotheses": ("precedent", "copy-nearest"),
    "drafts": ("extractive", "copy-nearest", "lead"),
    "triage": ("precedent", "majority", "bm25-knn"),
    "calibration": ("precedent",),
    "verifier": ("precedent",),
    "guardrails": ("extractive",),
}
"""By task, the product first, then what it has to beat."""

# What a triage card suggests and most exports name.
_FIELDS = ("service", "category", "severity")
# Below, a fold of the cross-validation holds too few to say anything.
_LEAST_LABELLED, _LEAST_OF_A_LABEL = 50, 5


AnyRun: TypeAlias = RetrievalRun | CaseRun | FieldRun | VerifierRun | GuardrailRun

_CARRIED_OUT: dict[str, Callable[..., EvalResult]] = {
    "retrieval": run_retrieval,
    "hypotheses": run_hypotheses,
    "drafts": run_drafts,
    "triage": run_fields,
    "calibration": run_calibration,
    "verifier": lambda run, _embedding, asking: run_verifier(run, asking),
    "guardrails": lambda run, _embedding, asking: run_guardrails(run, asking),
}


@dataclass(frozen=True, slots=True)
class Job:
    """A run that can be made. ``variant`` tells two of the same task and dataset apart."""

    dataset: str
    task: str
    variant: str
    system: str
    run: AnyRun

    @property
    def name(self) -> str:
        """Names the run among those of all datasets, also as a file."""
        parts = (self.dataset, self.task, self.variant, self.system)
        return ".".join(part for part in parts if part)

    def carry_out(
        self, embedding: Progress | None = None, asking: Step | None = None
    ) -> EvalResult:
        """Make the run, offline; the two callbacks hear of its progress."""
        return _CARRIED_OUT[self.task](self.run, embedding, asking)


def jobs_of(folder: Path, cache_file: Path | None) -> tuple[Job, ...]:
    """The runs of a folder, in the order of ``SYSTEMS``.

    Raises ``UnreadableFile`` for a folder that has none, and for files that cannot be read.
    """
    if not folder.is_dir():
        raise UnreadableFile(f"{folder} is not a folder. Give folders of evaluation data.")
    found = tuple(
        Job(folder.resolve().name, question.task, question.variant, system, question.to(system))
        for question in _questions(folder, cache_file)
        for system in SYSTEMS[question.task]
    )
    if not found:
        raise UnreadableFile(
            f"{folder} holds nothing to ask: neither {QUERIES} with {QRELS} nor a file of cases."
        )
    return found


class _Question(NamedTuple):
    """What a folder can be asked, and the run that asks a system."""

    task: str
    variant: str
    to: Callable[[str], AnyRun]


def _questions(folder: Path, cache: Path | None) -> Iterator[_Question]:
    if (folder / QUERIES).is_file() and (folder / QRELS).is_file():
        corpus = BLIND if (folder / BLIND).is_file() else CORPUS
        retrieval = partial(RetrievalRun, folder=folder, corpus=corpus, cache_file=cache)
        yield _Question("retrieval", "", lambda system: retrieval(system=system))
    for file in _case_files(folder):
        yield from _of_cases(file, cache)
    if (folder / CORPUS).is_file():
        for field in _labelled_fields(folder):
            yield _Question("triage", field, _labelled(folder, field, cache))
        planted = VerifierRun(source=folder)
        # Runbooks may have no sentence that states a fact to get wrong.
        if suite(records_of(corpus_files(folder)), planted.seed):
            yield _Question("verifier", "", lambda _: planted)


def _of_cases(file: Path, cache: Path | None) -> Iterator[_Question]:
    folder, asked = file.parent, asked_of(file)
    variant = "" if file.name == CASES else file.stem
    cases = partial(CaseRun, folder=folder, cases=file.name, cache_file=cache)
    if Asked.CAUSE in asked:
        yield _Question("hypotheses", variant, lambda system: cases(system=system))
        yield _Question("calibration", variant, lambda system: cases(system=system))
        if (folder / CORPUS).is_file():
            guarded = GuardrailRun(folder=folder, cache_file=cache)
            yield _Question("guardrails", variant, lambda _: guarded)
    if Asked.DRAFT in asked and (folder / CORPUS).is_file():
        yield _Question("drafts", variant, lambda system: cases(system=system))
    if Asked.LABEL in asked and not variant:
        yield _Question("triage", "", _labelled(folder, None, cache))


def _labelled(folder: Path, field: str | None, cache: Path | None) -> Callable[[str], FieldRun]:
    return lambda system: FieldRun(folder=folder, field=field, system=system, cache_file=cache)


def _case_files(folder: Path) -> Sequence[Path]:
    return sorted(
        file
        for file in folder.glob("*.jsonl")
        if not file.name.startswith(("corpus", "train")) and file.name != QUERIES
    )


def _labelled_fields(folder: Path) -> Iterator[str]:
    """The fields of the corpus with enough records of at least two labels."""
    told = {name for _, entry in objects(folder / CORPUS) for name in entry.get("fields") or {}}
    for field in _FIELDS:
        if field not in told:
            continue
        counts = Counter(case.labels[0] for case in labelled_by_field(folder, CORPUS, field).cases)
        usable = [count for count in counts.values() if count >= _LEAST_OF_A_LABEL]
        if len(usable) > 1 and sum(usable) >= _LEAST_LABELLED:
            yield field
