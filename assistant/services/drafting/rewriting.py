"""One section of a draft written again, around what people wrote in it.

What a writer wrote there is replaced. What a person wrote (kind ``author``) stays, word
for word and in its place: before the first of the writer's claims, after the last, or
after as many of them as it stood. A writer's claim that a person took out comes back,
because asking for the section again asks for it; one that a person reworded does not,
because the rewording still stands there.
"""

from typing import TypeVar

from assistant.domain.drafts import (
    Claim,
    ClaimKind,
    DraftBody,
    DraftSection,
    Provenance,
    Question,
    RemovedClaim,
    SectionName,
)
from assistant.services.drafting.ports import Written

ItemT = TypeVar("ItemT", bound=Question | RemovedClaim)


def rewritten(body: DraftBody, fresh: DraftBody, name: SectionName) -> DraftBody:
    """The body with one section, its questions and its removed claims from ``fresh``.

    Everything of other sections is left as it is. The same ``fresh`` again changes nothing.
    """
    claims = _around_people(body.claims_of(name), fresh.claims_of(name))
    told = {section.name: section for section in body.sections}
    told[name] = DraftSection(name=name, claims=claims)
    return DraftBody(
        title=body.title,
        sections=tuple(told.get(each, DraftSection(name=each)) for each in SectionName),
        questions=_in_place(body.questions, fresh.questions, name),
        removed=_in_place(body.removed, fresh.removed, name),
    )


def noted(
    provenance: Provenance, written: Written, name: SectionName, writer: str, person: str
) -> Provenance:
    """The provenance with a note on who had the section written again, and by which writer."""
    start = f"{name.value} was written again"
    means = [*filter(None, (written.prompt, written.model))]
    by = f"{writer}, {', '.join(means)}" if means else writer
    note = f"{start} for {person} ({by})."
    others = (each for each in provenance.notes if not each.startswith(f"{start} "))
    notes = tuple(dict.fromkeys((*others, note, *written.notes)))
    return provenance.model_copy(update={"notes": notes})


def _around_people(old: tuple[Claim, ...], fresh: tuple[Claim, ...]) -> tuple[Claim, ...]:
    people = [claim for claim in old if claim.kind is ClaimKind.AUTHOR]
    said = {claim.text.casefold() for claim in people}
    reworded = {claim.citations for claim in people if claim.citations}
    new = [
        claim
        for claim in fresh
        if claim.text.casefold() not in said and claim.citations not in reworded
    ]
    written = sum(claim.kind is not ClaimKind.AUTHOR for claim in old)
    placed: dict[int, list[Claim]] = {}
    passed = 0
    for claim in old:
        if claim.kind is ClaimKind.AUTHOR:
            at = len(new) if passed == written else min(passed, len(new))
            placed.setdefault(at, []).append(claim)
        else:
            passed += 1
    merged: list[Claim] = []
    for at in range(len(new) + 1):
        merged += [*placed.get(at, ()), *new[at : at + 1]]
    return tuple(merged)


def _in_place(
    old: tuple[ItemT, ...], fresh: tuple[ItemT, ...], name: SectionName
) -> tuple[ItemT, ...]:
    """The items with those of one section from ``fresh``, where the first of them stood."""
    at = next((place for place, item in enumerate(old) if item.section is name), len(old))
    kept = tuple(item for item in old if item.section is not name)
    return (*kept[:at], *(item for item in fresh if item.section is name), *kept[at:])
