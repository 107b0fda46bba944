"""Streams of outside systems as JSON: how they stand, and what came of reading them."""

from datetime import datetime

from pydantic import Field

from assistant.schemas.ingest import RejectOut
from assistant.schemas.shape import Shape
from ingest.syncing.checks import Finding
from ingest.syncing.cursors import StreamState
from ingest.syncing.running import SyncReport


class SyncOut(Shape):
    """What came of reading a stream, or of comparing it as a whole (``swept``).

    One that is not ``complete`` goes on where it stopped, for the ``reason``.
    """

    stream: str
    swept: bool
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    rejected: int = 0
    redactions: int = 0
    pages: int = 0
    requests: int = 0
    complete: bool = False
    reason: str = ""
    watermark: datetime | None = None
    seconds: float = 0.0
    records_per_second: float = 0.0
    warning: str | None = None
    error: str | None = None
    rejects: list[RejectOut] = Field(default_factory=list)

    @classmethod
    def of(cls, report: SyncReport, *, swept: bool) -> "SyncOut":
        """The report of a run."""
        summary = report.summary
        return cls(
            stream=summary.source,
            swept=swept,
            **report.counts(),
            complete=report.complete,
            reason=report.reason,
            watermark=report.watermark,
            seconds=round(summary.seconds, 3),
            records_per_second=round(summary.records_per_second, 1),
            warning=summary.warning,
            rejects=[
                RejectOut(place=r.place, reason=r.reason, external_id=r.external_id)
                for r in summary.rejects
            ],
        )


class StreamOut(Shape):
    """How a stream stands. ``error`` is empty when its last run went well."""

    connection: str
    stream: str
    watermark: datetime | None
    complete_at: datetime | None
    swept_at: datetime | None
    ended_at: datetime | None
    due_at: datetime | None
    parked_until: datetime | None
    failures: int
    error: str
    error_code: str

    @classmethod
    def of(cls, state: StreamState) -> "StreamOut":
        """A stored state."""
        return cls(
            connection=state.name.connection,
            stream=state.name.stream,
            watermark=state.watermark,
            complete_at=state.complete_at,
            swept_at=state.swept_at,
            ended_at=state.ended_at,
            due_at=state.due_at,
            parked_until=state.parked_until,
            failures=state.failures,
            error=state.error,
            error_code=state.error_code,
        )


class FindingOut(Shape):
    """What one capability of a connection is: ``ok``, ``denied`` or ``unknown``, and why."""

    capability: str
    outcome: str
    message: str

    @classmethod
    def of(cls, finding: Finding) -> "FindingOut":
        """What a check found."""
        return cls(
            capability=finding.capability,
            outcome=str(finding.outcome),
            message=finding.message,
        )
