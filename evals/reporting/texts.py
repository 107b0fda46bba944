"""What the ids of a run stand for: the texts of its dataset, which the run itself does not hold."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from evals.cases import CASES, CauseCase, labelled_by_field, load_causes, load_drafts, load_labelled
from evals.datasets import CORPUS, load_retrieval
from evals.json_lines import hash_of, identity, objects
from evals.planted import suite
from evals.planted.files import bytes_of, corpus_files, load_suite, records_of
from evals.runs import RunRecord
from retrieval.errors import InvalidInput

_HEADING = re.compile(r"^#+ +", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Expected:
    """What would have been right: a record with its grade, or a text."""

    text: str
    record_id: str = ""
    grade: int = 1


@dataclass(frozen=True, slots=True)
class Texts:
    """By the ids of queries: what was asked, and what was expected; by ids of records: titles.

    ``card`` is what the dataset says of itself.
    """

    questions: Mapping[str, str] = field(default_factory=dict)
    expected: Mapping[str, tuple[Expected, ...]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    card: Mapping[str, Any] = field(default_factory=dict)


class _Read(NamedTuple):
    hash: str
    texts: Texts


def load_texts(data: Path, run: RunRecord) -> Texts:
    """The texts of the dataset that a run was made with.

    Raises ``InvalidInput`` where its contents have changed since, and the errors of the
    dataset's loader.
    """
    read = _READERS.get(run.task)
    if read is None:
        known = ", ".join(_READERS)
        raise InvalidInput(
            f"A run of {run.task} has no texts to show. Leave --data out; it is for {known}."
        )
    found = read(data, run)
    if found.hash != run.dataset_hash:
        raise InvalidInput(
            f"{data} is not what {run.file} was made with: the hash of its contents is "
            f"{found.hash[:12]}…, that of the run {run.dataset_hash[:12]}…. Give the folder of "
            f"the dataset {run.dataset!r} as it was then."
        )
    return found.texts


def _retrieval(folder: Path, run: RunRecord) -> _Read:
    settings = run.settings
    corpus, asked = str(settings.get("corpus", CORPUS)), str(settings.get("query_field", "text"))
    dataset = load_retrieval(folder, corpus, asked)
    titles = _titles(dataset.corpus)
    expected = {
        query: tuple(
            Expected(titles.get(record, ""), record, grade)
            for record, grade in sorted(grades.items(), key=lambda each: -each[1])
            if grade
        )
        for query, grades in dataset.qrels.items()
    }
    questions = {query.id: query.text for query in dataset.queries}
    return _Read(dataset.hash, Texts(questions, expected, titles, dataset.card))


def _causes(folder: Path, run: RunRecord) -> _Read:
    dataset = load_causes(folder, str(run.settings.get("cases", CASES)))
    titles = (
        {case.id: case.title for case in dataset.cases}
        if dataset.corpus is None
        else _titles(dataset.corpus)
    )
    questions = {case.id: _asked(case) for case in dataset.cases}
    expected = {case.id: (Expected(case.reference),) for case in dataset.cases}
    return _Read(dataset.hash, Texts(questions, expected, titles))


def _drafts(folder: Path, run: RunRecord) -> _Read:
    dataset = load_drafts(folder, str(run.settings.get("cases", CASES)))
    incidents = [case.incident for case in dataset.cases]
    questions = {one.id: _asked(one) for one in incidents}
    expected = {
        case.incident.id: tuple(Expected(text) for text in (case.resolution, case.actions) if text)
        for case in dataset.cases
    }
    return _Read(dataset.hash, Texts(questions, expected, _titles(dataset.corpus)))


def _fields(folder: Path, run: RunRecord) -> _Read:
    name = run.settings.get("field")
    corpus = str(run.settings.get("corpus", CORPUS))
    dataset = load_labelled(folder) if name is None else labelled_by_field(folder, corpus, name)
    questions = {case.id: case.text for case in dataset.cases}
    expected = {case.id: tuple(map(Expected, case.labels)) for case in dataset.cases}
    return _Read(dataset.hash, Texts(questions, expected))


def _claims(source: Path, run: RunRecord) -> _Read:
    files = (source,) if source.is_file() else corpus_files(source)
    cases = load_suite(source) if source.is_file() else suite(records_of(files), run.seed)
    found = hash_of(**{f"{n} {file.name}": file for n, file in enumerate(bytes_of(files))})
    questions = {case.id: case.claim for case in cases}
    expected = {case.id: tuple(map(Expected, case.evidence)) for case in cases}
    return _Read(found, Texts(questions, expected))


_READERS: dict[str, Callable[[Path, RunRecord], _Read]] = {
    "retrieval": _retrieval,
    "hypotheses": _causes,
    "calibration": _causes,
    "drafts": _drafts,
    "triage": _fields,
    "verifier": _claims,
}
TASKS_WITH_TEXTS = frozenset(_READERS)


def _asked(case: CauseCase) -> str:
    """An incident as it was known early, without the marks of its headings."""
    return _HEADING.sub("", f"{case.title}\n\n{case.text}").strip()


def _titles(corpus: Path) -> dict[str, str]:
    """The title of each record, or how its text begins where it has none."""
    return {
        identity(entry, "id", place): str(entry.get("title") or entry.get("text") or "").strip()
        for place, entry in objects(corpus)
    }
