"""What a writer may use: the incident, its precedents and the guidance, at one moment."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from assistant.domain.drafts import EvidenceItem
from retrieval.records import Citation, Record


@dataclass(frozen=True, slots=True)
class Precedent:
    """A similar record, why it is similar, and the passages that matched."""

    record: Record
    why: str = ""
    passages: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidencePack:
    """Everything that a writer may read; nothing else may be cited.

    ``precedents`` and ``guidance`` (runbooks and knowledge articles) come most similar
    first. ``as_of`` is the moment up to which things were known, ``None`` for now.
    """

    incident: Record
    precedents: tuple[Precedent, ...] = ()
    guidance: tuple[Precedent, ...] = ()
    as_of: datetime | None = field(default=None)

    def items(self) -> tuple[EvidenceItem, ...]:
        """The revisions in the pack, the incident first, each once."""
        found: dict[str, EvidenceItem] = {}
        for record in self.records():
            item = EvidenceItem(
                record_id=record.id,
                revision=record.revision,
                content_hash=record.content_hash(),
            )
            found.setdefault(record.id, item)
        return tuple(found.values())

    def record(self, record_id: str) -> Record | None:
        """A record of the pack by id; ``None`` for any other."""
        return next((record for record in self.records() if record.id == record_id), None)

    def records(self) -> Iterator[Record]:
        """The incident, then precedents, then guidance."""
        yield self.incident
        for similar in (*self.precedents, *self.guidance):
            yield similar.record
