"""A draft as Markdown: what people approve, byte for byte what is written."""

import re
from collections.abc import Iterable

from assistant.domain.drafts import Claim, ClaimKind, Draft, DraftSection, SectionName, Verdict
from retrieval.records import Citation

# Characters that could make a claim's text into a heading, link, image, HTML or emphasis.
_ACTIVE = re.compile(r"([\\`*_{}\[\]<>#|~!])")
_SPACE = re.compile(r"\s+")
_QUOTE_CHARS = 200


def render_markdown(draft: Draft) -> str:
    """The draft with numbered citations and a list of references.

    Deterministic. Text of claims and quotes is escaped: it cannot become markup.
    """
    numbers = _numbered(draft.body.claims())
    parts = [f"# {_plain(draft.body.title)}"]
    for section in draft.body.sections:
        if section.claims:
            parts.append(_section(section, numbers))
    if draft.body.questions:
        lines = [
            f"- [ ] {_plain(question.text)} ({question.section})"
            for question in draft.body.questions
        ]
        parts.append("\n".join([f"## {SectionName.OPEN_QUESTIONS}", *lines]))
    if numbers:
        lines = [f"{number}. {_reference(citation)}" for citation, number in numbers.items()]
        parts.append("\n".join(["## References", *lines]))
    return "\n\n".join(parts) + "\n"


def _section(section: DraftSection, numbers: dict[Citation, int]) -> str:
    lines = [f"## {section.name}"]
    for claim in section.claims:
        cited = "".join(f" [{numbers[citation]}]" for citation in claim.citations)
        lines.append(f"- {_mark(claim)}{_plain(claim.text)}{cited}")
    return "\n".join(lines)


def _mark(claim: Claim) -> str:
    """Words in front of whatever is not a supported fact of this incident."""
    if claim.kind is ClaimKind.PRECEDENT:
        records = ", ".join(dict.fromkeys(_plain(c.record_id) for c in claim.citations))
        return f"(precedent: {records}) "
    if claim.verdict is Verdict.AUTHOR_ASSERTED:
        return "(stated by the author) "
    if claim.kind is ClaimKind.INFERENCE:
        return "(inferred) "
    return ""


def _numbered(claims: Iterable[Claim]) -> dict[Citation, int]:
    numbers: dict[Citation, int] = {}
    for claim in claims:
        for citation in claim.citations:
            numbers.setdefault(citation, len(numbers) + 1)
    return numbers


def _reference(citation: Citation) -> str:
    quote = _SPACE.sub(" ", citation.quote).strip()
    shown = quote if len(quote) <= _QUOTE_CHARS else quote[:_QUOTE_CHARS] + "…"
    place = f"revision {citation.revision}, characters {citation.start}–{citation.end}"
    return f"{_plain(citation.record_id)}, {place}: “{_plain(shown)}”"


def _plain(text: str) -> str:
    return _ACTIVE.sub(r"\\\1", _SPACE.sub(" ", text).strip())
