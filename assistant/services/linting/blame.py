"""Blame of a person, where a cause in the process or the tool is wanted."""

import re
from collections.abc import Iterator

from assistant.services.linting.document import Document
from assistant.services.linting.rule import Match, Rule, Severity
from assistant.services.linting.wording import wording

_ROLE = (
    r"(?i:(?:(?:the|an?|our|their|one of the|some|another|that|this) )?(?:[\w-]+ ){0,2}?"
    r"(?:engineers?|operators?|administrators?|admins?|developers?|technicians?|analysts?"
    r"|colleagues?|employees?|contractors?|dbas?|staff|team|team members?|on-call|supervisors?"
    r"|managers?|agents?|consultants?|interns?|juniors?|person|people|somebody|someone|shift lead)"
    r"|\bhe|\bshe|\bthey)"
)
_NAME = r"(?:[A-Z][a-z]{2,}(?: [A-Z][a-z]+)?)"
_DUTY = (
    r"(?:check|follow|test|read|notice|notify|inform|document|verify|communicate|escalate|update"
    r"|back up|renew|review|tell|ask|pay attention|consult|understand|think|do (?:his|her"
    r"|their) job)"
)
# Said of a system these mean something else ("Kubernetes ignored the change").
_OF_A_ROLE = (
    rf"(?:(?:simply |just |completely |again )?(?:ignored|overlooked|neglected)"
    rf"|failed to (?:\w+ly )?{_DUTY}\b|should have (?:known|noticed|checked|read|reali[sz]ed"
    rf"|tested|asked"
    r"|followed|verified|seen|paid|thought|caught|been more (?:careful|attentive))"
    r"|made (?:a|an|another) (?:\w+ )?(?:mistake|error|blunder)|(?:is|was|are|were) (?:to blame"
    r"|at fault|responsible for (?:the|this) (?:outage|incident|mistake|error))"
    r"|(?:was|were) (?:too )?(?:lazy|incompetent|inattentive|distracted|sloppy|reckless)"
    r"|(?:did not|didn't) (?:pay attention|care|think|know (?:better|what)))"
)
_OF_ANYBODY = (
    r"(?:(?:simply |just |completely |again )?forgot(?:ten)?(?! (?:the|a|his|her"
    r"|their) (?:password|pin)"
    r"| to bring)|(?:simply |just )?neglected to|was (?:careless|negligent)|messed up|screwed up"
    r"|did(?: not|n't) bother|should have known|should have been more careful|was not careful"
    r"|wasn't careful|was not paying attention|wasn't paying attention|carelessly|negligently)"
)
_NOT_PEOPLE = r"(?!(?:It|This|That|The|There|These|Those|What|Which|Nothing|Server|Service)\b)"
_BLAME = re.compile(
    rf"\b{_ROLE} (?:who )?(?:had |has |have )?(?:{_OF_A_ROLE}|{_OF_ANYBODY})"
    rf"|\b{_NOT_PEOPLE}{_NAME} (?:had |has )?{_OF_ANYBODY}\b"
    r"|\b(?i:human error|(?:due to|caused by|because of|cause (?:was|is)|simple|pure|plain"
    r"|a case of)"
    r" (?:an? )?(?:simple |plain |pure )?(?:user|operator|admin|administrator|engineer"
    r"|pilot) error)\b"
    r"|\b(?i:careless(?:ness|ly)?|negligen(?:ce|t|tly)|incompeten(?:ce|t)|sloppiness|sloppy work"
    r"|stupidity|inattentiveness|lack of (?:attention|care|diligence"
    r"|discipline)(?! to detail in the))\b"
    rf"|\b(?i:(?:fault|mistake|error|blunder|negligence) (?:of|by|on the part of) (?:the |an? "
    rf"|our )?"
    r"(?:[\w-]+ )?(?:engineer|operator|administrator|admin|developer|technician|analyst|colleague"
    r"|employee|contractor|dba))\b"
    r"|\b(?i:(?:engineer|operator|administrator|admin|developer|technician|analyst|colleague"
    r"|employee|contractor|dba)'s (?:fault|mistake|error|blunder|negligence|carelessness))\b"
)
# Speaks about blame instead of blaming.
_SPEAKS = wording(
    r"\b(?:not|no|never|isn't|wasn't|rather than|instead of|without|avoid\w*|blameless\w*|beyond"
    r"|stop at|more than|call\w* it|label\w*|against|possible|prevent\w*|reduc\w*|guard\w*"
    r"|protect\w*|risk of|catch\w*|source of|room for|prone to|tolerat\w*)\b[^.;,]{0,40}$"
)
# Says something of errors in general.
_GENERAL = wording(r" (?:is|are|will|can|remains?|alone|rates?|analysis|reduction)\b")


def check(document: Document) -> Iterator[Match]:
    """Each place that blames somebody, in prose of the author only."""
    for unit in document.units:
        words = document.prose(unit)
        for found in _BLAME.finditer(words.text):
            before, after = words.text[: found.start()], words.text[found.end() :]
            if not _SPEAKS.search(before) and not _GENERAL.match(after):
                yield Match(
                    *words.span(found.start(), found.end()),
                    "This blames a person; the next person in the same place would do the same.",
                    "What in the process, the tool or the information let this happen?",
                )


RULE = Rule(
    id="blame",
    title="Blame of a person",
    reason="Blame ends the search for a cause that can be changed, and people stop reporting.",
    good="## Root cause\nThe tool applies to production by default and does not ask.",
    bad="## Root cause\nThe engineer should have known that this was production.",
    severity=Severity.ERROR,
    check=check,
)
