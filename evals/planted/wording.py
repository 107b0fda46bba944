"""Closed lists of words that changes are made with."""

import re

COUNTS = "zero one two three four five six seven eight nine ten eleven twelve".split()
MONTHS = (
    "January February March April May June July August September October November December".split()
)
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()

# Past → infinitive of verbs that take an object, as operations people use them.
TRANSITIVE = {
    "restarted": "restart", "deleted": "delete", "removed": "remove", "increased": "increase",
    "reduced": "reduce", "changed": "change", "updated": "update", "upgraded": "upgrade",
    "installed": "install", "renewed": "renew", "disabled": "disable", "enabled": "enable",
    "added": "add", "created": "create", "blocked": "block", "replaced": "replace",
    "reported": "report", "noticed": "notice", "raised": "raise", "applied": "apply",
    "reverted": "revert", "deployed": "deploy", "affected": "affect", "filled": "fill",
    "fixed": "fix", "resolved": "resolve", "rebooted": "reboot", "cleared": "clear",
    "identified": "identify", "triggered": "trigger", "exhausted": "exhaust", "lost": "lose",
    "rejected": "reject", "refused": "refuse", "moved": "move", "stopped": "stop",
    "started": "start", "expired": "expire", "failed": "fail", "crashed": "crash",
    "confirmed": "confirm", "rolled": "roll", "set": "set", "used": "use", "caused": "cause",
    "received": "receive", "drained": "drain", "scaled": "scale", "restored": "restore",
    "rebuilt": "rebuild", "ran": "run", "found": "find", "took": "take", "kept": "keep",
}  # fmt: skip

# Those of them that can be turned into the passive.
DONE_TO = tuple(
    past
    for past in TRANSITIVE
    if past not in ("expired", "failed", "crashed", "set", "caused", "started", "kept", "rolled")
)

_KEPT_CAPITAL = re.compile(r"^(?:I\b|[A-Z]{2}|[A-Z]\w*[A-Z0-9]|[A-Z]\w+ [A-Z])")
_FUNCTION = re.compile(
    r"^(?:The|A|An|This|These|Those|That|It|They|We|Our|All|Some|Users?|Customers?|Because|After"
    r"|At|When|In|On|One|Two|Three|Four|No|New|[A-Z][a-z]+(?:ed|ing|tion|ment|ly))\b"
)


def lowered(text: str) -> str:
    """A text as it stands inside a sentence: only words that are no name lose their capital."""
    small = _FUNCTION.match(text) and not _KEPT_CAPITAL.match(text)
    return text[:1].lower() + text[1:] if small else text


def raised(text: str) -> str:
    """A text as it opens a sentence; names that begin small stay so."""
    first = text.split(" ", 1)[0]
    plain = first.isalpha() and first.islower()
    return text[:1].upper() + text[1:] if plain else text
