"""A committed baseline: the scores, query by query, that a change is held against.

::

    {"format": "precedent-eval-baseline/1",
     "runs": [{"task", "dataset", "dataset_hash", "system", "settings", "seed", "commit",
               "metrics": ["ndcg@10", …],
               "scores": {"QUERY": [0.6131, …], …}}]}

Each query has one value a metric, to four places; ``null`` where the metric does not apply.
One query stands on one line, so that a diff shows which ones changed. Only metrics that point
somewhere are kept (``evals.directions``), and not those of a part of the queries
(``recall:KIND``): every metric more makes the correction for many comparisons stricter.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from evals.directions import Direction, direction
from evals.runs import RunRecord
from retrieval.errors import InvalidInput, UnreadableFile

FORMAT: Final = "precedent-eval-baseline/1"
PLACES = 4
"""Of a score: far below any difference that matters, and above that of two processors."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class BaselineRun(_Part):
    """One run as it is kept. ``scores``: by query, in the order of ``metrics``."""

    task: str
    dataset: str
    dataset_hash: str
    system: str
    settings: Mapping[str, Any]
    seed: int
    commit: str | None
    metrics: tuple[str, ...]
    scores: Mapping[str, tuple[float | None, ...]]

    @model_validator(mode="after")
    def _is_a_table(self) -> "BaselineRun":
        for query, values in self.scores.items():
            if len(values) != len(self.metrics):
                raise ValueError(
                    f"scores.{query}: it has {len(values)} values for {len(self.metrics)} metrics"
                )
        return self

    @classmethod
    def of(cls, run: RunRecord) -> "BaselineRun":
        """What is kept of a run; ``InvalidInput`` where no metric of it can be gated."""
        metrics = tuple(
            name
            for name in run.scores
            if direction(name) is not Direction.NEITHER and ":" not in name
        )
        if not metrics:
            raise InvalidInput(f"{run.file} has no metric by query that is better or worse.")
        columns = [_rounded(run.scores[name]) for name in metrics]
        return cls(
            task=run.task,
            dataset=run.dataset,
            dataset_hash=run.dataset_hash,
            system=run.system,
            settings=run.settings,
            seed=run.seed,
            commit=run.commit,
            metrics=metrics,
            scores=dict(zip(run.ids, zip(*columns, strict=True), strict=True)),
        )

    @property
    def key(self) -> tuple[str, str, str]:
        """What a run is found by."""
        return self.task, self.dataset, self.system

    def column(self, metric: str) -> dict[str, float]:
        """The scores of a metric by query, without those that it does not apply to."""
        place = self.metrics.index(metric)
        return {
            query: value
            for query, values in self.scores.items()
            if (value := values[place]) is not None
        }


class Baseline(_Part):
    """The committed file: at most one run of a system at a task on a dataset."""

    format: Literal["precedent-eval-baseline/1"] = FORMAT
    runs: tuple[BaselineRun, ...] = ()

    def updated(self, fresh: Sequence[BaselineRun]) -> "Baseline":
        """With these runs in place of the ones of the same key; the others stay."""
        kept = {run.key: run for run in (*self.runs, *fresh)}
        return Baseline(runs=tuple(kept[key] for key in sorted(kept)))


def load_baseline(file: Path) -> Baseline:
    """Read a baseline; ``UnreadableFile`` or ``InvalidInput`` names the file and the member."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as exc:
        raise UnreadableFile(
            f"{file} cannot be read: {exc.strerror}. --update writes a new one."
        ) from exc
    try:
        return Baseline.model_validate_json(text)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        member = f", member {place!r}" if place else ""
        problem = first["msg"].removeprefix("Value error, ")
        raise InvalidInput(f"{file}{member}: {problem}. --update writes a new one.") from exc


def write_baseline(baseline: Baseline, file: Path) -> None:
    """Write a baseline, one query a line; ``InvalidInput`` where that cannot be."""
    runs = ",\n".join(_run_text(run) for run in baseline.runs)
    text = f'{{\n"format": {json.dumps(baseline.format)},\n"runs": [\n{runs}\n]\n}}\n'
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise InvalidInput(f"{file} cannot be written: {exc.strerror}.") from exc


def _run_text(run: BaselineRun) -> str:
    members = run.model_dump(mode="json", exclude={"scores"})
    head = "".join(f"{json.dumps(name)}: {_text(value)},\n" for name, value in members.items())
    rows = ",\n".join(f"{_text(query)}: {_text(values)}" for query, values in run.scores.items())
    return f'{{\n{head}"scores": {{\n{rows}\n}}\n}}'


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _rounded(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None else round(value, PLACES) for value in values]
