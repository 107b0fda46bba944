"""Risky steps that name no change, no way back and no approver."""

from collections.abc import Iterator, Sequence

from assistant.domain.triage import Effect
from assistant.services.action_strength import Strength, strength
from assistant.services.drafting.reading import Unit
from assistant.services.drafting.wording import ASKS, FINDS, HEDGES, Part, wording
from assistant.services.linting.document import Document, DocumentKind
from assistant.services.linting.prose import ADDRESS
from assistant.services.linting.rule import Match, Rule, Severity
from assistant.services.linting.wording import APPROVED, CHANGE_REFERENCE, WAY_BACK
from assistant.services.sentences import causal
from assistant.services.triage.remediation import assess

_SECURED = (CHANGE_REFERENCE, WAY_BACK, APPROVED, wording(ADDRESS))


# Tells what something led to, what was found, or what somebody else did.
_TELLS = wording(
    r"^\W*(?:(?:user |team )?(?:guide|guidance|runbook|documentation|checklist|training)\b|when|if"
    r"|while|whenever|this|these|that|which|any|during|because|since|it was found)\b"
    r"|\b(?:whether|not certain|(?:did not|didn't) help)\b|\b(?:said|says?|say,|told|reported"
    r"|explained|(?:aws|azure|microsoft|vendor|supplier"
    r"|provider)\b.{0,30}"
    r"\b(?:have|has|had|was|were)) "
)
_WRITES = (Strength.WARN, Strength.TRAIN)


def check(document: Document) -> Iterator[Match]:
    """Risky actions, and the first risky step of each resolution, that nothing secures."""
    resolutions: set[str] = set()
    for unit in document.of(Part.RESOLUTION, Part.ACTION):
        if not _is_step(document, unit) or _is_secured(document, unit):
            continue
        found = assess(document.text[unit.start : unit.end])
        if found.effect is not Effect.RISKY:
            continue
        if unit.part is Part.RESOLUTION:
            if unit.section in resolutions:
                continue
            resolutions.add(unit.section)
        yield Match(
            unit.start,
            unit.end,
            f"This step is risky ({', '.join(found.reasons)}) and names no change, no way back "
            "and no approver.",
            f"Which change was it, how is it undone, and who approved it{_backup(found.needs)}?",
        )


def _is_step(document: Document, unit: Unit) -> bool:
    """True for something done or to be done, not for what led to what or is written down."""
    words = document.prose(unit).text
    if _TELLS.search(words) or "?" in words or ASKS.search(words):
        return False
    if FINDS.search(words) or HEDGES.search(words) or causal(words):
        return False
    return unit.part is Part.RESOLUTION or strength(unit.text) not in _WRITES


def _is_secured(document: Document, unit: Unit) -> bool:
    around = document.around(unit)
    return any(pattern.search(around) for pattern in _SECURED)


def _backup(needs: Sequence[str]) -> str:
    return "; was there a backup that was tested" if any("backup" in need for need in needs) else ""


RULE = Rule(
    id="risky-remediation",
    title="Risky step without safeguard",
    reason="Whoever repeats the step from this document repeats its risk without the safeguard.",
    good="## Resolution\nThe gateway was restarted under CHG0031337.",
    bad="## Resolution\nThe gateway was restarted.",
    severity=Severity.NOTE,
    check=check,
    kinds=frozenset({DocumentKind.RCA}),
)
