"""A cause that is not divided into proximate cause, root cause and contributing factors."""

from collections.abc import Iterator

from assistant.services.drafting.wording import CONTRIBUTES, UNKNOWN, WEAKENS, Part, wording
from assistant.services.linting.document import Document, DocumentKind
from assistant.services.linting.rule import Match, Rule, Severity

_CAUSES = (Part.CAUSE, Part.PROXIMATE, Part.ROOT, Part.CONTRIBUTING)
_NAMED = {
    Part.PROXIMATE: wording(
        r"\b(?:proximate|immediate|direct|technical) (?:cause|trigger)|\btrigger(?:ed)?\b"
    ),
    Part.ROOT: wording(r"\broot cause|\bunderlying (?:cause|reason|problem|bug|fault)"),
    Part.CONTRIBUTING: wording(r"\bcontribut\w+|\baggravat\w+|\bmade (?:it|things) worse"),
}
# One of three says no more than "cause"; two tell them apart.
_ENOUGH = 2
_QUESTION = (
    "What directly brought it about, what let that happen (the root cause), and what made it "
    "likelier, worse or slower to notice?"
)


def check(document: Document) -> Iterator[Match]:
    """One finding for a document at most."""
    if not document.is_whole:
        return
    told = _told(document)
    if len(told) >= _ENOUGH:
        return
    place = document.heading(*_CAUSES)
    if place is None:
        yield Match(*document.top(), "No section tells the cause.", _QUESTION)
        return
    lacking = [str(part) for part in _NAMED if part not in told]
    yield Match(
        *place,
        f"The cause is not divided: there is no {_or(lacking)}.",
        _QUESTION,
    )


def _told(document: Document) -> frozenset[Part]:
    """The kinds of cause that headings, labels or sentences name."""
    told = document.parts & frozenset(_NAMED)
    units = document.of(*_CAUSES, Part.CONTEXT, Part.RESOLUTION, Part.SUMMARY, Part.OTHER)
    named = {
        part
        for part, words in _NAMED.items()
        if any(words.search(unit.text) and not UNKNOWN.search(unit.text) for unit in units)
    }
    weak = {
        Part.CONTRIBUTING
        for unit in units
        if CONTRIBUTES.search(unit.text) or WEAKENS.search(unit.text)
    }
    return told | named | (weak if told | named else frozenset())


def _or(names: list[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


RULE = Rule(
    id="cause-split-missing",
    title="Cause not divided",
    reason="Without the split the trigger gets repaired and the root cause stays.",
    good=(
        "# Mail delayed\n\n## Impact\n400 mails\n\n## Proximate cause\nThe queue disk was full.\n\n"
        "## Root cause\nNobody owns the disk quota.\n\n## Resolution\nThe disk was enlarged."
    ),
    bad=(
        "# Mail delayed\n\n## Impact\n400 mails\n\n## Cause\nThe queue disk was full.\n\n"
        "## Resolution\nThe disk was enlarged."
    ),
    severity=Severity.WARNING,
    check=check,
    kinds=frozenset({DocumentKind.RCA}),
)
