"""One page for people who decide: what, how bad, why, what ended it, what changes."""

from assistant.domain.companions import Companion, CompanionKind
from assistant.domain.drafts import SectionName
from assistant.services.companions.material import Material, section


def executive_summary(material: Material) -> Companion:
    """The summary; at most two sentences to each question."""
    root = material.told(SectionName.ROOT_CAUSE)
    return material.companion(
        CompanionKind.EXECUTIVE_SUMMARY,
        "Executive summary",
        [
            section(
                "What happened",
                material.told(SectionName.SUMMARY),
                "What happened, in one sentence?",
                most=2,
            ),
            section(
                "How bad it was",
                material.told(SectionName.IMPACT, SectionName.LIMITED_IMPACT),
                "How many people or services were affected, and for how long?",
            ),
            section(
                "Why it happened",
                root or material.told(SectionName.PROXIMATE_CAUSE),
                "What is the root cause?",
                most=2,
            ),
            section(
                "What ended it",
                material.told(SectionName.RESOLUTION),
                "What restored the service?",
                most=2,
            ),
            section(
                "What changes",
                material.told(SectionName.ACTIONS),
                "What will be changed so that this cannot happen again, by when?",
            ),
        ],
    )
