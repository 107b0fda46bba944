"""An impact that nobody can weigh."""

from collections.abc import Iterator

from assistant.services.drafting.wording import IMPACTS, LIMITS, Part, wording
from assistant.services.linting.document import Document, DocumentKind
from assistant.services.linting.rule import Match, Rule, Severity
from assistant.services.linting.wording import has_amount

_NONE = wording(
    r"\b(?:no|not any|without) (?:\w+ ){0,2}(?:impact|effect|outage|downtime)\b|^\W*n/?a\W*$"
)
_QUESTION = "How many users, services or requests were affected, and for how long?"


def check(document: Document) -> Iterator[Match]:
    """One finding for a document at most."""
    units = document.of(Part.IMPACT)
    told = [unit.text for unit in (*units, *document.of(Part.DURATION, Part.SUMMARY, Part.LIMITED))]
    if any(has_amount(text) or _NONE.search(text) or LIMITS.search(text) for text in told):
        return
    if units:
        place = document.heading(Part.IMPACT) or (units[0].start, units[0].end)
        yield Match(*place, "The impact has no numbers.", _QUESTION)
    elif document.is_whole and document.heading(Part.IMPACT) is None:
        said = [unit.text for unit in document.units if IMPACTS.search(unit.text)]
        if not any(has_amount(text) or LIMITS.search(text) for text in said):
            yield Match(*document.top(), "The impact is told nowhere in numbers.", _QUESTION)


RULE = Rule(
    id="impact-without-numbers",
    title="Impact without numbers",
    reason="Without a size nobody can weigh the actions against it, or compare two incidents.",
    good="## Impact\nAbout 220 users could not sign in for 40 minutes.",
    bad="## Impact\nUsers could not sign in for some time.",
    severity=Severity.WARNING,
    check=check,
    kinds=frozenset({DocumentKind.RCA}),
)
