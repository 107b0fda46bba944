"""What a text says without what it warns of, names, describes or asks about.

A folded text has one blank between words, a line break between clauses, and a blank around
commas and code marks.
"""

import re

from assistant.services.drafting.spotlight import without_unseen

_LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\([^()\s]{1,300}\)")
_MARKS = re.compile(r"\*\*|__|~~")
_CLAUSE_END = re.compile(r"[.;:!?]+(?=[ \n]|$)| [-–—]+ |\n+")


def folded(text: str) -> str:
    """The text in one form whatever its markup; unseen characters and look-alikes go."""
    plain = without_unseen(text).replace("’", "'")
    plain = _MARKS.sub("", _LINK.sub(r"\1", plain))
    plain = plain.replace("`", " ` ").replace(",", " , ")
    plain = "\n".join(" ".join(line.split()) for line in plain.split("\n"))
    return _CLAUSE_END.sub(lambda end: "?\n" if "?" in end.group() else "\n", plain).strip("\n ")


_RISKY_WORD = (
    r"(?:delet|remov|eras|wip|purg|drop|truncat|format|destroy|terminat|re-?start|reboot|stop|"
    r"shut|kill|reset|restor|overwrit|drain|evict|fail[- ]?over|failing over|promot|revok|rotat|"
    r"disabl|turn|switch|upgrad|migrat|scal|force|clear|empty|flush|bounc|power|re-?imag|chang|"
    r"open|modif|renew|replac|rm\b|kubectl|terraform|git|systemctl|helm|aws|`)"
)
_NOT = (
    r"(?:do not|don't|dont|never|must not|mustn't|should not|shouldn't|may not|cannot|can't|"
    r"could not|couldn't|not (?:be )?(?:necessary|required|needed) to|no need to|need not|not to|"
    r"no need for|refrain from|(?:fails?|failed|unable) to|under no circumstances|"
    r"in no case)(?: (?:ever|yet|manually|directly|also|be|run|use|try to|attempt to|"
    r"execute|you|a|the|any)\b)*"
)
_WITHOUT = (
    r"(?:without|avoid(?:ed|ing|s)?|instead of|rather than|prevent(?:s|ed|ing)?)"
    r"(?: (?:the|a|an|any|another|having to|needing to|further|all)\b)*"
)
_WARNING = re.compile(
    rf"\b(?:{_NOT}|{_WITHOUT}) (?={_RISKY_WORD})"
    r"[^\n,]*?(?=\n| ,|$| (?:but|then|and|by|so|because|if|when|instead)\b)",
    re.IGNORECASE,
)
# "Not before …", "not unless …": an instruction with a condition.
_CONDITION = re.compile(r"\b(?:until|unless|before|except|only)\b", re.IGNORECASE)


def without_warnings(text: str) -> str:
    """The text without the clauses that say what not to do ("do not restart the database")."""
    return _WARNING.sub(
        lambda found: found.group() if _CONDITION.search(found.group()) else "(warning)", text
    )


# Words that look like an act and are none, by what follows them.
_NOUNS = re.compile(
    r"https?://\S{1,500}|"
    r"\bre-?starts?(?= (?:counts?|counters?|loops?|polic(?:y|ies)|rates?|reasons?|buttons?|history|"
    r"times?|timestamps?|limits?|events?|back-?off)\b)|"
    r"\breboot(?= (?:history|reason|time|loop|event|schedule|prompt)\b)|"
    r"\b(?:failover|switchover)(?= (?:cluster|partner|status|state|history|mode|group|time|policy|"
    r"log|logs|events?|configuration|pair|link)\b)|"
    r"\bpassword reset(?= (?:button|links?|page|e-?mails?|portal|tool|form|policy|code)\b)|"
    r"\bdelet(?:e|ed|ion)(?= (?:items?|markers?|flags?|buttons?|permissions?|requests?)\b)|"
    r"\b(?:drain|shutdown)(?= (?:timeouts?|status|time|reasons?|events?|hooks?|procedure)\b)|"
    r"\bstop(?:ped|ping)?(?= (?:\w{2,20}ing|to|at|code)\b)|"
    r"(?<=\ba )clean\b|(?<=for )decommission\b",
    re.IGNORECASE,
)
# "The deleted file", "of restored data": an adjective tells of the past.
_ADJECTIVE = re.compile(
    r"\b(?:the|an?|any|all|each|every|of|for|from|with|no|your|their|its|newly|recently|"
    r"previously|accidentally) (?:\w{2,20}ly )?(?:deleted|dropped|removed|restored|restarted|"
    r"rebooted|disabled|drained|revoked|truncated|terminated|evicted|overwritten|rotated|wiped|"
    r"stopped|destroyed|renewed|replaced|changed|updated|blocked|allowed|whitelisted)(?= \w)",
    re.IGNORECASE,
)
# What a check asks about, up to the next instruction, and what a condition supposes.
_ASKED = re.compile(
    r"\b(?:check|verif|confirm|see|look|find|determin|identif|inspect|review|investigat|"
    r"understand|validat|list|show|search|compar|ask)\w{0,5}\b[^\n,]{0,30}?\b(?:if|whether|that|"
    r"when|why|who|which|what|how|any\w{0,5})\b(?P<told>[^\n,]*?)(?=\n| ,|$| then\b|"
    r" and (?!\w{1,20}(?:ed|ing)\b))",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:if|whether|why|unless)\b[^\n,]{0,60}? (?:is|are|was|were|been|being|gets?|got)"
    r"(?P<told>(?: \w{2,20}ly| just| already)? \w{2,20}(?:ed|en|set|down|off)\b)",
    re.IGNORECASE,
)
# "Was the job restarted last night?"
_QUESTION = re.compile(
    r"(?:^|(?<=\n))(?:is|are|was|were|has|have|had|which|who|what|when|why|"
    r"how)\b(?P<told>[^\n?]{1,300})\?",
    re.IGNORECASE,
)
_INFLECTED = re.compile(r"\b\w{2,20}(?:ed|ing)\b|\b(?:been|was|were|got|is|are) \w+", re.IGNORECASE)


def without_reports(text: str) -> str:
    """The text without words that only name, describe or ask about a risky thing."""
    text = _ADJECTIVE.sub("(adjective)", _NOUNS.sub("(noun)", text))
    for pattern in (_ASKED, _SUPPOSED, _QUESTION):
        text = pattern.sub(_untold, text)
    return text


def _untold(found: re.Match[str]) -> str:
    start = found.start("told") - found.start()
    end = found.end("told") - found.start()
    whole = found.group()
    return whole[:start] + _INFLECTED.sub("(report)", found["told"]) + whole[end:]
