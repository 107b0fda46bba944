"""Blame of a person, where a cause in the process or the tool is wanted."""

import re
from collections.abc import Iterator

from assistant.services.drafting.wording import wording
from assistant.services.linting.document import Document
from assistant.services.linting.rule import Match, Rule, Severity

_JOB = (
    r"(?:engineer|operator|administrator|admin|developer|technician|analyst|colleague|employee"
    r"|contractor|dba|consultant|supplier|vendor|team)"
)
_ROLE = (
    r"(?i:(?:(?:the|an?|our|their|one of the|some|another|that|this) )?(?:[\w-]+ ){0,2}?"
    rf"(?:{_JOB}s?|staff|team members?|on-call|supervisors?|managers?|agents?|interns?|juniors?"
    r"|trainees?|apprentices?|person|people|somebody|someone|shift lead|shift|crew|personnel"
    r"|workers?|programmers?|testers?|installers?|individuals?|helpdesk|service desk)"
    r"(?: (?:on (?:duty|shift|call)|in charge|concerned|involved))?|\bhe|\bshe|\bthey)"
)
_NAME = r"(?:[A-Z][a-z]{2,}(?: [A-Z][a-z]+)?)"
_HOW = r"(?:(?:simply|just|completely|again|knowingly|clearly|repeatedly|even) )?"
_DUTY = (
    r"(?:check|follow|test|read|notice|notify|inform|document|verify|communicate|escalate|update"
    r"|back up|renew|review|tell|ask|pay attention|consult|understand|think|comply|adhere|observe"
    r"|double[- ]check|recogni[sz]e|reali[sz]e|act|exercise|carry out|report|do (?:his|her|their)"
    r" job)"
)
_DONE = (
    r"(?:known|noticed|checked|double[- ]checked|read|reali[sz]ed|recogni[sz]ed|tested|asked"
    r"|followed|verified|validated|confirmed|seen|spotted|paid|thought|caught|escalated|informed"
    r"|consulted|reviewed|reported|acted|communicated|waited|backed|done better"
    r"|been (?:more \w+|aware|familiar|paying))"
)
_RULES = (
    r"(?: \w+){0,3}? (?:instructions?|procedures?|process(?:es)?|guidelines?|policy|policies|rules?"
    r"|checklist|run-?book|standards?|protocol|warnings?)\b"
)
_SLIP = r"(?:mistake|error|blunder|negligence|carelessness|oversight|inexperience|incompetence)"
# Said of a system these mean something else ("Kubernetes ignored the change").
_OF_A_ROLE = (
    rf"(?:{_HOW}(?:ignored|overlooked|neglected|disregarded|violated)|failed to (?:\w+ly "
    rf")?{_DUTY}\b"
    rf"|{_HOW}(?:did not|didn't) {_HOW}(?:follow|read|check|respect|obey|verify|comply|adhere)\b"
    rf"|never (?:checked|read|followed|verified)|(?:should|ought to) have (?:\w+ly )?{_DONE}"
    r"|(?:made|committed) (?:an?|another|the) (?:\w+ ){0,2}(?:mistake|error|blunder)"
    r"|(?:is|was|are|were) (?:solely |clearly )?(?:to blame|at fault|responsible for (?:the|this)"
    r" (?:outage|incident|mistake|error))"
    r"|(?:was|were) (?:too |simply )?(?:lazy|incompetent|inattentive|distracted|sloppy|reckless"
    r"|irresponsible|unprofessional|inexperienced|complacent)"
    r"|(?:did not|didn't) (?:pay (?:enough )?attention|care|think|know (?:better|what)))"
)
_OF_ANYBODY = (
    rf"(?:{_HOW}forgot(?:ten)?(?! (?:the|a|his|her|their) (?:password|pin)| to bring)"
    rf"|(?:failed to (?:follow|comply with|adhere to|read)|{_HOW}(?:disregarded|violated)"
    rf"|(?:did not|didn't) {_HOW}(?:follow|read|respect|comply with|adhere to|stick to)){_RULES}"
    r"|(?:simply |just )?neglected to|was (?:careless|negligent)|messed up|screwed up|fat-fingered"
    r"|did(?: not|n't) bother|(?:should|ought to) have (?:known|double[- ]checked|been more "
    r"careful)"
    r"|was not careful|wasn't careful|was not paying attention|wasn't paying attention|carelessly"
    r"|negligently)"
)
_NOT_PEOPLE = r"(?!(?:It|This|That|The|There|These|Those|What|Which|Nothing|Server|Service)\b)"
_BLAME = re.compile(
    rf"\b{_ROLE} (?:who )?(?:had |has |have )?(?:{_OF_A_ROLE}|{_OF_ANYBODY})"
    rf"|\b{_NOT_PEOPLE}{_NAME} (?:had |has )?{_OF_ANYBODY}\b"
    r"|\b(?i:human (?:error|mistake|failing|negligence)|pebkac|fat[- ]finger(?:ed|ing)?|layer 8"
    rf"|{_JOB} (?:negligence|carelessness|mistake|oversight)"
    r"|(?:due to|caused by|because of|cause (?:was|is)|simple|pure|plain|a case of)"
    rf" (?:an? )?(?:simple |plain |pure )?(?:user|pilot|staff|{_JOB}) error"
    r"|(?:blame|fault|responsibility) (?:for (?:this|the \w+) )?(?:lies|rests) (?:\w+ly )?with)\b"
    r"|\b(?i:careless(?:ness|ly)?|negligen(?:ce|t|tly)|incompeten(?:ce|t)|sloppiness|sloppy work"
    r"|stupidity|inattentiveness|recklessness|(?:stupid|silly|foolish) (?:mistake|error)"
    r"|poor judge?ment|(?:lack|absence|a lapse) (?:of|in) (?:due |basic |proper )?(?:attention|care"
    r"|diligence|concentration|professionalism|discipline)(?! to detail in the))\b"
    rf"|\b(?i:(?:fault|{_SLIP}) (?:(?:made |committed )?by|of|on the part of) (?:the |an? |our )?"
    rf"(?:[\w-]+ ){{0,2}}?{_JOB})s?\b"
    rf"|\b(?i:{_JOB}'s (?:own )?(?:fault|{_SLIP}))\b"
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
