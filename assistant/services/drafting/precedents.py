"""What precedents did, for the sections that an incident leaves empty."""

from collections.abc import Callable, Sequence

from assistant.domain.drafts import SectionName
from assistant.domain.evidence import EvidencePack
from assistant.services.drafting.asking import asks
from assistant.services.drafting.causes import causes, for_a_draft, tells_root
from assistant.services.drafting.reading import Unit, filed_under
from assistant.services.drafting.roles import read_by_roles
from assistant.services.drafting.wording import (
    DIRECTS,
    POINTS_BACK,
    RESTORES,
    STRONG_CAUSE,
    Part,
)
from assistant.services.verification.folding import folded
from retrieval.analysis import analyse
from retrieval.records import Record, SectionKind

_MAX_PRECEDENTS = 2


def from_precedents(
    pack: EvidencePack, own: dict[SectionName, list[Unit]]
) -> dict[SectionName, list[Unit]]:
    """At most two statements a section, where the incident has none, one from each record."""
    about = frozenset(analyse(f"{pack.incident.title} {pack.incident.text}"))
    said = {folded(unit.text) for units in own.values() for unit in units}
    found: dict[SectionName, list[Unit]] = {}
    readings = [_precedent(precedent.record) for precedent in pack.precedents]
    for name, choose in _WANTED:
        if own.get(name):
            continue
        for units in readings:
            if len(found.get(name, [])) == _MAX_PRECEDENTS:
                break
            candidates = [unit for unit in choose(units) if folded(unit.text) not in said]
            best = _best(candidates, name, about)
            if best is not None:
                found.setdefault(name, []).append(best)
                said.add(folded(best.text))
    return found


_CAUSAL_PARTS = (Part.PROXIMATE, Part.CAUSE, Part.CONTEXT, Part.RESOLUTION)
# A precedent's plainest statement is worth more than its most similar one.
_PLAIN = {
    SectionName.PROXIMATE_CAUSE: STRONG_CAUSE,
    SectionName.RESOLUTION: RESTORES,
    SectionName.ACTIONS: DIRECTS,
}


def _best(units: Sequence[Unit], name: SectionName, about: frozenset[str]) -> Unit | None:
    def worth(unit: Unit) -> tuple[bool, int]:
        plain = name in _PLAIN and bool(_PLAIN[name].search(unit.text))
        return plain, len(about & frozenset(analyse(unit.text)))

    return max(units, key=worth, default=None)


def _precedent(record: Record) -> tuple[Unit, ...]:
    """The units of a precedent that has typed sections for what is asked of it."""
    if not record.sections_of(SectionKind.CAUSE, SectionKind.RESOLUTION, SectionKind.ACTION):
        return ()
    return tuple(
        u for u in read_by_roles(record).units if not asks(u) and not POINTS_BACK.match(u.text)
    )


def _precedent_causes(units: Sequence[Unit]) -> list[Unit]:
    # "Because of the snow" in a description explains the impact as often as the fault.
    return [
        unit for unit in for_a_draft(causes(units), units).proximate if unit.part in _CAUSAL_PARTS
    ]


def _precedent_roots(units: Sequence[Unit]) -> list[Unit]:
    return [unit for unit in units if tells_root(unit)]


def _precedent_resolution(units: Sequence[Unit]) -> list[Unit]:
    told = for_a_draft(causes(units), units).taken()
    return [unit for unit in filed_under(units, Part.RESOLUTION) if unit.start not in told]


def _precedent_actions(units: Sequence[Unit]) -> list[Unit]:
    return filed_under(units, Part.ACTION)


_WANTED: tuple[tuple[SectionName, Callable[[Sequence[Unit]], list[Unit]]], ...] = (
    (SectionName.PROXIMATE_CAUSE, _precedent_causes),
    (SectionName.ROOT_CAUSE, _precedent_roots),
    (SectionName.RESOLUTION, _precedent_resolution),
    (SectionName.ACTIONS, _precedent_actions),
)
