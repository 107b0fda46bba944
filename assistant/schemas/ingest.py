"""What came of an ingest as JSON."""

from pydantic import Field

from assistant.schemas.shape import Shape


class RejectOut(Shape):
    """A row or file that could not become a record."""

    place: str
    reason: str
    external_id: str | None


class IngestOut(Shape):
    """What came of one path."""

    source: str
    place: str
    added: int
    changed: int
    unchanged: int
    removed: int
    rejected: int
    redactions: int
    seconds: float
    records_per_second: float
    warning: str | None = None
    error: str | None = None
    rejects: list[RejectOut] = Field(default_factory=list)
    remarks: list[str] = Field(default_factory=list)
