"""What a writer may use: the incident and what belongs to it, at one moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from assistant.domain.drafts import EvidenceItem, EvidenceRole
from retrieval.records import Citation, Record


@dataclass(frozen=True, slots=True)
class Related:
    """A record beside the incident, why it is there, and the passages that matched."""

    record: Record
    why: str = ""
    passages: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidencePack:
    """Everything that a writer may read; nothing else may be cited.

    ``linked`` are the changes, problems and alerts that the incident itself names or a person
    matched with it: they speak of this incident. ``suspects`` are changes shortly before it
    that nobody has linked. ``precedents`` and ``guidance`` (runbooks and knowledge articles)
    come most similar first. ``as_of`` is the moment up to which things were known, ``None``
    for now.
    """

    incident: Record
    precedents: tuple[Related, ...] = ()
    guidance: tuple[Related, ...] = ()
    linked: tuple[Related, ...] = ()
    suspects: tuple[Related, ...] = ()
    as_of: datetime | None = None

    def items(self) -> tuple[EvidenceItem, ...]:
        """The revisions in the pack with their roles, the incident first, each once.

        ``services.drafting.evidence`` makes the same pack of them again.
        """
        found: dict[str, EvidenceItem] = {}
        for role, related in self._by_role():
            record = related.record
            item = EvidenceItem(
                record_id=record.id,
                revision=record.revision,
                content_hash=record.content_hash(),
                role=role,
                why=related.why,
                spans=tuple((passage.start, passage.end) for passage in related.passages),
            )
            found.setdefault(record.id, item)
        return tuple(found.values())

    def record(self, record_id: str) -> Record | None:
        """A record of the pack by id; ``None`` for any other."""
        return next((record for record in self.records() if record.id == record_id), None)

    def records(self) -> Iterator[Record]:
        """The incident, then what is linked with it, then the rest."""
        for _, related in self._by_role():
            yield related.record

    def speaks_of_it(self, record_id: str) -> bool:
        """True for the incident itself and what is linked with it: their facts are its facts."""
        own = (self.incident, *(related.record for related in self.linked))
        return any(record.id == record_id for record in own)

    def _by_role(self) -> Iterator[tuple[EvidenceRole, Related]]:
        yield EvidenceRole.INCIDENT, Related(self.incident)
        for role, several in (
            (EvidenceRole.LINKED, self.linked),
            (EvidenceRole.PRECEDENT, self.precedents),
            (EvidenceRole.GUIDANCE, self.guidance),
            (EvidenceRole.SUSPECT, self.suspects),
        ):
            for related in several:
                yield role, related
