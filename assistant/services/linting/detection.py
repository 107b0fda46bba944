"""How it was noticed, and why so late."""

from collections.abc import Iterator
from datetime import timedelta

from assistant.services.drafting.reading import Unit
from assistant.services.drafting.wording import DETECTS, Part, wording
from assistant.services.linting.document import Document, DocumentKind
from assistant.services.linting.moments import BEGINS, NOTICES, moments
from assistant.services.linting.rule import Match, Rule, Severity

# Half an hour without anybody noticing wants a reason, whatever the priority.
_LATE = timedelta(minutes=30)
_EXPLAINS = wording(
    r"\b(?:no (?:\w+ ){0,2}(?:alert\w*|alarm\w*|monitor\w*|one|check)|nobody"
    r"|not (?:\w+ )?(?:alert\w*"
    r"|monitor\w*|notic\w*|detect\w*|visible|page\w*|covered)|n't (?:alert|notice|detect|page|fire)"
    r"|unnoticed|undetected|only (?:noticed|detected|alert\w*|after|when|once)|missed|late\b"
    r"|delay\w*"
    r"|threshold|silenc\w+|overnight|weekend|out of hours|outside (?:\w+ )?hours|because"
    r"|alert\w* (?:was|were) (?:off"
    r"|disabled|misrouted)|went to|low traffic|nightly|until|too (?:high|low|late|long))\b"
)
_AWARE = wording(r"\b(?:became |made )?aware\b|\bphoned\b|\bcalled\b|\bsaw\b|\btickets?\b")
_NEVER = (Part.ACTION, Part.LIMITED, Part.ROOT, Part.CONTRIBUTING)


def check(document: Document) -> Iterator[Match]:
    """One finding for a document at most."""
    told = [unit for unit in document.units if unit.part not in _NEVER]
    if document.is_whole and not any(_tells(unit) for unit in told):
        yield Match(
            *document.top(),
            "The document does not say how it was noticed.",
            "Who or what noticed it first, when, and how long after it began?",
        )
        return
    for entries in moments(document):
        begun = next((entry for entry in entries if entry.tells(BEGINS)), None)
        noticed = next((e for e in entries if e.tells(NOTICES) and e is not begun), None)
        if begun is None or noticed is None or noticed.at - begun.at <= _LATE:
            continue
        if any(_EXPLAINS.search(unit.text) for unit in document.units):
            continue
        minutes = int((noticed.at - begun.at).total_seconds()) // 60
        yield Match(
            noticed.unit.start,
            noticed.unit.end,
            f"It was noticed {minutes} minutes after it began, and nothing says why so late.",
            "Why did no alert or user tell of it earlier?",
        )
        return


def _tells(unit: Unit) -> bool:
    return bool(DETECTS.search(unit.text) or _AWARE.search(unit.text))


RULE = Rule(
    id="detection-not-explained",
    title="Detection not explained",
    reason="How it was noticed, and how late, says which alert is missing.",
    good=(
        "## Timeline\n- 10:00 Fault occurs\n- 11:30 First reported by a user\n\n## Detection\n"
        "No alert covered the queue."
    ),
    bad="## Timeline\n- 10:00 Fault occurs\n- 11:30 First reported by a user",
    severity=Severity.NOTE,
    check=check,
    kinds=frozenset({DocumentKind.RCA}),
)
