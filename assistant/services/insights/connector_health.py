"""How the connected systems stand: last run, state, lag, what was refused, what comes next."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.services.syncing import Syncing
from ingest.connections import Connection
from ingest.runs import RunJournal, RunState
from ingest.syncing.cursors import StreamState

_REJECTED = "rejected"
_CHANGED = ("added", "changed", "removed")
# A stream that missed this many of its rounds is late, whatever its state says.
_ROUNDS_LATE = 3


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """A stream of a connection. ``lag_minutes``: since it had everything; ``None`` for never."""

    connection: str
    stream: str
    status: str
    is_late: bool
    last_run: datetime | None
    lag_minutes: float | None
    changed: int
    rejected: int
    failures: int
    next_try: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class FileHealth:
    """A source that is read from files with ``precedent ingest``, and its latest run."""

    source: str
    status: str
    last_run: datetime
    changed: int
    rejected: int


@dataclass(frozen=True, slots=True)
class ConnectorHealth:
    """All streams of enabled connections, those that need somebody first, and all files."""

    streams: tuple[StreamHealth, ...]
    files: tuple[FileHealth, ...]
    switched_off: tuple[str, ...]

    @property
    def troubled(self) -> int:
        """How many streams fail, wait or are late."""
        return sum(1 for each in self.streams if each.is_late or each.error)


class HealthReport:
    """Reads what the synchronisation keeps; asks no outside system."""

    def __init__(
        self,
        syncing: Syncing,
        runs: RunJournal,
        connections: Mapping[str, Connection],
        clock: Callable[[], datetime],
    ) -> None:
        self._syncing = syncing
        self._runs = runs
        self._connections = connections
        self._clock = clock

    def now(self) -> ConnectorHealth:
        """As it stands at this moment."""
        now = self._clock()
        streams = [self._stream(state, now) for state in self._syncing.states()]
        off = [name for name, each in self._connections.items() if not each.enabled]
        return ConnectorHealth(
            streams=tuple(sorted(streams, key=_trouble)),
            files=tuple(self._files()),
            switched_off=tuple(sorted(off)),
        )

    def _stream(self, state: StreamState, now: datetime) -> StreamHealth:
        minutes = self._connections[state.name.connection].every_minutes
        every = timedelta(minutes=minutes) if minutes else None
        lag = state.lag_seconds(now)
        late = every is not None and lag is not None and lag > _ROUNDS_LATE * every.total_seconds()
        return StreamHealth(
            connection=state.name.connection,
            stream=state.name.stream,
            status=state.status(now),
            is_late=late,
            last_run=state.ended_at or state.began_at,
            lag_minutes=None if lag is None else lag / 60,
            changed=sum(state.counts.get(name, 0) for name in _CHANGED),
            rejected=state.counts.get(_REJECTED, 0),
            failures=state.failures,
            next_try=_next_try(state, every, now),
            error=state.error,
        )

    def _files(self) -> Iterator[FileHealth]:
        """Runs of streams are in the same journal, under the name of their stream."""
        streams = {str(state.name) for state in self._syncing.states()}
        for run in self._runs.latest():
            if run.source in streams or run.source in self._connections:
                continue
            killed = run.state == RunState.RUNNING
            yield FileHealth(
                source=run.source,
                status="not finished" if killed else run.state,
                last_run=run.finished_at or run.started_at,
                changed=sum(run.counts.get(name, 0) for name in _CHANGED),
                rejected=run.counts.get(_REJECTED, 0),
            )


def _next_try(state: StreamState, every: timedelta | None, now: datetime) -> datetime | None:
    """When it is read next; the present where that is due, ``None`` where nothing is planned."""
    asked = state.due_at
    if asked is None and every is not None:
        asked = now if state.ended_at is None else state.ended_at + every
    if asked is None:
        return None
    return max(asked, state.parked_until or asked, now)


def _trouble(stream: StreamHealth) -> tuple[bool, bool, str, str]:
    return not stream.error, not stream.is_late, stream.connection, stream.stream
