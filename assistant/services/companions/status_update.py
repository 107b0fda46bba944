"""A status update for stakeholders: what happened, so what, now what, and when we speak again."""

import re

from assistant.domain.companions import Companion, CompanionKind, CompanionSection
from assistant.domain.drafts import Claim, SectionName
from assistant.services.companions.material import Material, section

_NEXT = re.compile(r"\bnext (?:update|call|bridge|checkpoint)\b", re.IGNORECASE)


def status_update(material: Material) -> Companion:
    """The update; what the draft does not say is asked before it is sent."""
    events = material.told(SectionName.TIMELINE)
    return material.companion(
        CompanionKind.STATUS_UPDATE,
        "Status update",
        [
            section(
                "What happened",
                material.told(SectionName.SUMMARY),
                "What happened, in one sentence?",
                most=2,
            ),
            section(
                "What it means",
                material.told(SectionName.IMPACT, SectionName.LIMITED_IMPACT),
                "Who cannot do what, how many are they, and since when?",
            ),
            section(
                "What we know of the cause",
                material.told(SectionName.PROXIMATE_CAUSE, SectionName.ROOT_CAUSE),
                "Is the cause known, suspected, or still looked for?",
                most=2,
            ),
            section(
                "What we are doing",
                (*material.told(SectionName.RESOLUTION), *_latest(events)),
                "What is being done now, and by which team?",
            ),
            _next_update(events),
        ],
    )


def _latest(events: list[Claim]) -> list[Claim]:
    return [claim for claim in events if not _NEXT.search(claim.text)][-2:]


def _next_update(events: list[Claim]) -> CompanionSection:
    said = [claim for claim in events if _NEXT.search(claim.text)]
    return section("Next update", said[-1:], "When is the next update, and who gives it?")
