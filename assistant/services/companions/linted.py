"""The weak spots of a companion, by the same rules as those of any text."""

from dataclasses import replace
from typing import NamedTuple

from assistant.domain.companions import Companion, CompanionKind
from assistant.domain.drafts import ClaimKind
from assistant.services.linting.document import DocumentKind
from assistant.services.linting.linter import Finding, lint


class Linted(NamedTuple):
    """The text that was judged, and what was found in it; offsets are of this text.

    A finding about the whole has an empty span at the first heading.
    """

    text: str
    findings: tuple[Finding, ...]


def linted(companion: Companion) -> Linted:
    """The findings in what a companion says of its own incident.

    Precedents are left out, as in drafts. Only a status update is judged as a whole.
    """
    parts = []
    for section in companion.sections:
        own = [claim.text for claim in section.claims if claim.kind is not ClaimKind.PRECEDENT]
        if own:
            parts.append("\n".join([f"## {section.heading}", *(f"- {text}" for text in own)]))
    text = "\n\n".join(parts)
    if not text:
        return Linted("", ())
    update = companion.kind is CompanionKind.STATUS_UPDATE
    found = lint(text, DocumentKind.STATUS_UPDATE if update else DocumentKind.NOTE)
    return Linted(text, tuple(_of_the_whole(finding, text) for finding in found))


def _of_the_whole(finding: Finding, text: str) -> Finding:
    """What is missing is found at a heading and quotes nothing, as in drafts."""
    line = text.rfind("\n", 0, finding.start) + 1
    at_heading = text.startswith("## ", line)
    return replace(finding, end=finding.start, quote="") if at_heading else finding
