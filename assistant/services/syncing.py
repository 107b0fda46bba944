"""Use case: the corpus follows the outside systems that it is connected to."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog

from ingest.connections import Connection
from ingest.http import VendorClient
from ingest.intake import Intake
from ingest.redaction import Redactor
from ingest.runs import RunJournal
from ingest.streams.definition import Stream, number_option, streams_of
from ingest.syncing.checks import Finding, check
from ingest.syncing.cursors import Lease, StreamName, StreamState, SyncCursors
from ingest.syncing.reading import read
from ingest.syncing.running import Means, SyncReport, Wishes
from ingest.syncing.source import OpenStream
from ingest.syncing.sweep import sweep
from retrieval.corpus.database import Database
from retrieval.errors import Conflict, NotAllowed, NotFound, PrecedentError, Throttled

log = structlog.get_logger()

# How soon a stream that somebody asked for is read.
_IDLE_SECONDS = 2.0
# At night in most of Europe; a connection may say otherwise.
_SWEEP_HOUR = 1
_AS_USUAL = Wishes()


class Syncing:
    """Reads connected systems, when told to and by their schedule.

    Any number of processes may do so at once: of one stream, one does.
    """

    def __init__(
        self,
        database: Database,
        redactor: Redactor,
        connections: Mapping[str, Connection],
        clock: Callable[[], datetime],
    ) -> None:
        """``InvalidSettings`` when a connection names a stream or a column that cannot be."""
        self._connections = connections
        self._streams = {name: streams_of(each) for name, each in connections.items()}
        self._nights = {
            name: number_option(each, "sweep_hour", _SWEEP_HOUR) % 24
            for name, each in connections.items()
        }
        self._clock = clock
        self._cursors = SyncCursors(database, clock)
        intake = Intake(database, redactor, clock)
        self._means = Means(database, intake, self._cursors, RunJournal(database), clock)

    def connection(self, name: str) -> Connection:
        """A configured connection; ``NotFound`` names those that there are."""
        found = self._connections.get(name)
        if found is None:
            known = ", ".join(self._connections) or "none"
            raise NotFound(f"There is no connection {name!r}. Configured are {known}.")
        return found

    def streams(self, name: str, stream: str | None = None) -> list[Stream]:
        """The streams that are read of a connection, or the one of that name."""
        self.connection(name)
        found = self._streams[name]
        chosen = [each for each in found if stream in {None, each.stream}]
        if not chosen:
            known = ", ".join(each.stream for each in found) or "none"
            what = f"no stream {stream!r}" if stream else "nothing that can be read"
            raise NotFound(f"The connection {name!r} has {what}. Read are {known}.")
        return chosen

    def states(self) -> list[StreamState]:
        """How every stream of every enabled connection stands."""
        return [
            self._cursors.state(StreamName(name, stream.stream))
            for name, connection in self._connections.items()
            if connection.enabled
            for stream in self._streams[name]
        ]

    def request(self, name: str, stream: str | None = None) -> None:
        """Let a stream, or all of a connection, be read as soon as may be: something is new.

        What is not read at all is no error: whoever asks tells of more than we follow.
        """
        for each in self._streams.get(name, ()):
            if stream in {None, each.stream}:
                self._cursors.request(StreamName(name, each.stream))

    def read(self, name: str, stream: Stream, wishes: Wishes = _AS_USUAL) -> SyncReport:
        """Read what is new of a stream now. ``Conflict`` while another process does so."""
        with self._opened(self.connection(name), stream) as (source, lease):
            return read(self._means, source, lease, wishes)

    def sweep(self, name: str, stream: Stream, wishes: Wishes = _AS_USUAL) -> SyncReport:
        """Compare a stream as a whole now. ``Conflict`` while another process reads it."""
        with self._opened(self.connection(name), stream) as (source, lease):
            return sweep(self._means, source, lease, wishes)

    def run(self, stop: threading.Event) -> None:
        """Read what is due until stopped; no system waits for another one."""
        threads = [
            threading.Thread(target=self._run_one, args=(connection, stop), daemon=True)
            for connection in self._followed()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def run_once(self) -> None:
        """Read every stream that is due, one after the other; failures are logged and kept."""
        for connection in self._followed():
            self._follow_all(connection, lambda: False)

    def _followed(self) -> list[Connection]:
        return [
            connection
            for name, connection in self._connections.items()
            if connection.enabled and self._streams[name]
        ]

    def _run_one(self, connection: Connection, stop: threading.Event) -> None:
        while not stop.is_set():
            self._follow_all(connection, stop.is_set)
            stop.wait(_IDLE_SECONDS)

    def _follow_all(self, connection: Connection, stopped: Callable[[], bool]) -> None:
        try:
            for stream in self._streams[connection.name]:
                self._follow(connection, stream, Wishes(stopped=stopped))
        except Exception:
            # The boundary of a background thread: the next round tries again.
            log.exception("sync.failed", connection=connection.name)

    def _follow(self, connection: Connection, stream: Stream, wishes: Wishes) -> None:
        state = self._cursors.state(StreamName(connection.name, stream.stream))
        minutes = connection.every_minutes
        every = timedelta(minutes=minutes) if minutes else None
        hour = self._nights[connection.name]
        try:
            if state.is_due(self._clock(), every):
                _tell("sync.read", state.name, self.read(connection.name, stream, wishes))
            elif every is not None and state.is_sweep_due(self._clock(), hour):
                _tell("sync.swept", state.name, self.sweep(connection.name, stream, wishes))
        except Conflict:
            # Another process is at it.
            return
        except PrecedentError as exc:
            name = str(state.name)
            log.warning("sync.failed", stream=name, code=exc.code, reason=str(exc))

    def check(self, name: str) -> Iterator[Finding]:
        """Try what a connection may do, one capability after the other."""
        connection = self.connection(name)
        client = _client(connection)
        try:
            yield from check(connection, self._streams[name], client, self._clock)
        finally:
            client.close()

    @contextmanager
    def _opened(self, connection: Connection, stream: Stream) -> Iterator[tuple[OpenStream, Lease]]:
        """A stream with its lease, unless it asked to be left alone."""
        name = StreamName(connection.name, stream.stream)
        if not connection.enabled:
            raise NotAllowed(f"The connection {connection.name!r} is switched off in the settings.")
        state, now = self._cursors.state(name), self._clock()
        if state.parked_until is not None and state.parked_until > now:
            wait = (state.parked_until - now).total_seconds()
            raise Throttled(
                f"{name} asked to be left alone until {state.parked_until:%H:%M:%S} UTC.", wait
            )
        lease = self._cursors.lease(name)
        if lease is None:
            raise Conflict(f"{name} is being read by another process. Wait until it is done.")
        client = _client(connection)
        try:
            yield OpenStream.of(stream, connection, client), lease
        finally:
            client.close()


def _client(connection: Connection) -> VendorClient:
    return VendorClient(connection.base_url, connection.read, connection.timeout_seconds)


def _tell(event: str, name: StreamName, report: SyncReport) -> None:
    counts = {key: value for key, value in report.counts().items() if value}
    if report.summary.warning:
        log.warning(event, stream=str(name), warning=report.summary.warning, **counts)
    elif report.summary.added or report.summary.changed or report.summary.removed:
        log.info(event, stream=str(name), **counts)
