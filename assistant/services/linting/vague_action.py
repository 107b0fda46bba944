"""Actions that nobody can do, or see done.

Two shapes, no list of sentences. An action is vague when it does something soft (attend to,
improve, talk) and every other word is as general; one word that names a thing, a number or
a quantity makes it concrete. A wish ("exercise caution") is vague until it names something.
"""

from collections.abc import Iterator

from assistant.services.actions import instruction
from assistant.services.drafting.wording import Part, wording
from assistant.services.linting.document import Document
from assistant.services.linting.rule import Match, Rule, Severity
from assistant.services.linting.wording import CONCRETE
from retrieval.analysis import analyse


def _stems(words: str) -> frozenset[str]:
    return frozenset(analyse(words))


_ATTEND = _stems(
    "monitor monitoring watch observe track observing investigate analyse analyze examine research "
    "explore consider evaluate assess reassess revisit check recheck study handle manage address "
    "review oversee supervise scrutinise scrutinize look keep eye attention focus prioritise "
    "prioritize rethink reconsider think"
)
_IMPROVE = _stems(
    "improve improvement enhance enhancement increase increased strengthen reinforce better more "
    "optimise optimize raise raising boost bolster uplift streamline refine harden mature elevate "
    "further additional tighten greater leverage drive foster promote ensure maintain sustain "
    "advance stronger closer improved enhanced robust tidy clean work"
)
_TELL = _stems(
    "train retrain training refresher educate education remind reminder reminded inform coach "
    "brief "
    "communicate discuss discussion sensitise sensitize instruct advise awareness share engage "
    "engagement liaise collaborate collaboration coordinate coordination align encourage speak "
    "talk "
    "workshop session meeting aware"
)
_REVISE = _stems("update revise refresh rework")
_PEOPLE = _stems(
    "user staff team engineer colleague employee people everyone everybody personnel operator "
    "admin "
    "administrator developer agent member stakeholder supplier vendor partner provider management "
    "customer group department organisation organization company internal operations it business "
    "third party parties external all relevant responsible concerned involved person support"
)
_THING = _stems(
    "process procedure monitoring alerting logging documentation communication testing quality "
    "resilience resiliency stability reliability visibility observability awareness knowledge "
    "training security performance availability infrastructure environment situation issue problem "
    "incident matter cause root topic area capability capabilities governance oversight posture "
    "maturity excellence efficiency effectiveness readiness preparedness robustness coordination "
    "collaboration cooperation planning operational operations practice practices standard "
    "standards "
    "best good culture transparency responsiveness handling response control controls measure "
    "measures way ways option options opportunity opportunities possibility possibilities risk "
    "risks "
    "management effort efforts activity activities mechanism mechanisms strategy approach "
    "framework "
    "lesson learned learnt attention care caution vigilance diligence change changes deployment "
    "release "
    "upgrade migration maintenance similar event recurrence reoccurrence occurrence mistake error "
    "failure outage overall general technical proper adequate appropriate effective things thing "
    "discipline mindset ownership accountability synergy trend behaviour behavior health state "
    "hygiene support service delivery experience investigation analysis"
)
_SYSTEM = _stems(
    "system service application app server platform cluster network database node host gateway "
    "broker queue storage switch router firewall website portal infrastructure machine device "
    "environment tool software hardware component solution production"
)
_PAPER = _stems("documentation process procedure knowledge base guidance documents docs")
_FILL = _stems(
    "close closely carefully careful future forward going regularly regular continuously "
    "continuous "
    "continue constantly daily weekly now next time again properly proper detail deeper actively "
    "proactively proactive possible appropriate necessary needed need needs required require "
    "should "
    "must shall can may please across around within over during about under when where while still "
    "also before after long short term run soon asap few coming week weeks month months day days "
    "period quarter year later once thoroughly thorough quickly early timely generally ongoing "
    "basis consistently consistent regarding concerning involving especially whole entire any each "
    "every other both them us up out into onto through between among against possible be being "
    "provide provided give given hold held organise organize conduct conducted carry deliver "
    "schedule scheduled arrange take make put perform performed have prevent avoid minimise "
    "minimize "
    "mitigate reduce happen happening occur strive try aim look level levels high higher tight "
    "issue "
    "very much lot"
)
_EVERYTHING = _ATTEND | _IMPROVE | _TELL | _PEOPLE | _THING | _SYSTEM | _FILL
# What is done, and what it may be done to without saying anything.
_EMPTY = (
    (_ATTEND | _IMPROVE | _TELL, _EVERYTHING),
    (_REVISE, _PAPER | _FILL | _PEOPLE),
)
_CAREFUL = (
    r"(?:(?:be|stay|remain|become) (?:(?:more|extra|very|particularly|especially|much) )*(?:careful"
    r"|vigilant|cautious|attentive|diligent|mindful|watchful|alert|thorough|disciplined|conscious"
    r"|proactive)"
    r"|(?:exercise|use|apply|show|act with|proceed with|take|pay|give) (?:(?:more|greater|extra|due"
    r"|increased|heightened|particular|special|closer?|better|utmost|the|appropriate|enhanced"
    r"|further) )+(?:caution|care|diligence|vigilance|attention)"
    r"|(?:exercise|proceed with|act with) (?:caution|care|diligence)|pay attention)"
)
_NOT_AGAIN = (
    r"(?:make sure|ensure|see to it|guarantee) (?:that )?(?:this|it|such|similar|the (?:issue"
    r"|problem"
    r"|incident|same)|these|those)\b[^.;,]{0,40}?(?:\b(?:not|never|cannot|no longer)\b|n't\b)"
    r" ?(?:\w+ )?(?:happen|occur|recur|repeat|reoccur|arise|come back|take place)\w*"
)
_CULTURE = (
    r"(?:foster|promote|cultivate|nurture|encourage|embed|instil|instill|build|create|drive"
    r"|establish"
    r"|develop|strengthen|champion)(?:ing)? (?:an? |the |our |more |greater )?(?:[\w-]+ ){0,2}?"
    r"(?:culture|mindset|spirit|sense of ownership|awareness|understanding)"
)
_WISH = wording(
    rf"{_CAREFUL}|{_NOT_AGAIN}|{_CULTURE}|raise (?:the )?(?:general )?awareness"
    r"|(?:try|strive|endeavou?r|aim|attempt|seek) to (?:avoid|prevent|do|be|improve|reduce"
    r"|minimi[sz]e)"
    r"|(?:avoid|prevent|minimi[sz]e) (?:this|such|similar|these|the same|a repeat|repeats?|any"
    r"|(?:future )?re-?(?:oc)?currences?|it from|future (?:incidents|issues|outages))\b"
    r"|(?:follow|adhere to|comply with|reinforce|apply|observe|embrace|uphold|respect|stick to"
    r"|promote)"
    r" (?:the |our |all |established |existing |industry |relevant )*(?:best|good) practices?"
    r"|(?:follow|adhere to|comply with|stick to) (?:the |our |all |established |existing "
    r"|documented"
    r" |correct )*(?:process(?:es)?|procedures?|guidelines|rules|standards)"
    r"|lessons (?:will be |to be |have been |were |should be )?(?:learn(?:ed|t)|shared)"
    r"|learn from (?:this|it|our|the|these)\b|be on the look-?out"
    r"|do (?:it |this )?better next time|have a think"
)
# Attends to something that is named, without saying what will come of it.
_LOOSE = wording(
    r"(?:keep (?:an?|our) (?:\w+ )?(?:eye|watch) on|look (?:more closely )?(?:into|at)|work on"
    r"|have (?:a|another) (?:\w+ )?look at|think about|reflect on|be aware of|stay on top of)\b"
    r"(?! (?:why|whether|how|adding|using|moving|replacing|splitting))"
)
_LOOSE_WORDS = 2
_WITH_PARTNER = wording(
    r"(?:work|liaise|engage|collaborate|coordinate|speak|talk) (?:more )?(?:closely |together "
    r")?with "
    r"(?:the |our )?(?:[\w&-]+ )?(?:vendors?|suppliers?|providers?|partners?|teams?"
    r"|stakeholders)\W*"
    r"(?:(?:to|on|for|about) (?P<what>.*))?$"
)
# In running text only what is a promise whatever stands around it.
_ANYWHERE = wording(
    r"\b(?:(?:will|must|should|shall|needs? to|has to|have to|going to|asked to|reminded to|told to"
    rf"|urged to|advised to|instructed to|committed to|to) (?:please )?(?:{_CAREFUL}|{_CULTURE})"
    rf"|(?:will|must|should|we|to|and) {_NOT_AGAIN}(?: again| in future)?"
    r"|lessons (?:will be|have been) learn(?:ed|t))\b"
)
# Who, until when and where it is tracked; the rest is the action.
_TAIL = wording(
    r"(?:(?<![\s(\[,;:.|–—-])[\s(\[,;:.|–—-]+)?\b(?:(?:action )?owner|assigned|assignee|due"
    r"|by (?:\d|the end|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
    r"|next|q[1-4]|end|eo[mqy])|deadline|ticket|jira|see\b|responsible:|who:|status).*$"
    r"|(?<!\s)\s*(?:@\w.*|[(\[][^()\[\]]{0,200}[)\]]\W{0,9}|\|.*)$"
    r"|(?<!\s)\s+[–—-]\s+(?:[A-Z][\w&-]*\s?){1,4}(?:,.*)?$"
)
_LEAD = wording(
    r"\W*(?:(?:action|todo|next steps?|recommendation)(?: \d+)? ?[:.] )?(?:to |going forward,? )?"
    r"(?:(?:we|everyone|everybody|all(?: \w+)?|(?:[\w&-]+ ){0,2}(?:teams?|engineers?|staff|users"
    r"|operations|colleagues|management)) (?:to|will|shall|should|must|needs? to|have to) )?"
    r"(?:please |should |must |will |need to |continue to |always )*"
)
_SPAN = wording(
    r"\b(?:for|over|during|in|within) (?:the )?(?:next |coming |following )?\d{1,2} "
    r"(?:hours|days|weeks|months)\b"
)
# Tells something, where an action directs.
_TELLS = wording(
    r"\b(?:was|were|had|did|didn't|has|have|could|would|went|took|(?:is|are)(?! to\b))\b|\?|:\s*$"
)
# "Monitoring" alone is a heading.
_HEADS = wording(r"\W*\w+(?:ing|ion|ment|ness)\W*")


def is_vague(action: str) -> bool:
    """True for the words of an action that is vague as a whole."""
    core = _SPAN.sub("", instruction(_TAIL.sub("", action)))
    core = core[len(lead.group()) :] if (lead := _LEAD.match(core)) else core
    if CONCRETE.search(core) or _HEADS.fullmatch(core):
        return False
    if _WISH.match(core):
        return True
    if _TELLS.search(core):
        return False
    if partner := _WITH_PARTNER.match(core):
        return _is_general(f"improve {partner['what'] or ''}")
    if loose := _LOOSE.match(core):
        return len(frozenset(analyse(core[loose.end() :])) - _EVERYTHING) <= _LOOSE_WORDS
    return _is_general(core)


def _is_general(words: str) -> bool:
    terms = frozenset(analyse(words))
    return any(terms & soft and terms <= soft | objects for soft, objects in _EMPTY)


def check(document: Document) -> Iterator[Match]:
    """Actions that are vague as a whole, and vague promises anywhere."""
    for unit in document.units:
        words = document.prose(unit)
        if unit.part is Part.ACTION and is_vague(words.text):
            yield _match(*words.span(0, len(_TAIL.sub("", words.text))))
        elif (found := _ANYWHERE.search(words.text)) and not CONCRETE.search(
            words.text[found.end() :]
        ):
            yield _match(*words.span(found.start(), found.end()))


def _match(start: int, end: int) -> Match:
    return Match(
        start,
        end,
        "This action cannot be seen done: it names no change.",
        "What exactly will be changed, on what, and how will you see that it is done?",
    )


RULE = Rule(
    id="vague-action",
    title="Vague action",
    reason="Nobody can say when it is done, so it is never done and the cause stays.",
    good="## Actions\n- Alert the storage team when /data is more than 80 % full",
    bad="## Actions\n- Monitor it closely going forward",
    severity=Severity.WARNING,
    check=check,
)
