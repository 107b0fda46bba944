"""What a record says about its cause: of a past one what was found, of an open one what is told."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.domain.triage import CauseKind
from assistant.services.drafting.causes import causes
from assistant.services.drafting.reading import Unit, read
from assistant.services.drafting.timeline import is_dated
from assistant.services.drafting.wording import (
    DIRECTS,
    MENDS,
    POINTS_BACK,
    PUTS_RIGHT,
    UNKNOWN,
    Part,
)
from assistant.services.sentences import causal
from assistant.services.verification.folding import tidy
from retrieval.records import Citation, Record

# A cause shorter than this is a word ("DNS"), a longer one a whole story.
_MIN_CHARS = 20
_MAX_CHARS = 400
_MAX_PER_RECORD = 3

# How plainly each kind answers "why": a weight in the ranking of hypotheses.
_PLAINNESS = {
    CauseKind.ROOT: 1.0,
    CauseKind.PROXIMATE: 0.9,
    CauseKind.FINDING: 0.8,
    CauseKind.CONTRIBUTING: 0.5,
    CauseKind.FIX: 0.4,
    CauseKind.SUSPICION: 0.3,
}
IN_PASSING = 0.3
"""Plainness of a cause told in a description: there "because" explains who is affected as often
as why it broke."""
# "This caused …" means little without the sentence before it.
_POINTING_BACK = 0.5
_EARLY = frozenset({Part.SYMPTOM, Part.IMPACT, Part.SUMMARY})
# A state rather than a deed: what was so, not what was done.
_STATE = re.compile(
    r"\b(?:was|were|is|are|had|has|did ?n[o']t|does ?n[o']t|could ?n[o']t|cannot|full|exhausted"
    r"|expired?|crash\w*|leak\w*|fail\w*|missing|wrong|mismatch\w*|corrupt\w*|stuck|overload\w*"
    r"|too (?:small|low|high|old|many|long|short)|no longer|still|ran|lost|broke\w*|reached"
    r"|exceed\w*|misconfigur\w*|faulty|defect\w*|bug|loop\w*|conflict\w*|without|never|again)\b",
    re.IGNORECASE,
)
_OUTRIGHT = re.compile(r"\bcaus(?:e|ed|es|ing)\b|\bdue to\b|\breason\b", re.IGNORECASE)
# The end of an incident is not its cause.
_OVER = re.compile(
    r"\b(?:back (?:online|to normal|up|in service)|finished|(?:is|are) over|all clear|no (?:more )?"
    r"impact|(?:is|are|was|were|been|fully) (?:now )?(?:resolved|restored|operational|stable|fixed"
    r"|working|up|online|available|closed|completed?))\b",
    re.IGNORECASE,
)
_CONFIRMS = re.compile(
    r"^\W*(?:user |caller |customer )?(?:confirmed|verified|tested|checked|informed)\b",
    re.IGNORECASE,
)
_DUPLICATE = re.compile(r"^\W*(?:resolution )?(?:duplicate|same) (?:of|as)\b", re.IGNORECASE)
# What a ticket mentions on its way that is the cause more often than not.
_CHANGED = re.compile(
    r"\b(?:deploy\w*|releas\w*|roll(?:ed|ing)? ?out|upgrad\w*|updat\w*|patch\w*|migrat\w*|chang\w*"
    r"|merg\w*|appl(?:y|ied)|switch\w*|reconfigur\w*|enabl\w*|disabl\w*|remov\w*|delet\w*|renew\w*"
    r"|rotat\w*|maintenance|new version|config\w*|feature flag)\b",
    re.IGNORECASE,
)
_BROKE = re.compile(
    r"\b(?:expired?|full|exhaust\w*|out of (?:memory|disk|space)|leak\w*|crash\w*|deadlock\w*"
    r"|corrupt\w*|overload\w*|saturat\w*|misconfigur\w*|bug|race condition|time ?out\w*|throttl\w*"
    r"|rate limit\w*|invalid|revoked|blocked|missing|wrong|failed over|power|hardware)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CauseSentence:
    """A sentence that names a cause: as it reads, where it stands, of what kind, how plainly."""

    text: str
    citation: Citation
    kind: CauseKind
    plainness: float


def recorded_causes(record: Record) -> tuple[CauseSentence, ...]:
    """At most three sentences of a past record, the plainest first.

    Headings and causal wording decide, then what the resolution says was found; what was done
    about it stands in only where nothing else is told.
    """
    units = read(record).units
    found = [*_named(units), *_findings(units)]
    usable = [sentence for sentence in found if _usable(sentence)]
    if not usable:
        done = (u for u in units if u.part is Part.RESOLUTION and not _OVER.search(u.text))
        fixes = (_sentence(unit, CauseKind.FIX) for unit in done)
        usable = [sentence for sentence in fixes if _usable(sentence)]
    return tuple(sorted(usable, key=lambda sentence: -sentence.plainness)[:_MAX_PER_RECORD])


def suspicions(record: Record) -> tuple[CauseSentence, ...]:
    """At most three sentences by which an open incident's own record hints at a cause.

    Causes it states, then sentences that explain, then what it says was changed or had broken.
    """
    units = read(record).units
    told = [_weakened(sentence) for sentence in _named(units)]
    placed = {sentence.citation.start for sentence in told}
    hints = [
        CauseSentence(unit.text, unit.cite(), CauseKind.SUSPICION, weight)
        for unit in units
        if unit.start not in placed and (weight := _hint(unit))
    ]
    usable = [sentence for sentence in (*told, *hints) if _usable(sentence)]
    return tuple(sorted(usable, key=lambda sentence: -sentence.plainness)[:_MAX_PER_RECORD])


def _named(units: tuple[Unit, ...]) -> Iterator[CauseSentence]:
    found = causes(units)
    for kind, listed in (
        (CauseKind.ROOT, found.root),
        (CauseKind.PROXIMATE, found.proximate),
        (CauseKind.CONTRIBUTING, found.contributing),
    ):
        for unit in listed:
            plainness = IN_PASSING if _in_passing(unit) else _PLAINNESS[kind]
            if POINTS_BACK.match(unit.text):
                plainness *= _POINTING_BACK
            yield CauseSentence(unit.text, unit.cite(), kind, plainness)


def _in_passing(unit: Unit) -> bool:
    """Told by whoever reports it, unless text without headings speaks of a cause outright."""
    return unit.part in _EARLY or (unit.part is Part.OTHER and not _OUTRIGHT.search(unit.text))


def _findings(units: tuple[Unit, ...]) -> Iterator[CauseSentence]:
    placed = causes(units).taken()
    for unit in units:
        if unit.part is not Part.RESOLUTION or unit.start in placed:
            continue
        deed = MENDS.search(unit.text) or DIRECTS.search(unit.text) or _OVER.search(unit.text)
        if _STATE.search(unit.text) and not deed:
            yield _sentence(unit, CauseKind.FINDING)


def _hint(unit: Unit) -> float:
    """How much a sentence that states no cause suggests one; 0 for nothing."""
    if unit.part in (Part.ACTION, Part.RESOLUTION, Part.REFERENCE, Part.DURATION):
        return 0.0
    text = unit.text
    if UNKNOWN.search(text) or PUTS_RIGHT.search(text) or _OVER.search(text):
        return 0.0
    explains, changed, broke = (
        bool(causal(text)),
        bool(_CHANGED.search(text)),
        bool(_BROKE.search(text)),
    )
    score = 0.25 * explains + 0.15 * changed + 0.1 * broke
    # An entry of the timeline says when, which is half of what makes a change suspect.
    return score + 0.02 * is_dated(unit) if score else 0.0


def _weakened(sentence: CauseSentence) -> CauseSentence:
    """A cause that an open ticket states is not confirmed by anybody yet."""
    return CauseSentence(
        sentence.text, sentence.citation, sentence.kind, max(sentence.plainness, 0.35)
    )


def _sentence(unit: Unit, kind: CauseKind) -> CauseSentence:
    """Without the label of its section, which a short value is read with."""
    labelled = unit.section and unit.text.startswith(f"{unit.section} ")
    start = unit.start + (len(unit.section) if labelled else 0)
    raw = unit.record.text[start : unit.end]
    start += len(raw) - len(raw.lstrip(" \t\n*_:"))
    citation = unit.record.cite(start, unit.end)
    text = tidy(citation.quote) if labelled else unit.text
    return CauseSentence(text, citation, kind, _PLAINNESS[kind])


def _usable(sentence: CauseSentence) -> bool:
    text = sentence.text
    return (
        _MIN_CHARS <= len(text) <= _MAX_CHARS
        and not text.rstrip().endswith("?")
        and not _DUPLICATE.match(text)
        and not _CONFIRMS.match(text)
    )
