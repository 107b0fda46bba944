"""The writer that needs no model: it places sentences of the evidence and adds none."""

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
from assistant.services.drafting.selection import instructions_in, select


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
            DraftSection(
                name=name,
                claims=(
                    *(_claim(unit, ClaimKind.FACT) for unit in selection.own(name)),
                    *(_claim(u, ClaimKind.PRECEDENT) for u in selection.precedents.get(name, ())),
                ),
            )
            for name in SectionName
        )
        told = {name: [unit.text for unit in selection.own(name)] for name in SectionName}
        body = DraftBody(
            title=pack.incident.title, sections=sections, questions=questions(selection, told)
        )
        tell(Progress(Stage.CHECKING, len(body.claims())))
        return Written(body=gate(body, pack), notes=instruction_notes(pack))


def _claim(unit: Unit, kind: ClaimKind) -> Claim:
    # The gate decides; until then nothing is supported.
    return Claim(text=unit.text, kind=kind, verdict=Verdict.UNSUPPORTED, citations=(unit.cite(),))


def instruction_notes(pack: EvidencePack) -> tuple[str, ...]:
    """A note for each sentence of the evidence that addresses whoever writes the draft."""
    return tuple(
        f"{unit.record.id} {unit.start}:{unit.end} reads like an instruction to the writer; "
        "it was not used."
        for unit in instructions_in(pack)
    )
