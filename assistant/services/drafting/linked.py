"""What linked records tell of the incident: alerts how it was noticed, the others its cause."""

from collections.abc import Iterator, Mapping, Sequence

from assistant.domain.drafts import ClaimKind, SectionName
from assistant.domain.evidence import EvidencePack, Related
from assistant.services.drafting.causes import causes
from assistant.services.drafting.reading import Unit, filed_under
from assistant.services.drafting.roles import read_by_roles
from assistant.services.drafting.wording import Part
from retrieval.records import RecordKind

_MAX_ALERTS = 2
_MAX_EACH = 3
Told = tuple[Unit, ClaimKind]


def from_linked(
    pack: EvidencePack, own: Mapping[SectionName, Sequence[Unit]]
) -> dict[SectionName, list[Told]]:
    """Statements of linked records for sections that the incident itself leaves empty.

    What an alert or the incident's problem record says is a fact of the incident. That a
    linked change brought it about is inferred: the link says only that they belong together.
    """
    found: dict[SectionName, list[Told]] = {}
    for name, told in _offered(pack):
        if not own.get(name) and len(found.get(name, ())) < _MAX_EACH:
            found.setdefault(name, []).append(told)
    return found


def _offered(pack: EvidencePack) -> Iterator[tuple[SectionName, Told]]:
    by_kind: dict[RecordKind, list[Related]] = {}
    for related in pack.linked:
        by_kind.setdefault(related.record.kind, []).append(related)
    for related in by_kind.get(RecordKind.ALERT, ())[:_MAX_ALERTS]:
        for unit in read_by_roles(related.record).units[:1]:
            yield SectionName.DETECTION, (unit, ClaimKind.FACT)
    for related in by_kind.get(RecordKind.PROBLEM, ()):
        units = read_by_roles(related.record).units
        told = causes(units)
        for name, chosen in (
            (SectionName.PROXIMATE_CAUSE, told.proximate),
            (SectionName.ROOT_CAUSE, told.root),
            (SectionName.CONTRIBUTING_FACTORS, told.contributing),
            (SectionName.RESOLUTION, filed_under(units, Part.RESOLUTION)),
            (SectionName.ACTIONS, filed_under(units, Part.ACTION)),
        ):
            for unit in chosen:
                yield name, (unit, ClaimKind.FACT)
    for related in by_kind.get(RecordKind.CHANGE, ()):
        for unit in read_by_roles(related.record).units[:1]:
            yield SectionName.PROXIMATE_CAUSE, (unit, ClaimKind.INFERENCE)
