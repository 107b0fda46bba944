"""A corrective action read for what makes it one: who, until when, and how success shows.

Closed lists of wording, no model. What is not said in a known way counts as not said, so
each part is text of the action itself or ``None``.
"""

import re
from dataclasses import dataclass

from assistant.services.action_strength import Strength, strength
from assistant.services.action_verbs import DOES, OPENS
from assistant.services.verification.folding import tidy


@dataclass(frozen=True, slots=True)
class ActionDetails:
    """What an action says of itself, each part in its own words; ``None`` where it is silent.

    ``check`` is when somebody looks whether the action worked.
    """

    owner: str | None = None
    due: str | None = None
    measure: str | None = None
    check: str | None = None
    strength: Strength | None = None


def action_details(text: str) -> ActionDetails:
    """The parts of one action: a sentence, a list item or a table row. Never fails."""
    said = tidy(text).replace("’", "'")
    checked = _CHECK.search(said)
    rest = said if checked is None else f"{said[: checked.start()]} ; {said[checked.end() :]}"
    owner = _owner(rest)
    return ActionDetails(
        owner=owner,
        due=_due(rest),
        measure=_measure(said),
        check=_clean(checked["date"]) if checked else None,
        strength=strength(_instruction(rest, owner)),
    )


def instruction(text: str) -> str:
    """An action without who shall do it: "Ruth to add a limit" gives "add a limit"."""
    return _instruction(text, _owner(text))


def missing(details: ActionDetails) -> tuple[str, ...]:
    """What an action needs and does not name, in words; empty where nothing is missing."""
    parts = (
        ("an owner", details.owner),
        ("a due date", details.due),
        ("a measure of success", details.measure),
    )
    return tuple(name for name, value in parts if value is None)


_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_NUMBER = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_CALENDAR = (
    rf"(?:\d{{4}}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)?[ -]{_MONTHS},?(?:[ -]\d{{2,4}})?"
    rf"|\d{{1,2}}\.\d{{1,2}}\.(?!\d)"
    rf"|{_MONTHS} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?(?!\d))"
)
_PERIOD = (
    rf"(?:(?:the )?(?:end|middle|start|beginning|close)(?: of)? (?:the |this |next )?"
    rf"(?:week|month|quarter|year|sprint|iteration|{_MONTHS}|q[1-4])(?: \d{{4}})?"
    rf"|(?:(?:early|mid|late)[ -])?{_MONTHS}(?: \d{{4}})?|[qh][1-4](?:[ /]\d{{2,4}})?|eo[wmqyd]\b"
    rf"|\d{{4}}[ -]?q[1-4]|(?:kw|cw|wk|week|w/[ce]|week commencing|week ending) ?(?:\d{{1,2}}\b"
    rf"|{_CALENDAR})"
    rf"|(?:this |next |the next |the current |current |the coming |coming )?"
    rf"(?:week|month|quarter|sprint|iteration|release)\b(?: \d+)?"
    rf"|(?:next |this )?{_DAY}|today|tomorrow|christmas|year[- ]end|month[- ]end)"
)
_SPAN = rf"{_NUMBER} (?:working |business |calendar )?(?:days?|weeks?|months?|sprints?|quarters?)"
_WHEN = rf"(?:(?:{_DAY},? )?{_CALENDAR}|{_PERIOD}|{_SPAN})"

_CHECK = re.compile(
    rf"(?:\b(?:effectiveness|efficacy)\b[^.;|]{{0,40}}?"
    rf"|\b(?:re-?check|check(?:ed)? again|review(?:ed)? again|re-?measured?"
    rf"|follow[- ]?up (?:review|check)|(?:measured?|verif(?:y|ied)|reviewed|check(?:ed)?)"
    rf"(?= (?:on|in|after) (?:the )?(?:\d|{_NUMBER} (?:days?|weeks?|months?))))\b[^.;|]{{0,30}}?)"
    rf"(?:[:,]|\b(?:on|in|at|after|by|from|until)\b)? ?(?P<date>{_WHEN})",
    re.IGNORECASE,
)

# The surest wording first: "certificates that expire in Q3" names a date that is not due.
_DUE = tuple(
    re.compile(rf"{words}(?P<date>{_WHEN})", re.IGNORECASE)
    for words in (
        r"\b(?:due|deadline|target date|(?:target|completion|delivery|end) date|eta|ecd"
        r"|finish(?:ed)? by"
        r"|(?:planned|scheduled|targeted|target|set|committed) (?:for|by)|(?:no|not) later than"
        r"|go[- ]live)\b(?: date)?"
        r"(?: is)?(?: by| on| in| at)?:? ?",
        r"\b(?:by|before|until|till)\b (?:the )?",
        r"(?<!expire )(?<!expires )(?<!expiring )\bwithin (?:the next )?"
        r"(?=[^.;]{1,12}(?:day|week|month|sprint|quarter))",
        r"\b(?:in|during|for) (?=(?:the |this )?(?:next|coming|current|this) (?:week|month|quarter"
        rf"|sprint|iteration)|sprint \d|q[1-4]|{_MONTHS} \d{{4}})",
    )
)
# A date on its own where people put it: in brackets, in a cell, behind a dash or at the end.
_PLACED = re.compile(
    rf"(?:[(\[|–—,;]|(?<=\s)-) ?(?P<date>{_CALENDAR}|[qh][1-4](?:[ /]\d{{2,4}})?|(?:kw|cw|week) "
    rf"?\d{{1,2}}"
    rf"|{_MONTHS}(?: \d{{4}})?|end of [\w ]{{3,20}}|next (?:sprint|week|month|quarter)) ?(?:[)\]"
    rf"|–—,;]|$|\.$|\. )",
    re.IGNORECASE,
)

_ROLE = (
    r"(?:teams?|squad|guild|group|desk|lead|leads|manager|owner|engineers?|administrators?|admins?"
    r"|architects?|officer|on[- ]call|operations|ops|sre|devops|dbas?|noc|soc|supplier|vendor"
    r"|helpdesk|service ?desk|board|department|office|support|shift|crew|unit|tribe|chapter|staff"
    r"|coordinator|director|supervisor|technicians?|analysts?|developers?|(?-i:IT)|procurement"
    r"|facilities|infosec|secops|netops)"
)
_NAME = r"[A-Z][\w'-]+(?: (?:[A-Z][\w'-]+|[A-Z]\.)){0,2}"
_TEAM = rf"(?:[\w&/-]+ ){{0,3}}?{_ROLE}"
_LABELLED_OWNER = re.compile(
    r"(?:(?i:\b(?:action )?(?:owner|assignee|responsible(?: person| team)?|lead|accountable|who|dri"
    r"|actionee|assigned|action on|with)\b ?[:=]"
    r"|\b(?:action )?owner(?= (?-i:[A-Z]))"
    r"|\b(?:assigned to|owned by|responsibility of|responsible is|owner is|for action by|(?:led"
    r"|tracked|picked up) by|accountable is)\b ?:?)) ?"
    r"(?:the )?(?P<owner>@?(?:[A-Z]\. ?){0,2}[^,;|()\[\]:.–—]{2,40}?)"
    r"(?= ?(?:[,;|()\[\].–—]|$| (?:by|due|before|until|on|in)\b| - ))"
)
_HANDLE = re.compile(r"(?<![\w./])@(?P<owner>[A-Za-z][\w.-]{1,30})(?<!\.)")
_ACTS = re.compile(
    rf"^(?:(?:action|ai)[ \d.:-]*)?(?:[Tt]he )?(?:(?P<owner>{_TEAM}|{_NAME}(?: and {_NAME})?)"
    r"(?: \([^()]{2,40}\))?"
    r" (?:to|will|shall|must|should|is to|are to|needs to|need to|takes? on|(?:is|are) going to)\b"
    r"(?! (?:be|have been|the|an?|fail|pass|fire)\b)"
    # "Distribution: all sites" is a topic; an instruction behind it tells of a person.
    rf"|(?P<named>{_TEAM}|{_NAME}(?: and {_NAME})?)(?: ?:| [-–—]) ?(?:to |will )?(?=(?i:{OPENS})\b)"
    rf"|(?P<doer>{_TEAM}) (?={DOES}\b))"
)
# Endings of what is done or owned; no person and no team is called so.
_TOPIC = re.compile(
    r"(?:\w+(?:tion|sion|ing|ment|ity|ness|ance|ence|ency|ancy|ture|ship|age|ology|ics|ability"
    r"|ware|base|board|list|work|flow|line|ate|[^aeious]ts|ors|ers|tes|les|ies|ays|aths?)"
    r"|(?-i:[A-Z]{2,}\d*)|impact|scope|goal|summary|backup|restore|email|mail|dns|cloud|code|tools?"
    r"|docs?|people|culture|vendor|customer|certificate|capacity|firewall|queue|cluster|server"
    r"|database|disk|api|portal|contract|policy|rollback|failover|release|alert|runbook|script"
    r"|pipeline|job|service|system|application|gateway|user|phase \w+|step \w+"
    r"|priority|high|medium|low|critical|immediate|part \w+|option \w+|mandatory|optional|people)",
    re.IGNORECASE,
)
_IS_TEAM = re.compile(rf"(?:{_TEAM}|.* and .*)", re.IGNORECASE)
_BY_TEAM = re.compile(
    rf"\b(?:will|to|shall|should|must"
    rf"|is to) be \w+ by (?:the )?(?P<owner>(?:[\w&/-]+ ){{1,3}}?{_ROLE})\b",
    re.IGNORECASE,
)
_NOT_OWNERS = re.compile(
    r"(?:we|someone|somebody|everyone|all|it|this|that|they|tbd|tbc|n/?a|none|unassigned|unknown"
    r"|nobody|\?+|-+|to|the team|team|engineers|owner|teams|action|actions|ticket|alerts?"
    r"|how|what|who|where|when|why|nobody|speak|talk|listen|reply|move|switch|migrate|upgrade"
    r"|change|adhere|comply|stick|listen|proceed|relate|respond|subscribe|turn"
    r"|go|return|write|add|need|try|plan|refer|subscribe|connect|point|apply|send|respond|want|look"
    r"|agree|continue|aim|update|limit|reduce|increase|due|decided?|ready|able|extend|roll|restrict"
    r"|fail|report|escalate|commit|access|get|attempt|consider|going|remember|prior|next"
    r"|monitoring|runbooks?|note|todo|done|prevent|detect|mitigate|process|fix|short[- ]term"
    r"|long[- ]term|medium[- ]term|follow[- ]?up|next steps?|improvements?|technical)",
    re.IGNORECASE,
)
# In brackets, a cell or behind a dash: "(Network team, 14 August)", "| Ruth Meyer |".
_PLACED_OWNER = re.compile(
    rf"(?:[(\[|–—]|(?<=\s)-) ?(?P<owner>{_NAME}|(?:the )?(?:[\w&/-]+ ){{0,3}}?{_ROLE})"
    r"(?= ?(?:[)\]|,;–—]|$|\.$| -))"
)

_LABELLED_MEASURE = re.compile(
    r"\b(?:measures? of success|success (?:measure|criteri(?:on|a)|metric)s?"
    r"|acceptance(?: criteria)?"
    r"|measured? by|measure|kpi|metric|target|goal|success|done when|complete when|verified by"
    r"|verified when|prove[nd] by|proof|evidence|(?:accepted|closed|closes|finished|validated"
    r"|successful|passes|passed|works|proven|signed off|ok) (?:when|once|if)|(?:done|complete) once"
    r"|(?:validated|confirmed|tested|checked|shown|demonstrated|evidenced|tracked) by"
    r"|definition of done|exit criteri(?:on|a)|pass criteri(?:on|a)|acceptance test|outcome"
    r"|expected result|result|effect|verification|validation|we know it works|so that we see)\b"
    r"(?: is)? ?(?:[:=] ?|(?<=by) |(?<=when) |(?<=once) |(?<=if) )"
    r"(?P<measure>[^;|()]{3,160}?)(?=[;|()]|$|\.(?:\s|$))",
    re.IGNORECASE,
)
_AMOUNT = r"(?:\d[\d.,]*|zero|one|two|three|five|ten|no)"
_UNIT = (
    r"(?: ?(?:%|percent|(?!(?:before|by|until|on|in|and|or|for|with|after|per)\b)[\w-]+))?"
    r"(?: (?:per|a|an) \w+)?"
)
_COMPARED = re.compile(
    rf"(?:\b|(?=[<>≤≥]))(?P<measure>(?:below|under|less than|fewer than|at most|no more than|at "
    rf"least|more than"
    rf"|not more than|above|over|down to|to)\b (?=\d|zero)"
    rf"{_AMOUNT}{_UNIT}"
    rf"|[<>≤≥]=? ?{_AMOUNT}{_UNIT}"
    rf"|within {_AMOUNT} ?(?:s|seconds?|min|minutes?|h|hours?)\b"
    rf"|(?:for|over) {_AMOUNT} (?:days?|weeks?|months?) without\b[^.;|]{{0,60}}"
    rf"|(?:no|zero|without) [\w -]{{3,40}} (?:for|in|over|during) (?:the next )?{_NUMBER}"
    rf" (?:days?|weeks?|months?|quarters?)"
    rf"|(?:every|all|each) [^.;|]{{3,50}} (?:pass(?:es)?|succeeds?|(?:is|are) covered))",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:when|if|once|whenever|as soon as|alert\w*|alarm\w*|set|limit\w*|increas\w+|rais\w+"
    r"|scal\w+|upgrad\w+|updat\w+|that|which|configur\w+|cap)\b",
    re.IGNORECASE,
)


def _owner(text: str) -> str | None:
    for pattern in (_LABELLED_OWNER, _HANDLE, _ACTS, _BY_TEAM, _PLACED_OWNER):
        for match in pattern.finditer(text):
            owner = _clean(next(filter(None, match.groups()), ""))
            known = pattern in (_LABELLED_OWNER, _HANDLE)
            if owner and (known or _is_somebody(owner)) and not _is_nobody(owner):
                return owner
    return None


def _is_somebody(text: str) -> bool:
    """True for what may be a person or a team, by its last word."""
    topic = _TOPIC.fullmatch(text.rsplit(" ", 1)[-1]) or _TOPIC.fullmatch(text)
    return bool(_IS_TEAM.fullmatch(text)) or topic is None


def _is_nobody(text: str) -> bool:
    return bool(_NOT_OWNERS.fullmatch(text)) or _is_date(text)


def _is_date(text: str) -> bool:
    return re.fullmatch(_WHEN, text, re.IGNORECASE) is not None


def _due(text: str) -> str | None:
    found = (pattern.search(text) for pattern in (*_DUE, _PLACED))
    return next((_clean(match["date"]) for match in found if match), None)


def _measure(text: str) -> str | None:
    if match := _LABELLED_MEASURE.search(text):
        return _clean(match["measure"])
    for match in _COMPARED.finditer(text):
        # "Alert when the disk is above 80 %" says when to alert, not when the action worked.
        clause = re.split(r"[.;,|]", text[: match.start()])[-1]
        if not _CONDITION.search(clause):
            return _clean(match["measure"])
    return None


def _clean(text: str) -> str:
    return text.strip(" .,;:()[]|-–—")


def _instruction(text: str, owner: str | None) -> str:
    """The action without who shall do it."""
    acts = _ACTS.match(text) if owner else None
    return text[acts.end() :] if acts else text
