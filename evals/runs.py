"""A kept run, read again, and which runs may be held against each other."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.services.backtest.intervals import Interval
from evals.results import FORMAT
from retrieval.errors import InvalidInput, UnreadableFile

_SHOWN = 3


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Percentiles(_Part):
    """Milliseconds of one answer."""

    p50: float
    p95: float


class Timings(_Part):
    """Milliseconds of each answer, in the order of the queries; empty where not measured."""

    per_query_ms: tuple[float, ...] = ()


class RunRecord(_Part):
    """One run as ``precedent eval … --json FILE`` wrote it (see ``evals.results``).

    ``queries`` are the objects of the member ``per_query``, each with an ``id``; ``scores``
    and ``timings`` are in their order. ``curves`` are the points that a report draws, where the
    task keeps some. ``file`` is where the record was read from.
    """

    file: Path = Path()
    task: str
    dataset: str
    dataset_hash: str
    system: str
    metrics: Mapping[str, Interval]
    latency_ms: Percentiles
    timings: Timings = Timings()
    footprint: Mapping[str, float | None] = Field(default_factory=dict)
    machine: Mapping[str, Any]
    finished_at: datetime
    settings: Mapping[str, Any]
    configuration: Mapping[str, Any]
    seed: int
    commit: str | None
    dirty: bool | None
    versions: Mapping[str, str]
    models: Mapping[str, str]
    prompts: tuple[str, ...]
    notes: tuple[str, ...] = ()
    confusion: Mapping[str, Mapping[str, int]] = Field(default_factory=dict)
    curves: Mapping[str, tuple[Mapping[str, float], ...]] = Field(default_factory=dict)
    scores: Mapping[str, tuple[float | None, ...]]
    queries: tuple[Mapping[str, Any], ...] = Field(alias="per_query")

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "RunRecord":
        names = [query.get("id") for query in self.queries]
        if not all(isinstance(name, str) and name for name in names):
            raise ValueError("per_query: every query must have an id that is a text")
        if len(set(names)) < len(names):
            raise ValueError("per_query: an id comes twice")
        for metric, values in self.scores.items():
            if len(values) != len(names):
                raise ValueError(
                    f"scores.{metric}: it has {len(values)} values for {len(names)} queries"
                )
        return self

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the queries, in the order of the run."""
        return tuple(query["id"] for query in self.queries)

    def per_query(self, metric: str) -> dict[str, float]:
        """The score of each query that the metric applies to, by the id of the query.

        Raises ``InvalidInput`` for a metric that is not a mean of such scores.
        """
        if metric not in self.scores:
            known = ", ".join(self.scores) or "none"
            raise InvalidInput(f"{self.file} has no scores of {metric!r}. It has {known}.")
        values = zip(self.ids, self.scores[metric], strict=True)
        return {name: value for name, value in values if value is not None}


def load_run(file: Path) -> RunRecord:
    """Read a run; ``UnreadableFile`` or ``InvalidInput`` names the file and the member."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as exc:
        raise UnreadableFile(f"{file} cannot be read: {exc.strerror}.") from exc
    except UnicodeDecodeError as exc:
        raise UnreadableFile(f"{file} is not UTF-8 text (byte {exc.start}).") from exc
    try:
        found = _Marked.model_validate_json(text)
        if found.format != FORMAT:
            raise InvalidInput(
                f"{file} is not a run in the format {FORMAT}. Make it again with "
                f"'precedent eval … --json {file.name}'."
            )
        return RunRecord.model_validate_json(text).model_copy(update={"file": file})
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        member = f", member {place!r}" if place else ""
        problem = first["msg"].removeprefix("Value error, ")
        raise InvalidInput(f"{file}{member}: {problem}.") from exc


class _Marked(_Part):
    format: str = ""


def check_comparable(reference: RunRecord, other: RunRecord) -> None:
    """Raise ``InvalidInput`` unless both runs asked the same questions of the same data.

    The task, the dataset, the settings of the task, the seed and the queries must agree; the
    system, its configuration, models, prompts and versions are what a comparison is for.
    """
    found = [
        f"{name} is {getattr(reference, name)!r} there and {getattr(other, name)!r} here"
        for name in ("task", "dataset_hash", "seed")
        if getattr(reference, name) != getattr(other, name)
    ]
    names = dict.fromkeys((*reference.settings, *other.settings))
    found += [
        f"the setting {name} is {reference.settings.get(name)!r} there and "
        f"{other.settings.get(name)!r} here"
        for name in names
        if reference.settings.get(name) != other.settings.get(name)
    ]
    if not found:
        found = _missing(reference, other)
    if found:
        raise InvalidInput(
            f"{other.file} cannot be compared with {reference.file}: {'; '.join(found)}."
        )


def shared_scores(
    reference: RunRecord, other: RunRecord, metric: str
) -> tuple[list[float], list[float]]:
    """The scores of the queries that the metric applies to in both runs, in the same order."""
    here, there = reference.per_query(metric), other.per_query(metric)
    both = [name for name in here if name in there]
    return [here[name] for name in both], [there[name] for name in both]


def _missing(reference: RunRecord, other: RunRecord) -> list[str]:
    """What is said of queries that only one of the runs has."""
    here, there = frozenset(reference.ids), frozenset(other.ids)
    sides = ((here - there, "missing here"), (there - here, "missing there"))
    return [f"{len(names)} queries are {where} ({some(names)})" for names, where in sides if names]


def some(names: frozenset[str]) -> str:
    """A few of many names, as they stand in a message."""
    shown = ", ".join(sorted(names)[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown}, …"
