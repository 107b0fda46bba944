"""What headings and sentences of operations records are about: closed lists of wording."""

import re
from enum import StrEnum
from typing import NamedTuple

from retrieval.records import Section, SectionKind


class Part(StrEnum):
    """The role of a piece of a record for a draft."""

    SUMMARY = "summary"
    SYMPTOM = "symptom"
    IMPACT = "impact"
    DURATION = "duration"
    TIMELINE = "timeline"
    PROXIMATE = "proximate cause"
    ROOT = "root cause"
    CONTRIBUTING = "contributing factor"
    LIMITED = "what limited the impact"
    CAUSE = "cause"
    CONTEXT = "context"
    RESOLUTION = "resolution"
    ACTION = "action"
    REFERENCE = "reference"
    OTHER = "other"


# The first heading that fits decides; a heading says more than the kind it was filed under.
_HEADINGS: tuple[tuple[Part, str], ...] = (
    (Part.LIMITED, r"went well|(?:got|were) lucky|limited the impact|worked well"),
    (Part.DURATION, r"^(?:time to|duration|down ?time|mtt|outage (?:length|window))"),
    (Part.RESOLUTION, r"actions? taken|immediate actions?|close notes"),
    (Part.ACTION, r"action|follow.?up|prevent|corrective|lesson|improve|next step|recommend"),
    (Part.CONTRIBUTING, r"contribut|aggravat|made it worse|went (?:wrong|badly)|weakness"),
    (Part.PROXIMATE, r"proximate|trigger|(?:immediate|direct|technical) cause"),
    (Part.CAUSE, r"root.?cause analysis|^rca$"),
    (Part.ROOT, r"root.?cause|underlying|whys\b"),
    (Part.CAUSE, r"cause"),
    (Part.IMPACT, r"impact|affected|consequence"),
    (
        Part.TIMELINE,
        r"time ?line|chronolog|key events|work.?notes|journal|sequence of|^updates?$|history"
        r"|comments|activity",
    ),
    (Part.RESOLUTION, r"resol|\bfix|remed|recover|mitigat|workaround|restor|solution"),
    (Part.SYMPTOM, r"identif|detect|symptom|discover|description|noticed|report(?:ed)?$|error"),
    (Part.SUMMARY, r"summary|overview|abstract|what happened|background|problem statement"),
    (Part.CONTEXT, r"context|analysis|investigat|finding|diagnos|detail"),
    (
        Part.REFERENCE,
        r"slack|thread|^links?$|reference|attach|participant|attendee|^severity|^status|^priority"
        r"|^owner|^author|contact|distribution|glossary",
    ),
)
_HEADING_PATTERNS = tuple((part, re.compile(words, re.IGNORECASE)) for part, words in _HEADINGS)
_BY_KIND = {
    SectionKind.SYMPTOM: Part.SYMPTOM,
    SectionKind.IMPACT: Part.IMPACT,
    SectionKind.TIMELINE: Part.TIMELINE,
    SectionKind.CAUSE: Part.CAUSE,
    SectionKind.RESOLUTION: Part.RESOLUTION,
    SectionKind.ACTION: Part.ACTION,
}


# Labels that divide a text even where nobody found a section: "Impact: …" in a ticket.
_LABEL = re.compile(
    r"(?:\*\*|__)?(?P<label>summary|overview|description|background|what happened|identified"
    r"|symptoms?|detection|(?:business |customer )?impact|context|analysis|investigation"
    r"|(?:root |proximate |probable |underlying )?causes?|trigger|contributing factors?|timeline"
    r"|key events|work ?notes|resolution|fix|workaround|mitigation|recovery|close notes"
    r"|(?:review |corrective |preventive |follow[- ]?up )?actions?(?: following review)?"
    r"|lessons learn(?:ed|t)|next steps|time to [a-z]+|duration|down ?time)"
    r"(?:\*\*|__)?(?:\s*:(?:\*\*|__)?\s*|$)",
    re.IGNORECASE,
)


def part_of(section: Section) -> Part:
    """The part that a section plays: by its heading, else by its kind."""
    return _part_named(section.heading) or _BY_KIND.get(section.kind, Part.OTHER)


def _part_named(heading: str) -> Part | None:
    return next((part for part, words in _HEADING_PATTERNS if words.search(heading)), None)


class Label(NamedTuple):
    """A label inside a section, and how many characters it takes.

    ``opens``: it stands alone or in bold, so what follows belongs to it too.
    """

    part: Part
    chars: int
    opens: bool


def label_of(text: str) -> Label | None:
    """The label that a sentence begins with, if it begins with one."""
    match = _LABEL.match(text)
    part = _part_named(match["label"]) if match else None
    if match is None or part is None:
        return None
    opens = match.end() >= len(text.rstrip(" :*")) or "**" in match.group()
    return Label(part, match.end(), opens and part is not Part.DURATION)


# Something to read: a line of numbers and signs says nothing by itself.
WORD = re.compile(r"[^\W\d_]{2,}")


def wording(words: str) -> re.Pattern[str]:
    """A pattern over plain words in any case."""
    return re.compile(words, re.IGNORECASE)


DETECTS = wording(
    r"\b(?:alert(?:s|ed|ing)?|alarm(?:s|ed)?|detect(?:s|ed)|notic(?:e|ed)|report(?:s|ed)?|observ(?:e|ed)"
    r"|spotted|discovered|pingdom|pagerduty|monitoring|notif(?:ied|ication)|raised|identified"
    r"|complain(?:ed|ts)|via)\b"
)
IMPACTS = wording(
    r"\b(?:users?|customers?|clients?|staff|everyone|services?|sites?|teams?|requests?)\b.{0,60}"
    r"\b(?:unable|could ?n[o']t|cannot|can ?no?t|unavailable|down|slow|fail\w*|affected|impacted"
    r"|lost|disrupted|degraded|errors?|missing)\b|\b(?:outage|downtime|data loss|degraded)\b"
    r"|\b(?:was|were|is|are|became) (?:un\w+able|down|offline|inaccessible|degraded|lost"
    r"|not (?:available|accessible|able|reachable))\b|\b(?:unable to|increased risk)\b"
    r"|\b\d[\d,]* (?:[\w-]+ ){0,2}(?:users|customers|people|sites|services|requests|staff|orders)\b"
    r"|\b\d[\d,]* (?:[\w-]+ ){1,2}(?:(?:are |were )?(?:idle|waiting|stuck|blocked|locked out)"
    r"|can ?not|unable)\b|\b(?:nobody|no one) (?:can|could|is able|was able)\b"
    r"|\b(?:everybody|everyone) (?:is|was|are|were|loses|lost)\b"
)
# What was at fault, told as a state or an event rather than as somebody's deed.
FAULTS = wording(
    r"\b(?:crash(?:ed|es)|(?:had |has |was |were )?expired"
    r"|(?:was|were|is|had run) (?:full|missing|wrong|corrupt\w*"
    r"|broken|exhausted|revoked|disabled|deleted|outdated|misconfigured|stale|blocked"
    r"|locked|faulty|out of \w+|too (?:small|low|short|old|large))|ran (?:full|out of)"
    r"|(?:a|the) (?:bug|defect|leak|typo|mismatch)\b|memory leak|race condition|deadlock"
    r"|misconfigur\w+|since the [\w -]{3,40} (?:was|were|has been) \w+ed\b"
    r"|did ?n[o']t (?:renew|start|run|know|match)|no longer (?:match\w*|valid))\b"
)
# Tells the impact; its "because" explains why so many were affected.
COUNTS_PEOPLE = wording(
    r"^\W{0,2}(?:about |around |approximately |some |all |up to )?\d[\d,.]* (?:[\w-]+ ){0,2}"
    r"(?:users|customers|people|staff|employees|clients|workers|callers|sites|stores|shops)\b"
)
# Why it was no worse. "Only" needs what it was limited to: "only then" and "only noticed" are
# something else.
LIMITS = wording(
    r"\b(?:(?:limited|confined) to|contained (?:to|within)|no (?:\w+ ){0,2}data loss"
    r"|no (?:\w+ ){0,2}data (?:was |were )?lost"
    r"|(?:was|were|are|is) (?:unaffected|not (?:affected|impacted))"
    r"|(?:did|does) ?n[o']t (?:affect|impact)|remained (?:available|up|online|reachable)"
    r"|(?:continued to|kept) (?:work|run|serv|operat)\w*"
    r"|fail(?:ed|s)? over (?:to|auto)\w*|fell back"
    r"|out(?:side)?(?: of)? (?:business|office|working|core) hours|redundan\w+"
    r"|only (?:affected|impacted|affects|the|an?|one|two|some|\d+)"
    r"|no (?:users?|customers?|services?|impact)|not in (?:live|production) use)\b"
)
RESTORES = wording(
    r"\b(?:resolved|restored|recovered|mitigated|fixed|rolled back|reverted|redeployed|rebuilt"
    r"|recreated|repaired|replaced|back up|back to normal|working again|restarted|increased"
    r"|upgraded|applied|removed|added|scaled)\b"
)
MENDS = wording(
    r"\b(?:resolved|restored|recovered|mitigated|fixed|rolled back|reverted|redeployed|rebuilt"
    r"|recreated|repaired|back to normal|working again|up and running)\b"
    r"|\b(?:was|were|been) (?:\w+ly )?(?:created|added|applied|increased|restarted|replaced|scaled"
    r"|upgraded|modified|updated|deployed|required)\b"
    r"|^(?:the |our )?(?:[\w-]+ ){0,2}(?:team|we|engineers?)\b.{0,20}\b\w+ed\b"
    r"|^(?:\w+ed|raised|rollback|migrate|increase|add|compare)\b"
    r"|\bby (?:us|our \w+|(?:the )?(?:[\w-]+ ){0,2}(?:team|engineers?))\b|\bwe (?:\w+ )?\w+ed\b"
)
PUTS_RIGHT = wording(
    r"\b(?:restored|recovered|mitigated|rolled back|reverted back|back to normal|working again"
    r"|up and running|(?:was|were|is|are) (?:resolved|fixed))\b"
)
STRONG_CAUSE = wording(
    r"\bcaused (?:mainly |mostly |partly )?(?:by|due to)\b|\bbecause\b|\bdue to\b|\bcause of\b"
    r"|\broot cause\b|\bas a result of\b|\breason (?:for|was|is)\b"
)
DIRECTS = wording(
    r"^(?:\W*)(?:add|create|created a ticket|review|update|investigate|implement|document|ensure"
    r"|improve|introduce|automate|test|configure|enable|monitor|set up|write|define|schedule|plan"
    r"|replace|migrate|raise|ticket raised|action)\b|\b(?:will be|should be|needs? to|to be done)\b"
)
FINDS = wording(r"\b(?:identified|found|discovered|determined|established|turned out) that\b")
CONTRIBUTES = wording(
    r"\b(?:contribut\w+|exacerbat\w+|compounded|delayed|slowed down|made it worse|insufficient"
    r"|single point of failure|not a failure mode)\b"
)
# Speaks of a weakness; a contributing factor unless the sentence tells the cause itself.
WEAKENS = wording(
    r"\b(?:no alert|did ?n[o']t alert|no monitoring|lack of|hard-coded|out of date|buried|not aware"
    r"|(?:was|were) not (?:identified|detected|noticed|monitored|tested|documented))\b"
)
UNKNOWN = wording(
    r"\b(?:not yet (?:clear|known)|(?:is|was|remains?) (?:still )?(?:unclear|unknown)|unknown cause"
    r"|(?:haven['’]?t|have not|could not|unable to) (?:yet )?(?:identif\w+|determin\w+|found|find)"
    r"|still investigating|under investigation|being investigated|no root cause)\b"
)
HEDGES = wording(
    r"\b(?:suspect\w*|might|may|possibl[ey]|probabl[ey]|likely|appears? to|seems? to)\b"
)
NAMES_ROOT = wording(
    r"\broot cause (?:(?:was|is)\b(?! (?:carried|being|still|under|not|un))"
    r"|of .{3,60} (?:was|is)\b)|\broot cause:|\bunderlying (?:cause|bug|fault|defect|problem)\b"
)
SPEAKS_OF_ROOT = wording(r"\broot cause\b")
# Points back to the sentence before, and means nothing without it.
POINTS_BACK = wording(
    r"^(?:but |and |somehow, |therefore,? |however,? |hence,? |as a result,? |because of this,? )?"
    r"(?:this|these|that|those|it|they|such|was|were|has|had|so|then|also)\b"
)
# Goes on from a sentence that was taken.
GOES_ON = wording(r"^(?:this|these|it|they|the (?:change|upgrade|update|deployment|release|bug))\b")
DONE = wording(r"\b(?:done|completed?|closed|implemented|already (?:been )?done|merged)\b(?! by\b)")
ASKS = wording(
    r"^(?:how|what|why|when|who|which|where|can|could|do|does|did|is|are|should|would|was|were|has"
    r"|have)\b(?! (?:to|the (?:team|change))\b)"
)
EMPTY = wording(
    r"^\W*(?:n/?a|tbc|tbd|to ?do|done|none|nil|unknown|not applicable|not (?:yet )?known|see above"
    r"|see below|pending|in progress|draft|-+|\.+|xx+"
    r"|(?:please )?(?:fill in|describe|enter|add).{0,40}here|<[^>]*>|\[[^\]]*\])\W*$"
)
# Numbers a part of a list, without saying anything.
COUNTS = wording(r"^(?:phase|step|part|option|stage) \W?\w{1,3}\W*$")
# Answers the question before it.
ANSWERS = wording(
    r"^(?:no|yes|unknown|maybe|perhaps|not sure|possibly)\b(?! (?:\w+ ){0,2}\w+ (?:was|were)\b)"
)
# Says where to look, nothing about the incident.
REFERS = wording(
    r"^(?:(?:initial|slack|investigation|incident) )*(?:threads?|channel|time ?line|links?"
    r"|google (?:doc|meet))\b(?:/\w+(?: \w+)?)?[^.]{0,80}\W*$"
    r"|^(?:ticket|pr|issue|case)(?: raised| exists| id)?:? ?#?\d*\W*$"
    r"|^(?:refer to|see|please see|more details?|full (?:detailed )?(?:breakdown|details))\b"
)
