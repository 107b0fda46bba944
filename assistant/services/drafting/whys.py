"""The chain of whys behind an incident, as far as a draft tells it; the rest is asked."""

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.domain.drafts import Claim, ClaimKind, DraftBody, SectionName
from assistant.services.shortening import shortened

# Toyota's five whys (Ohno, Toyota Production System, 1988): a guide, no law.
MAX_WHYS = 5
_QUOTE_CHARS = 160


@dataclass(frozen=True, slots=True)
class Why:
    """One step. Without an answer it is a question to the author."""

    question: str
    answer: Claim | None


def five_whys(body: DraftBody) -> tuple[Why, ...]:
    """At most five steps from what happened to the root cause.

    Each answer is a claim of the draft with its citations, proximate causes first, then root
    causes, in their order. The chain ends at the last root cause, or with an open question.
    """
    return tuple(_steps(body))


def _steps(body: DraftBody) -> Iterator[Why]:
    told = {section.name: section.claims for section in body.sections}
    happened = [*told.get(SectionName.SUMMARY, ()), *told.get(SectionName.IMPACT, ())]
    effect = next((claim.text for claim in happened if _own(claim)), body.title)
    proximate = [claim for claim in told.get(SectionName.PROXIMATE_CAUSE, ()) if _own(claim)]
    root = [claim for claim in told.get(SectionName.ROOT_CAUSE, ()) if _own(claim)]
    # Room for the root cause: the chain must reach it.
    chain = [*proximate[: MAX_WHYS - len(root[:MAX_WHYS])], *root][:MAX_WHYS]
    for claim in chain:
        yield Why(_why(effect), claim)
        effect = claim.text
    if not root and len(chain) < MAX_WHYS:
        yield Why(_why(effect), None)


def _own(claim: Claim) -> bool:
    return claim.kind is not ClaimKind.PRECEDENT


def _why(effect: str) -> str:
    return f"Why: “{shortened(effect.rstrip('. '), _QUOTE_CHARS)}”?"
