"""Actions that nobody can do, or see done."""

from collections.abc import Iterator

from assistant.services.drafting.wording import Part
from assistant.services.linting.document import Document
from assistant.services.linting.rule import Match, Rule, Severity
from assistant.services.linting.wording import wording

# The whole clause must be one of these with nothing but fillers: "improve monitoring of the
# queue length" says what to do.
_THING = (
    r"(?:,?(?: and| or)? (?:the|our|this|these|that|it|them|all|its|overall|general|internal|any"
    r"|systems?|situation|services?|application|servers?|platform|issues?|problems?|environment"
    r"|process(?:es)?|procedures?|performance|infrastructure|monitoring|alerting|logging"
    r"|documentation|communications?|testing|collaboration|quality|resilience|stability"
    r"|reliability|visibility|observability|awareness|training|security|teams?|users|staff"
    r"|everyone|people|engineers|matter|(?:root )?causes?|incident|knowledge))*"
)
_FILLERS = (
    r"(?:(?:,| and| or| closely| carefully| further| in future| in the future| going forward"
    r"| more(?: closely| carefully| often)?| better| regularly| continuously| constantly| daily"
    r"| for now| in general| overall| where possible| if possible| as needed| if needed"
    r"| as appropriate| next time| again| from now on| properly| in detail| deeper| actively"
    r"| for (?:any )?(?:re-?currence|similar issues|issues|changes)| over the next few days"
    r"| over time| internally| as soon as possible| asap| where needed| when needed"
    r"| of (?:the|our|this) (?:system|service|platform|issue|problem|situation|process)))*"
)
_VERB = (
    r"(?:(?:continue to|keep) monitor(?:ing)?|monitor|keep an eye on|watch|observe|track"
    r"|investigate|look into|analy[sz]e|examine|research|review|improve|enhance|increase|strengthen"
    r"|better|optimi[sz]e|raise|train|re-?train|educate|remind|inform|check|double[- ]check"
    r"|discuss|consider|explore|think about|be aware of|work on|address|communicate|update"
    r"|try to improve|look at|revisit|tidy up|clean up|handle|manage)"
)
_LEAD = (
    r"(?:(?:action|todo|next steps?)(?: \d+)? ?[:.] |to |we (?:will|should|need to|must|plan to) "
    r"|(?:the )?(?:[\w&-]+ )?(?:team|engineers?|everyone|staff|users|operations|all)"
    r" (?:to|will|should|must|needs? to) |please |should |will |need to )?"
)
_GENERIC = rf"{_VERB}{_THING}{_FILLERS}"
_PHRASE = (
    r"(?:to )?(?:be (?:more )?(?:careful|cautious|vigilant|attentive|diligent)|take (?:more"
    r"|greater)"
    r" care|pay (?:more|closer|better) attention|raise (?:the )?awareness|(?:make sure|ensure)"
    r" (?:that )?(?:this|it|such (?:an? )?(?:incidents?|issues?)|the (?:issue|problem|incident))"
    r" (?:does not|doesn't|will not|won't|cannot|can't|never) (?:happen|occur|recur|repeat)(?:s)?"
    r"|prevent (?:this|it|re-?currence|such incidents)(?: from (?:happening|occurring|recurring))?"
    r"|avoid (?:this|such (?:incidents|issues|mistakes)|similar (?:incidents|issues))"
    r"|lessons (?:will be|to be|have been|were) learn(?:ed|t)|learn from (?:this|it|mistakes)"
    r"|follow best practices?|apply best practices?|follow the (?:process|procedure)"
    r"|more (?:testing|training|monitoring|care|documentation|awareness|communication)"
    r"|(?:better|improved|additional|further|enhanced) (?:testing|training|monitoring|alerting"
    r"|documentation|communication|planning|coordination|investigation))"
    r"(?: (?:with|about|of|for|when|during|in|among|across) (?:the )?(?:migrations?|changes?"
    r"|deployments?|future"
    r"|users?|staff|upgrades?|everyone|all teams|the team|teams?|work|this|releases?|issue))?"
)
_WHOLE = wording(rf"\W*{_LEAD}(?:{_PHRASE}|{_GENERIC}){_FILLERS}\W*")
# In running text only what is a promise whatever stands around it.
_ANYWHERE = wording(
    r"\b(?:(?:will|must|should|needs? to|need to|has to|have to|going to|asked to|reminded to"
    r"|told to|advised to|to) (?:please )?(?:be more (?:careful|vigilant|cautious|attentive)"
    r"|take (?:more|greater) care|pay more attention)"
    r"|(?:will|must|should|we|to|and) (?:make sure|ensure) (?:that )?(?:this|it"
    r"|such an? \w+) (?:does"
    r" not|doesn't|will not|won't|never|cannot) (?:happen|occur)s?(?: again| in future)?"
    r"|lessons (?:will be|have been) learn(?:ed|t))\b"
)
# Who, until when and where it is tracked; the rest is the action.
_TAIL = wording(
    r"(?:(?<![\s(\[,;:.|–—-])[\s(\[,;:.|–—-]+)?\b(?:(?:action )?owner|assigned|assignee|due"
    r"|by (?:\d|the end|mon|tue|wed|thu"
    r"|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|next|q[1-4])|deadline|ticket"
    r"|jira|see\b|responsible|who:|status).*$"
    r"|(?<!\s)\s*(?:@\w.*|[(\[][^()\[\]]{0,200}[)\]]\W{0,9}|\|.*)$"
    r"|(?<!\s)\s+[–—-]\s+(?:[A-Z][\w&-]*\s?){1,4}(?:,.*)?$"
)


def is_vague(action: str) -> bool:
    """True for the words of an action that is vague as a whole."""
    return bool(_WHOLE.fullmatch(_TAIL.sub("", action)))


def check(document: Document) -> Iterator[Match]:
    """Actions that are vague as a whole, and vague promises anywhere."""
    for unit in document.units:
        words = document.prose(unit)
        if unit.part is Part.ACTION and is_vague(words.text):
            yield _match(*words.span(0, len(_TAIL.sub("", words.text))))
        elif found := _ANYWHERE.search(words.text):
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
