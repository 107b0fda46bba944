"""A corrective action read for what makes it one: who, until when, and how success shows.

Closed lists of wording, no model. What is not said in a known way counts as not said, so
each part is text of the action itself or ``None``.
"""

import re
from dataclasses import dataclass

from assistant.services.action_strength import Strength, strength
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
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTHS},?(?: \d{{4}})?"
    rf"|{_MONTHS} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?(?!\d))"
)
_PERIOD = (
    rf"(?:(?:the )?(?:end|middle|start|beginning|close) of (?:the |this |next )?"
    rf"(?:week|month|quarter|year|sprint|iteration|{_MONTHS}|q[1-4])(?: \d{{4}})?"
    rf"|(?:(?:early|mid|late)[ -])?{_MONTHS}(?: \d{{4}})?|q[1-4](?: \d{{4}})?|eo[wmqy]\b"
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
        r"\b(?:due|deadline|target date|eta|finish(?:ed)? by|(?:no|not) later than)\b(?: date)?"
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
    rf"(?:[(\[|–—,;]|(?<=\s)-) ?(?P<date>{_CALENDAR}|q[1-4] \d{{4}}) ?(?:[)\]|–—]|$|\.$)",
    re.IGNORECASE,
)

_ROLE = (
    r"(?:teams?|squad|guild|group|desk|lead|leads|manager|owner|engineers?|administrators?|admins?"
    r"|architects?|officer|on[- ]call|operations|ops|sre|devops|dbas?|noc|soc|supplier|vendor"
    r"|helpdesk|board|department|office)"
)
_NAME = r"[A-Z][\w'-]+(?: (?:[A-Z][\w'-]+|[A-Z]\.)){0,2}"
_TEAM = rf"(?:[\w&/-]+ ){{0,3}}?{_ROLE}"
_LABELLED_OWNER = re.compile(
    r"(?:(?i:\b(?:action )?(?:owner|assignee|responsible(?: person)?|lead|accountable|who)\b ?[:=]"
    r"|\b(?:action )?owner(?= (?-i:[A-Z]))"
    r"|\b(?:assigned to|owned by|responsibility of|responsible is|owner is|for action by)\b)) ?"
    r"(?:the )?(?P<owner>@?[^,;|()\[\]:.–—]{2,40}?)"
    r"(?= ?(?:[,;|()\[\].–—]|$| (?:by|due|before|until|on|in)\b| - ))"
)
_HANDLE = re.compile(r"(?<![\w./])@(?P<owner>[A-Za-z][\w.-]{1,30})(?<!\.)")
_ACTS = re.compile(
    rf"^(?:(?:action|ai)[ \d.:-]*)?(?:[Tt]he )?(?P<owner>{_TEAM}|{_NAME})"
    r"(?: (?:to|will|shall|must|should|is to|are to|needs to|need to)\b|:)"
)
_BY_TEAM = re.compile(
    rf"\b(?:will|to|shall|should|must"
    rf"|is to) be \w+ by (?:the )?(?P<owner>(?:[\w&/-]+ ){{1,3}}?{_ROLE})\b",
    re.IGNORECASE,
)
_NOT_OWNERS = re.compile(
    r"(?:we|someone|somebody|everyone|all|it|this|that|they|tbd|tbc|n/?a|none|unassigned|unknown"
    r"|nobody|\?+|-+|to|the team|team|engineers|owner|teams|action|actions|ticket|alerts?"
    r"|how|what|who|where|when|why|nobody|speak|talk|listen|reply|move|switch|migrate|upgrade"
    r"|change"
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
    r"|verified when|proven by|proof|evidence)\b(?: is)? ?(?:[:=] ?|(?<=by) |(?<=when) )"
    r"(?P<measure>[^;|()]{3,160}?)(?=[;|()]|$|\.(?:\s|$))",
    re.IGNORECASE,
)
_AMOUNT = r"(?:\d[\d.,]*|zero|one|two|three|five|ten|no)"
_UNIT = (
    r"(?: ?(?:%|percent|(?!(?:before|by|until|on|in|and|or|for|with|after|per)\b)[\w-]+))?"
    r"(?: (?:per|a|an) \w+)?"
)
_COMPARED = re.compile(
    rf"\b(?P<measure>(?:below|under|less than|fewer than|at most|no more than|at least|more than"
    rf"|not more than|above|over|down to|to)\b (?=\d|zero)"
    rf"{_AMOUNT}{_UNIT}"
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
            owner = _clean(match["owner"])
            if owner and not _NOT_OWNERS.fullmatch(owner) and not _is_date(owner):
                return owner
    return None


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
