"""The weak spots of a companion, by the same rules as those of any text."""

from typing import NamedTuple

from assistant.domain.companions import Companion, CompanionKind
from assistant.domain.drafts import ClaimKind
from assistant.services.linting.document import DocumentKind
from assistant.services.linting.linter import Finding, lint


class Linted(NamedTuple):
    """The text that was judged, and what was found in it; offsets are of this text."""

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
    return Linted(text, lint(text, DocumentKind.STATUS_UPDATE if update else DocumentKind.NOTE))
