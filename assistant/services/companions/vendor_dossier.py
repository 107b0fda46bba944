"""What a vendor needs to take a case over, and how much of it is there."""

import re
from collections.abc import Iterable, Iterator

from assistant.domain.companions import Companion, CompanionKind, CompanionSection, Completeness
from assistant.domain.drafts import Claim, ClaimKind, SectionName, Verdict
from assistant.services.companions.material import Material, section
from assistant.services.sentences import UnitKind, sentences
from assistant.services.shortening import shortened
from assistant.services.verification.folding import tidy
from retrieval.records import Record

_MAX_LOGS = 6
_MAX_EVENTS = 15
_MAX_LOG_CHARS = 240
_REPRODUCES = re.compile(
    r"\b(?:reproduc\w+|every time|each time|whenever|intermittent\w*|steps? to|as soon as"
    r"|when(?:ever)? (?:we|users?|somebody|people|it|the \w+) \w+)\b",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"\b(?:v\d+(?:\.\d+)+|\d+\.\d+\.\d+\b|version|release|firmware|build|patch level)", re.I
)
_CASE = re.compile(
    r"\b(?:vendor|supplier|support) (?:case|ticket|request)|\b(?:case|SR|TAC|PMR) ?#?:? ?\d{4,}"
    r"|\braised (?:a |an )?(?:case|ticket) with\b",
    re.IGNORECASE,
)


def vendor_dossier(material: Material) -> Companion:
    """The dossier with its completeness: logs, timeline, reproduction, impact, versions, case."""
    claims = [claim for part in material.draft.body.sections for claim in part.claims]
    own = [claim for claim in claims if claim.kind is not ClaimKind.PRECEDENT]
    sections = [
        section(
            "Fault",
            material.told(SectionName.SUMMARY),
            "What fails, where, and what is expected instead?",
        ),
        section(
            "Impact",
            material.told(SectionName.IMPACT),
            "How many users or services are affected, and how severe is it?",
        ),
        section(
            "Versions and environment",
            _matching(own, _VERSION),
            "Which product, version and configuration is it?",
        ),
        section(
            "How to reproduce",
            _matching(own, _REPRODUCES),
            "Which steps show the fault, and does it happen always or now and then?",
        ),
        section(
            "Logs and error messages",
            _logs(material.incident),
            "Which log lines or error codes show the fault, with their times?",
            most=_MAX_LOGS,
        ),
        section(
            "Timeline",
            material.told(SectionName.TIMELINE),
            "When did it begin, and what was changed before?",
            most=_MAX_EVENTS,
        ),
        section("What was tried", material.told(SectionName.RESOLUTION), "What was tried so far?"),
        section(
            "Case notes", _matching(own, _CASE), "Which case number does the vendor know it under?"
        ),
    ]
    return material.companion(
        CompanionKind.VENDOR_DOSSIER, "Vendor dossier", sections, _completeness(sections)
    )


def _completeness(sections: Iterable[CompanionSection]) -> Completeness:
    present = [part.heading for part in sections if part.claims]
    missing = [part.heading for part in sections if not part.claims]
    return Completeness(tuple(present), tuple(missing))


def _matching(claims: Iterable[Claim], wording: re.Pattern[str]) -> list[Claim]:
    return [claim for claim in claims if wording.search(claim.text)]


def _logs(incident: Record) -> Iterator[Claim]:
    """The code and log blocks of the record: the words are cited, so they are supported."""
    for block in sentences(incident.text):
        if block.kind is not UnitKind.CODE:
            continue
        text = tidy(incident.text[block.start : block.end])
        yield Claim(
            text=shortened(text, _MAX_LOG_CHARS),
            kind=ClaimKind.FACT,
            verdict=Verdict.SUPPORTED,
            citations=(incident.cite(block.start, block.end),),
        )
