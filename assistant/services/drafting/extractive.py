"""The writer that needs no model: it places sentences of the evidence and adds none."""

from collections.abc import Iterator
from datetime import datetime

from assistant.domain.drafts import (
    Claim,
    ClaimKind,
    DraftBody,
    DraftSection,
    SectionName,
    Verdict,
)
from assistant.domain.evidence import EvidencePack
from assistant.services.drafting.gate import gate
from assistant.services.drafting.ports import Written
from assistant.services.drafting.progress import Progress, Stage, Tell, silent
from assistant.services.drafting.questions import questions
from assistant.services.drafting.reading import Unit
from assistant.services.drafting.selection import Selection, instructions_in, select


class ExtractiveWriter:
    """Deterministic and offline; a claim's text is the sentence that it cites.

    Sections are filled by headings and by a closed list of wordings; see ``wording``.
    What is missing is asked, never made up.
    """

    name = "extractive"

    def write(self, pack: EvidencePack, tell: Tell = silent) -> Written:
        """Write the draft; the same pack always gives the same one."""
        selection = select(pack)
        sections = tuple(
            DraftSection(name=name, claims=tuple(_claims(selection, name))) for name in SectionName
        )
        told = {
            section.name: [c.text for c in section.claims if c.kind is ClaimKind.FACT]
            for section in sections
        }
        body = DraftBody(
            title=pack.incident.title, sections=sections, questions=questions(selection, told)
        )
        tell(Progress(Stage.CHECKING, len(body.claims())))
        notes = (*selection.notes, *instruction_notes(pack))
        return Written(body=gate(body, pack), notes=notes)


def _claims(selection: Selection, name: SectionName) -> Iterator[Claim]:
    for unit in selection.own(name):
        yield _claim(unit, ClaimKind.FACT, selection.moments.get(unit.start))
    for unit, kind in selection.linked.get(name, ()):
        yield _claim(unit, kind)
    for unit in selection.precedents.get(name, ()):
        yield _claim(unit, ClaimKind.PRECEDENT)


def _claim(unit: Unit, kind: ClaimKind, at: datetime | None = None) -> Claim:
    # The gate decides; until then nothing is supported.
    return Claim(
        text=unit.text,
        kind=kind,
        verdict=Verdict.UNSUPPORTED,
        citations=(unit.cite(),),
        at=at,
    )


def instruction_notes(pack: EvidencePack) -> tuple[str, ...]:
    """A note for each sentence of the evidence that addresses whoever writes the draft."""
    return tuple(
        f"{unit.record.id} {unit.start}:{unit.end} reads like an instruction to the writer; "
        "it was not used."
        for unit in instructions_in(pack)
    )
