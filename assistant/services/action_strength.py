"""How far a corrective action keeps a cause from coming back, by closed lists of wording."""

import re
from collections.abc import Iterator
from enum import StrEnum


class Strength(StrEnum):
    """How far an action keeps the cause from coming back, the strongest first.

    The order is that of the hierarchy of corrective actions in the VA National Center for
    Patient Safety's RCA2 guide: what needs no attention holds best.
    """

    ELIMINATE = "eliminate"
    CONTROL = "control"
    WARN = "warn"
    TRAIN = "train"


# What is done, by its verb. A verb that says little ("add") is known by its object.
_VERBS: tuple[tuple[Strength, str], ...] = (
    (
        Strength.ELIMINATE,
        r"eliminat\w+|automat\w+|remov\w+|decommission\w*|retir(?:e|ed|ing)|replac\w+|delet\w+"
        r"|get(?:ting)? rid of|fix(?:ed|ing)?|correct(?:ed|ing)?|patch(?:ed|ing)?|redesign\w*"
        r"|drop(?:ped|ping)? (?:the )?support|migrat\w+ (?:off|away)|mov\w+ (?:off|away)",
    ),
    (
        Strength.CONTROL,
        r"validat\w+|limit(?:ed|ing)?|restrict\w*|enforc\w+|block(?:ed|ing)?|requir\w+"
        r"|prevent\w*|guard\w*|separat\w+|isolat\w+|cap(?:ped|ping)?|throttl\w+|lock(?:ed|ing)?"
        r"|pin(?:ned|ning)?|protect\w*|reject\w*|refus\w+|scal(?:e|ed|ing)|duplicat\w+|test(?:ed|ing)?",
    ),
    (
        Strength.WARN,
        r"alert\w*|alarm\w*|monitor\w*|notif\w+|warn\w*|document\w*|log(?:ged|ging)?|track\w*"
        r"|dashboards?|checklists?|runbooks?|label\w*|record\w*|page|display\w*|show",
    ),
    (
        Strength.TRAIN,
        r"train\w*|remind\w*|communicat\w+|tell|educat\w+|brief\w*|inform\w*|coach\w*|e-?mail\w*"
        r"|raise awareness|reinforc\w+|discuss\w*|share|teach|instruct\w*|advis\w+|ask|workshops?",
    ),
)
_LIGHT = (
    r"(?:add(?:ed|ing)?|creat(?:e|ed|ing)|introduc(?:e|ed|ing)|implement(?:ed|ing)?|set(?:ting)? up"
    r"|set"
    r"|configur(?:e|ed|ing)|writ(?:e|ten|ing)|put(?:ting)?(?: in place)?|defin(?:e|ed|ing)"
    r"|build(?:ing)?|built|updat(?:e|ed|ing)|extend(?:ed|ing)?|improv(?:e|ed|ing)|enabl(?:e|ed|ing)"
    r"|deploy(?:ed|ing)?|install(?:ed|ing)?|provid(?:e|ed|ing)|mak(?:e|ing)|publish(?:ed|ing)?"
    r"|increas(?:e|ed|ing)|review(?:ed|ing)?|hold(?:ing)?|run(?:ning)?|organi[sz](?:e|ed|ing)"
    r"|schedul(?:e|ed|ing)|giv(?:e|ing)|send(?:ing)?|have|use|expand|tighten|rais(?:e|ed|ing)"
    r"|lower(?:ed|ing)?)"
)
_OBJECTS: tuple[tuple[Strength, str], ...] = (
    (Strength.ELIMINATE, r"automati(?:c|on|cally)\w*|auto[- ]?renewal"),
    (
        Strength.TRAIN,
        r"training|workshops?|briefings?|awareness|e-?mails?|reminders?|sessions?|presentations?"
        r"|guidance|lessons",
    ),
    (
        Strength.WARN,
        r"alerts?|alerting|alarms?|monitor(?:s|ing)?|dashboards?|runbooks?|warnings?|checklists?"
        r"|documentation|docs|logging|metrics?|labels?|notifications?|wiki|guides?|procedures?"
        r"|playbooks?|banners?|kb|articles?",
    ),
    (
        Strength.CONTROL,
        r"limits?|quotas?|replicas?|redundan\w+|second|standby|validation|checks?|guard(?:s|rails?)?"
        r"|time-?outs?|retr(?:y|ies)|circuit breakers?|rate limit\w*|approvals?|gates?|tests?"
        r"|capacity"
        r"|failover|backups?|locks?|admission|polic(?:y|ies)|permissions?|pod disruption budgets?"
        r"|canary|staging|health ?checks?|assertions?|memory|disks?|four[- ]eyes|reviews?"
        r"|maintenance windows?|protection|budgets?|threshold",
    ),
)
_VERB_PATTERNS = tuple((s, re.compile(rf"(?:{words})\b", re.IGNORECASE)) for s, words in _VERBS)
_LIGHT_PATTERN = re.compile(rf"{_LIGHT}\b", re.IGNORECASE)
_OBJECT = re.compile(
    "|".join(rf"(?P<{s.name}>\b(?:{words})\b)" for s, words in _OBJECTS), re.IGNORECASE
)
_OBJECT_CHARS = 70
# Where an instruction begins: at the start, behind who does it, and at each further clause.
_CLAUSE = re.compile(
    r"^|(?:;|: |\. | – |, (?:and |then )?| and (?:then )?| (?:will|shall|must|should)(?: be)? "
    r"|(?:is|are|was|were|to be|been) (?=\w+ed\b))",
    re.IGNORECASE,
)
_LEADING = re.compile(r"(?:\W|\d|to |we |please |also |then |be |ticket (?:raised )?to )*", re.I)


def strength(text: str) -> Strength | None:
    """The strongest thing that an action does; what it is done for does not count.

    ``None`` where no known verb says what is done.
    """
    found = [does for clause in _clauses(text) if (does := _does(clause))]
    return min(found, key=list(Strength).index, default=None)


def _clauses(text: str) -> Iterator[str]:
    for match in _CLAUSE.finditer(text):
        rest = text[match.end() :]
        leading = _LEADING.match(rest)
        yield rest[leading.end() :] if leading else rest


def _does(clause: str) -> Strength | None:
    if light := _LIGHT_PATTERN.match(clause):
        reach = re.split(r"[.;|]|\b(?:so that|because|when|if)\b", clause[light.end() :])[0]
        match = _OBJECT.search(reach[:_OBJECT_CHARS])
        return Strength[match.lastgroup] if match and match.lastgroup else None
    return next((s for s, pattern in _VERB_PATTERNS if pattern.match(clause)), None)
