"""Labels of a judge: a file of its own form, so that nobody takes them for people's.

::

    {"format": "precedent-judge-labels/1", "labelled_by": "model",
     "judge": {"model", "prompt", "parameters", "kappa": {"mean", "lo", "hi"}, "checked_on",
               "labels_hash"},
     "question": "claims" or "relevance", "texts_hash": …,
     "labels": [{"id", "label"} or {"query_id", "doc_id", "label"}, …]}
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.services.backtest.intervals import Interval
from evals.datasets import CORPUS, QUERIES
from evals.json_lines import hash_of
from evals.judge.judging import Judged
from evals.judge.questions import RELEVANCE
from evals.results import EvalResult
from retrieval.errors import InvalidInput, UnreadableFile


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class JudgeCard(_Part):
    """Who judged, and how far that may be believed.

    ``kappa`` is the agreement with ``checked_on`` labels of people, whose hash is
    ``labels_hash``, by this model with this prompt and these parameters.
    """

    model: str
    prompt: str
    parameters: Mapping[str, str | int | float]
    kappa: Interval
    checked_on: int
    labels_hash: str


class PairLabel(_Part):
    """The grade of a record for a query."""

    query_id: str
    doc_id: str
    label: Literal[0, 1, 2]


class ClaimLabel(_Part):
    """1 for a claim that its evidence supports, else 0."""

    id: str
    label: Literal[0, 1]


class JudgeLabels(_Part):
    """The whole file."""

    format: Literal["precedent-judge-labels/1"] = "precedent-judge-labels/1"
    labelled_by: Literal["model"] = "model"
    judge: JudgeCard
    question: Literal["claims", "relevance"]
    texts_hash: str
    labels: tuple[PairLabel | ClaimLabel, ...]

    @classmethod
    def of(
        cls, card: JudgeCard, question: str, texts_hash: str, judged: Sequence[Judged]
    ) -> "JudgeLabels":
        """What was judged; answers that are no label are left out."""
        said = [{**one.item.key, "label": one.said} for one in judged if one.said is not None]
        return cls.model_validate(
            {"judge": card, "question": question, "texts_hash": texts_hash, "labels": said}
        )

    def grades(self) -> dict[str, dict[str, int]]:
        """Grades by record, by query."""
        found: dict[str, dict[str, int]] = {}
        for one in self.labels:
            if isinstance(one, PairLabel):
                found.setdefault(one.query_id, {})[one.doc_id] = one.label
        return found


def check_keep(file: Path | None) -> None:
    """Raise ``InvalidInput`` before anything is asked when labels may not be written there."""
    if file is None:
        return
    if file.is_dir() or not file.absolute().parent.is_dir():
        raise InvalidInput(f"{file} cannot be written. Name a file in a folder that exists.")
    if file.exists() and not _is_of_a_judge(file):
        raise InvalidInput(
            f"{file} is there already and holds no labels of a judge. They never take the place "
            "of what people wrote: name another file."
        )


def write_labels(labels: JudgeLabels, file: Path) -> None:
    """Write the file; ``InvalidInput`` where that cannot be."""
    text = json.dumps(labels.model_dump(mode="json"), ensure_ascii=False, indent=1)
    try:
        file.write_text(text + "\n", encoding="utf-8", newline="\n")
    except OSError as exc:
        raise InvalidInput(f"{file} cannot be written: {exc.strerror}.") from exc


def labels_for(folder: Path, file: Path) -> JudgeLabels:
    """The grades of a file, for a dataset whose texts are those that were judged.

    Errors as for :func:`read_labels`; ``InvalidInput`` for another dataset.
    """
    found = read_labels(file)
    if any(not (folder / name).is_file() for name in (CORPUS, QUERIES)) or (
        found.texts_hash != hash_of(corpus=folder / CORPUS, queries=folder / QUERIES)
    ):
        raise InvalidInput(
            f"{file} was made for other texts than {CORPUS} and {QUERIES} of {folder}. Judge "
            "them anew with 'precedent eval judge'."
        )
    return found


def judged_by_model(result: EvalResult, labels: JudgeLabels) -> EvalResult:
    """A result that says whose grades it was scored with, beside people's.

    Its settings differ from those of a run without a judge, so the two are never compared.
    """
    card = labels.judge
    said = json.dumps(labels.model_dump(mode="json"), sort_keys=True)
    kappa = f"{card.kappa.mean:.2f} ({card.kappa.lo:.2f} – {card.kappa.hi:.2f})"
    note = (
        f"Up to {len(labels.labels)} of the grades are those of a judge, not of people: "
        f"{card.model} with {card.prompt}, κ {kappa} on {card.checked_on} labels of people."
    )
    return replace(
        result,
        settings={
            **result.settings,
            "judge": f"{card.model} with {card.prompt}",
            "judge_kappa": card.kappa.mean,
            "judge_labels": hashlib.sha256(said.encode()).hexdigest(),
        },
        models={**result.models, "judge": card.model},
        prompts=(*result.prompts, card.prompt),
        notes=(*result.notes, note),
    )


def read_labels(file: Path) -> JudgeLabels:
    """Read a file of grades; ``UnreadableFile`` or ``InvalidInput`` names file and member."""
    try:
        found = JudgeLabels.model_validate_json(file.read_bytes())
    except OSError as exc:
        raise UnreadableFile(f"{file} cannot be read: {exc.strerror}.") from exc
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(
            f"{file}, member {place!r}: {first['msg']}. Labels of a judge are made with "
            "'precedent eval judge DIR --run FILE --keep FILE'."
        ) from exc
    if found.question != RELEVANCE.name:
        raise InvalidInput(f"{file} holds labels of {found.question}, not grades of records.")
    return found


def _is_of_a_judge(file: Path) -> bool:
    try:
        told: Any = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and told.get("labelled_by") == "model"
