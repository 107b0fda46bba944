"""A handover note between shifts: where it stands, what was done, what is open."""

from dataclasses import replace

from assistant.domain.companions import Companion, CompanionKind
from assistant.domain.drafts import SectionName
from assistant.services.companions.material import Material, section

_LATEST = 3
_MAX_OPEN = 5


def handover(material: Material) -> Companion:
    """The note; open questions of the draft are handed over as they are."""
    events = material.told(SectionName.TIMELINE)
    asked = tuple(question.text for question in material.draft.body.questions)[:_MAX_OPEN]
    return material.companion(
        CompanionKind.HANDOVER,
        "Handover",
        [
            section(
                "What it is",
                material.told(SectionName.SUMMARY, SectionName.IMPACT),
                "What is the incident about?",
            ),
            section("Where it stands", events[-_LATEST:], "What is the state now, and since when?"),
            section(
                "What was done",
                (*material.told(SectionName.RESOLUTION), *events[:-_LATEST][-_LATEST:]),
                "What was tried, and with what result?",
                most=5,
            ),
            section(
                "What we think it is",
                material.told(SectionName.PROXIMATE_CAUSE, SectionName.ROOT_CAUSE),
                "Is there a suspicion, and what speaks for it?",
            ),
            section(
                "What past cases found and did",
                material.precedents(
                    SectionName.RESOLUTION, SectionName.PROXIMATE_CAUSE, SectionName.ROOT_CAUSE
                ),
            ),
            replace(
                section(
                    "What is open", material.told(SectionName.OPEN_QUESTIONS, SectionName.ACTIONS)
                ),
                questions=asked,
            ),
        ],
    )
