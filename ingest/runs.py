"""The journal of ingest runs and of what each could not take in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from ingest.items import Reject
from ingest.tables import ingest_runs, rejects
from retrieval.batches import batched
from retrieval.corpus.database import Database

# SQLite's default limit of variables a statement is 32,766 since 2020, 999 before.
_IDS_PER_STATEMENT = 500


class RunState(StrEnum):
    """How a run stands; one that was killed stays ``running``."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class StoredReject(NamedTuple):
    """A reject as it was kept."""

    run_id: int
    source: str
    place: str
    reason: str
    external_id: str | None
    excerpt: str
    at: datetime


class StoredRun(NamedTuple):
    """A run as it was kept; ``finished_at`` is ``None`` while it runs, and where it was killed."""

    source: str
    place: str
    started_at: datetime
    finished_at: datetime | None
    state: str
    counts: Mapping[str, int]


class RunJournal:
    """Writes and reads the journal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, source: str, place: str, now: datetime) -> int:
        """Note the beginning of a run; returns its number."""
        with self._database.write() as connection:
            run: int = connection.execute(
                insert(ingest_runs)
                .values(
                    source=source, place=place, started_at=now, state=RunState.RUNNING, counts={}
                )
                .returning(ingest_runs.c.id)
            ).scalar_one()
        return run

    def keep(self, connection: Connection, run: int, reject: Reject, now: datetime) -> None:
        """Keep a reject inside the caller's unit of work."""
        connection.execute(
            insert(rejects).values(
                run_id=run,
                place=reject.place,
                reason=reject.reason,
                external_id=reject.external_id,
                excerpt=reject.excerpt,
                at=now,
            )
        )

    def finish(self, run: int, state: RunState, counts: Mapping[str, int], now: datetime) -> None:
        """Note how a run ended."""
        with self._database.write() as connection:
            connection.execute(
                update(ingest_runs)
                .where(ingest_runs.c.id == run)
                .values(state=state, counts=dict(counts), finished_at=now)
            )

    def known(self, source: str, found: Sequence[Reject]) -> set[tuple[str | None, str]]:
        """Of rejects those that the source had before for the same reason: id and reason."""
        ids = [reject.external_id for reject in found if reject.external_id is not None]
        query = (
            select(rejects.c.external_id, rejects.c.reason)
            .join(ingest_runs, ingest_runs.c.id == rejects.c.run_id)
            .where(ingest_runs.c.source == source)
        )
        kept: set[tuple[str | None, str]] = set()
        with self._database.read() as connection:
            for batch in batched(ids, _IDS_PER_STATEMENT):
                of_batch = query.where(rejects.c.external_id.in_(batch))
                kept |= {(row.external_id, row.reason) for row in connection.execute(of_batch)}
        return kept

    def rejected_ids(self, source: str) -> set[str]:
        """External ids of what a source had that could not be taken in."""
        query = (
            select(rejects.c.external_id)
            .join(ingest_runs, ingest_runs.c.id == rejects.c.run_id)
            .where(ingest_runs.c.source == source, rejects.c.external_id.is_not(None))
            .distinct()
        )
        with self._database.read() as connection:
            return {name for name in connection.scalars(query) if name is not None}

    def latest(self) -> list[StoredRun]:
        """The latest run of each source, by source."""
        last = select(func.max(ingest_runs.c.id)).group_by(ingest_runs.c.source)
        query = (
            select(
                ingest_runs.c.source,
                ingest_runs.c.place,
                ingest_runs.c.started_at,
                ingest_runs.c.finished_at,
                ingest_runs.c.state,
                ingest_runs.c.counts,
            )
            .where(ingest_runs.c.id.in_(last))
            .order_by(ingest_runs.c.source)
        )
        with self._database.read() as connection:
            return [StoredRun(*row) for row in connection.execute(query)]

    def latest_rejects(self, limit: int) -> list[StoredReject]:
        """The latest rejects, newest first."""
        query = (
            select(
                rejects.c.run_id,
                ingest_runs.c.source,
                rejects.c.place,
                rejects.c.reason,
                rejects.c.external_id,
                rejects.c.excerpt,
                rejects.c.at,
            )
            .join(ingest_runs, ingest_runs.c.id == rejects.c.run_id)
            .order_by(rejects.c.id.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return [StoredReject(*row) for row in connection.execute(query)]
