"""Actions without an owner, a due date or a measure of success."""

import re
from collections.abc import Iterator
from dataclasses import replace

from assistant.services.action_strength import strength
from assistant.services.action_verbs import OPENS
from assistant.services.actions import ActionDetails, action_details, instruction, missing
from assistant.services.drafting.reading import Unit
from assistant.services.drafting.wording import ASKS, DIRECTS, DONE, Part, wording
from assistant.services.linting.document import Document
from assistant.services.linting.rule import Match, Rule, Severity
from assistant.services.linting.vague_action import is_vague

# Looks back instead of ahead.
_LESSON = wording(r"lesson|learn(?:ed|t)\b|went|lucky")
_PAST = wording(
    r"^\W*(?:(?:we|the|this|it|there|our|they|a|an|no)\b.{0,60}\b(?:was|were|had|did|took|found"
    r"|noticed|learned|didn't|has been|have been)\b|(?:the|this|it|there) .{0,60}\b(?:is|are)\b"
    r"(?! to\b))"
)
_DROPPED = wording(
    r"\b(?:won't (?:do|fix)|rejected|not needed|no (?:further )?actions?\b|cancelled)"
)
# An instruction: its first word is a verb, and nothing makes a noun of it ("Test of the mail").
_IMPERATIVE = wording(
    rf"\W*(?:(?:also|then|please|to|we (?:will|should|must|need to)) )*{OPENS}\b"
    r"(?! (?:of|is|are|was|were|has|had|by|from|will|should)\b|:|$)"
)
_TICKED = re.compile(r"\[[xX]\]\s*$")
_FOR_ALL = wording(r"\b(?:all|these|both) (?:the )?(?:\w+ )?actions\b|\ball of (?:these|them)\b")
_QUESTIONS = {
    "an owner": "Who owns it",
    "a due date": "When is it due",
    "a measure of success": "How will you see that it worked",
}


def check(document: Document) -> Iterator[Match]:
    """One finding for each open action, naming what it does not name."""
    actions = [unit for unit in document.of(Part.ACTION) if _is_open(document, unit)]
    shared = _shared(document)
    for unit in actions:
        lacking = missing(_with(action_details(unit.text), shared))
        if lacking:
            asked = [_QUESTIONS[name] for name in lacking]
            rest = [f"{one[0].lower()}{one[1:]}" for one in asked[1:]]
            yield Match(
                unit.start,
                unit.end,
                f"The action names no {_listed([name.split(' ', 1)[1] for name in lacking])}.",
                f"{_listed([asked[0], *rest], 'and')}?",
            )


def _is_open(document: Document, unit: Unit) -> bool:
    """True for something that shall be done, and is not done yet."""
    words = document.prose(unit).text
    ticked = _TICKED.search(document.text[max(0, unit.start - 6) : unit.start])
    asked = "?" in words or ASKS.search(words)
    if ticked or asked or any(p.search(words) for p in (DONE, _DROPPED, _FOR_ALL)):
        return False
    if _LESSON.search(unit.section) or _PAST.search(words):
        return bool(DIRECTS.search(words)) and not _PAST.search(words)
    details = action_details(unit.text)
    return is_vague(words) or bool(
        DIRECTS.search(words)
        or strength(unit.text)
        or details.owner
        or details.due
        or _IMPERATIVE.match(instruction(words))
    )


def _shared(document: Document) -> ActionDetails:
    """What one sentence says for all actions ("All actions are owned by …")."""
    found = ActionDetails()
    for unit in document.units:
        if _FOR_ALL.search(document.prose(unit).text):
            found = _with(action_details(unit.text), found)
    return found


def _with(details: ActionDetails, shared: ActionDetails) -> ActionDetails:
    return replace(
        details,
        owner=details.owner or shared.owner,
        due=details.due or shared.due,
        measure=details.measure or shared.measure,
    )


def _listed(names: list[str], last: str = "or") -> str:
    return f" {last} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


RULE = Rule(
    id="action-incomplete",
    title="Action without owner, date or measure",
    reason="An action that nobody owns, that has no date or no sign of success is not tracked.",
    good=(
        "## Actions\n- Network team to alert 30 days before a certificate expires, due 2026-09-01; "
        "done when a test certificate raises the alert"
    ),
    bad="## Actions\n- Add an alert on certificate expiry",
    severity=Severity.WARNING,
    check=check,
)
