"""A root cause that says only what happened."""

from collections.abc import Iterator

from assistant.services.drafting.wording import Part, wording
from assistant.services.linting.document import Document, DocumentKind
from assistant.services.linting.rule import Match, Rule, Severity
from retrieval.analysis import analyse

# Says that something does not work, or fills a sentence; a cause must say more.
_SYMPTOMS = frozenset(
    analyse(
        "down unavailable unreachable unresponsive inaccessible failed failing failure fail outage "
        "slow slowness degraded degradation error errors broken crashed crash crashing stopped "
        "stop "
        "working responding response respond incident issue problem problems fault event service "
        "services system systems application users user customers customer unable could cannot "
        "access connect reach root cause causes caused underlying reason because result resulted "
        "due happened occurred disruption disrupted interrupted interruption impact impacted "
        "affected "
        "loss lost unexpected unexpectedly suddenly temporary temporarily technical intermittent "
        "experienced experiencing causing led leading led became went offline online again several "
        "hours minutes times time period performance bad major minor total partial complete "
        "completely malfunction malfunctioned hung hang frozen froze not available availability "
        "very extremely quite unstable instability died dead refused unplanned "
        "return nothing no not connection disconnected lose glitch hiccup anomaly abnormal "
        "behaviour "
        "function functioning expected properly correctly normally trouble difficulty unhealthy "
        "timeout load serve longer several many some internal operation sudden unforeseen "
        "inoperative impaired entirely"
    )
)
_DENIES = wording(
    r"\b(?:unknown|not (?:yet )?(?:known|found|identified|clear|determined)|under investigation"
    r"|investigat\w+|to be (?:determined|confirmed)|tbd|tbc|unclear|pending|see )\b"
)
_SAID_BEFORE = (Part.SUMMARY, Part.IMPACT, Part.SYMPTOM)
_MAX_WORDS = 30
# "The gateway was down": a subject and a symptom, whatever the subject.
_ONLY_SYMPTOM = wording(
    r"^\W*(?:the (?:root )?cause (?:was|is) (?:that )?)?(?:the|an?|our|several|some"
    r"|all)? ?(?:[\w&/.-]+ ){1,4}"
    r"(?:(?:was|were|is|are|went|became|got) (?:\w+ly )?(?:down|unavailable|unreachable|offline"
    r"|slow"
    r"|unresponsive|inaccessible|broken|not (?:working|responding|available|reachable))|crashed"
    r"|failed|stopped(?: (?:working|responding|functioning))?|hung"
    r"|(?:experienced|suffered|had|encountered) (?:an? |some )?(?:\w+ ){0,2}(?:outage|failure"
    r"|problems?"
    r"|issues?|errors?|difficulties|disruption|interruption|crash|glitch)|(?:did not|didn't) "
    r"(?:work|respond)"
    r"|outage|failure|crash|malfunction(?:ed)?)"
    r"(?: (?:for|during|between|from|at|on|in) [\w :.-]{1,40})?\W*$"
)


def check(document: Document) -> Iterator[Match]:
    """One finding where all that the root cause says was said before, or is a symptom."""
    units = [u for u in document.of(Part.ROOT) if not _DENIES.search(document.prose(u).text)]
    if not units or len(units) < len(document.of(Part.ROOT)):
        return
    said = " ".join(document.prose(unit).text for unit in units)
    if not 0 < len(said.split()) <= _MAX_WORDS:
        return
    told = " ".join(document.prose(unit).text for unit in document.of(*_SAID_BEFORE))
    known = _SYMPTOMS | frozenset(analyse(f"{document.title} {told}"))
    new = [term for term in analyse(said) if term not in known and not term.isdigit()]
    if not new or _ONLY_SYMPTOM.search(said):
        yield Match(
            units[0].start,
            units[-1].end,
            "The root cause says only what happened.",
            "Why could it happen: which condition, when changed, would have prevented it?",
        )


RULE = Rule(
    id="root-cause-restates-symptom",
    title="Root cause restates the symptom",
    reason="A symptom cannot be removed; without a condition behind it nothing can be changed.",
    good="# Mail gateway down\n\n## Root cause\nThe licence of the gateway is renewed by hand.",
    bad="# Mail gateway down\n\n## Root cause\nThe mail gateway was down.",
    severity=Severity.ERROR,
    check=check,
    kinds=frozenset({DocumentKind.RCA}),
)
