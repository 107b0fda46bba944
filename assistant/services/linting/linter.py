"""Use case: the weak spots of a text or of a draft, by deterministic rules."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from assistant.domain.drafts import ClaimKind, Draft, SectionName
from assistant.services.linting import RULES
from assistant.services.linting.document import Document, DocumentKind
from assistant.services.linting.rule import FixKind, Severity
from ingest.sections import kind_of
from retrieval.errors import InvalidInput
from retrieval.records import Section, SectionKind


@dataclass(frozen=True, slots=True)
class Finding:
    """A weak spot: ``text[start:end] == quote``, offsets in code points; lines count from 1.

    In a draft the text is that of claim number ``claim`` (from 0) of ``section``; where
    something is missing there is no such claim, and the span is empty.
    """

    rule: str
    severity: Severity
    start: int
    end: int
    line: int
    end_line: int
    quote: str
    message: str
    fix: str
    fix_kind: FixKind
    section: SectionName | None = None
    claim: int | None = None


def lint(text: str, kind: DocumentKind = DocumentKind.RCA) -> tuple[Finding, ...]:
    """The findings in a text in the order of the text.

    The same text always gives the same findings. Raises ``InvalidInput`` where nothing is
    written.
    """
    if not text.strip():
        raise InvalidInput("There is nothing to lint: the text is empty. Give the RCA as text.")
    return tuple(_findings(Document.of_text(text, kind)))


def lint_draft(draft: Draft) -> tuple[Finding, ...]:
    """The findings in what a draft says of its own incident, in reading order.

    Precedents are evidence, not this incident's own, and are left out.
    """
    laid = _laid_out(draft)
    found = (_in_draft(finding, laid) for finding in _findings(laid.document))
    return tuple(found)


def _findings(document: Document) -> Iterator[Finding]:
    starts = [0, *(place + 1 for place, char in enumerate(document.text) if char == "\n")]
    found = [
        Finding(
            rule=rule.id,
            severity=rule.severity,
            start=match.start,
            end=match.end,
            line=bisect_right(starts, match.start),
            end_line=bisect_right(starts, max(match.start, match.end - 1)),
            quote=document.text[match.start : match.end],
            message=match.message,
            fix=match.fix,
            fix_kind=match.fix_kind,
        )
        for rule in RULES
        if document.kind in rule.kinds
        for match in rule.check(document)
    ]
    yield from sorted(dict.fromkeys(found), key=lambda finding: (finding.start, finding.end))


class _Claim(NamedTuple):
    start: int
    end: int
    section: SectionName
    number: int


class _LaidOut(NamedTuple):
    """A draft as one text, and where its claims and headings lie in it."""

    document: Document
    claims: tuple[_Claim, ...]
    headings: tuple[_Claim, ...]


def _laid_out(draft: Draft) -> _LaidOut:
    text = f"# {draft.body.title}\n"
    claims: list[_Claim] = []
    headings: list[_Claim] = []
    divided: list[Section] = []
    for section in draft.body.sections:
        own = [(i, c) for i, c in enumerate(section.claims) if c.kind is not ClaimKind.PRECEDENT]
        if not own:
            continue
        headings.append(_Claim(len(text), len(text) + len(section.name) + 4, section.name, 0))
        text += f"\n## {section.name}\n"
        body = len(text)
        for number, claim in own:
            claims.append(
                _Claim(len(text) + 2, len(text) + 2 + len(claim.text), section.name, number)
            )
            text += f"- {claim.text}\n"
        kind = kind_of(section.name) or SectionKind.OTHER
        divided.append(Section(kind, section.name, body, len(text) - 1))
    return _LaidOut(Document.of_sections(text, divided), tuple(claims), tuple(headings))


def _in_draft(finding: Finding, laid: _LaidOut) -> Finding:
    """The same finding by section and claim; of several claims, the first is meant."""
    for claim in laid.claims:
        if claim.start <= finding.start < claim.end:
            end = min(finding.end, claim.end)
            before = laid.document.text[claim.start : finding.start].count("\n")
            within = laid.document.text[finding.start : end]
            return replace(
                finding,
                start=finding.start - claim.start,
                end=end - claim.start,
                line=before + 1,
                end_line=before + 1 + within.count("\n"),
                quote=within,
                section=claim.section,
                claim=claim.number,
            )
    heading = next((h for h in laid.headings if h.start <= finding.start < h.end), None)
    return replace(
        finding,
        start=0,
        end=0,
        line=1,
        end_line=1,
        quote="",
        section=heading.section if heading else None,
    )
