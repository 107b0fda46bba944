"""What evaluation runs measured, over time."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.services.backtest.intervals import Interval

# What ``precedent eval … --json`` writes at the top of a run.
_FORMAT = "precedent-eval-run/1"
# The newest files; a run of a hundred queries is 100 kB, and is read once.
_MOST_FILES = 200
_MOST_BYTES = 16 * 1024 * 1024

log = structlog.get_logger()


class _Record(BaseModel):
    """The members that a page of quality needs; ``docs/evaluation-statistics.md`` has all."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    format: str = ""
    task: str = ""
    dataset: str = ""
    system: str = ""
    n: int = 0
    metrics: Mapping[str, Interval] = {}
    commit: str | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric with its 95 % interval."""

    metric: str
    mean: float
    lo: float
    hi: float


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a system on a dataset."""

    file: str
    system: str
    finished_at: datetime
    commit: str
    queries: int
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """All runs of one task on one dataset, oldest first; ``metric`` is the first they name."""

    task: str
    dataset: str
    metric: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """What the folder of runs holds. ``unread`` files are no runs, or are damaged."""

    folder: str
    runs: int
    unread: tuple[str, ...]
    series: tuple[Series, ...]


class QualityReading:
    """Reads run records from a folder and the folders in it; each file once until it changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[tuple[Path, int, int], _Record | None] = {}

    def now(self) -> Quality:
        """The newest two hundred files, as they are."""
        grouped: dict[tuple[str, str], list[Run]] = defaultdict(list)
        unread = []
        for file, record in self._records().items():
            if record is None:
                unread.append(str(file.relative_to(self._folder)))
            elif record.format == _FORMAT and record.finished_at is not None:
                run = _run(file.relative_to(self._folder), record, record.finished_at)
                grouped[record.task, record.dataset].append(run)
        series = [_series(*place, runs) for place, runs in sorted(grouped.items())]
        return Quality(
            folder=str(self._folder),
            runs=sum(len(each.runs) for each in series),
            unread=tuple(sorted(unread)),
            series=tuple(series),
        )

    def _records(self) -> dict[Path, _Record | None]:
        stats = {file: file.stat() for file in self._folder.rglob("*.json") if file.is_file()}
        newest = sorted(stats, key=lambda file: -stats[file].st_mtime_ns)[:_MOST_FILES]
        keys = {file: (file, stats[file].st_mtime_ns, stats[file].st_size) for file in newest}
        self._known = {
            key: self._known[key] if key in self._known else _read(file, stats[file].st_size)
            for file, key in keys.items()
        }
        return {file: self._known[key] for file, key in keys.items()}


def _read(file: Path, size: int) -> _Record | None:
    """A JSON object, a run or not; ``None`` for what cannot be read."""
    if size > _MOST_BYTES:
        return None
    try:
        return _Record.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as exc:
        log.warning("quality.unreadable", file=str(file), error=type(exc).__name__)
        return None


def _run(file: Path, record: _Record, finished_at: datetime) -> Run:
    measures = [Measure(name, m.mean, m.lo, m.hi) for name, m in record.metrics.items()]
    commit = (record.commit or "")[:10]
    name, queries = str(file), record.n
    return Run(name, record.system, finished_at, commit, queries, tuple(measures))


def _series(task: str, dataset: str, runs: list[Run]) -> Series:
    ordered = sorted(runs, key=lambda run: (run.finished_at, run.system))
    named = [measure.metric for run in reversed(ordered) for measure in run.measures]
    return Series(task, dataset, next(iter(named), ""), tuple(ordered))
