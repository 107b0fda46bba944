"""Errors of statement: a negation more or fewer, or somebody else who did it."""

import random
import re
from collections.abc import Iterator

from evals.planted.cases import Variant
from evals.planted.sources import Names, Source
from evals.planted.wording import TRANSITIVE

# Here a "not" more or less changes little, or nothing that can be checked.
_OPEN = re.compile(
    r"\b(?:whether|if|unless|unclear|unsure|not only|not yet|why|how|where|what|until|maybe|or not"
    r"|no longer|should|might|may)\b|\?|^(?:some|several|certain|many|most|a few)\b",
    re.IGNORECASE,
)
_BE = re.compile(
    r"\b(was|were|is|are|could|did|will|can|has been|have been|had been)\b"
    r"(?! (?:not|n['’]t|no|never|nothing|none|unable|only|also)\b|n['’]t)",
)
_PAST = re.compile(
    rf"(?<=[\w`\"] )({'|'.join(TRANSITIVE)})(?= (?:the|a|an|all|our|to|from|its|on|\d))"
)
# Before these a past form is a participle or belongs to something else.
_NO_SUBJECT = re.compile(
    r"(?:\b(?:was|were|is|are|been|be|being|has|have|had|and|which|not|got|or|then|to|by|that|also"
    r"|when|after|before|as|of|the|a|an|newly|recently|\w+ly)|[,:;(–-]) $",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(was|were|is|are|could|can|will|would|should|has|have|had)(?: not|n['’]t)"
    r" (?!only|yet|sure|a )",
    re.IGNORECASE,
)
_DID_NOT = re.compile(r"\b(?:did|does|do)(?: not|n['’]t) (\w+)\b")
_BASES = {base: past for past, base in TRANSITIVE.items()} | {
    "alert": "alerted", "have": "had", "work": "worked", "get": "got", "start": "started",
    "come": "came", "show": "showed", "match": "matched", "know": "knew", "happen": "happened",
    "respond": "responded", "need": "needed", "appear": "appeared", "help": "helped",
}  # fmt: skip
_FAILED_TO = re.compile(r"\bfailed to (\w+)\b")
_UNDONE = (
    (re.compile(r"\bunable to\b"), "able to"),
    (re.compile(r"\bNo (?=[a-z]+ (?:was|were|is|are|has|have)\b)"), "Some "),
    (re.compile(r"(?<=[a-z] )no (?=[a-z]+\b)(?! (?:longer|one))"), "some "),
    (re.compile(r"\bwithout (?=a |an |the |any )"), "with "),
    (re.compile(r"\bunavailable\b"), "available"),
    (re.compile(r"\bunreachable\b"), "reachable"),
    (re.compile(r"\bNobody (?=\w+ed\b)"), "Everybody "),
    (re.compile(r"\bnever (?=\w+ed\b)"), "always "),
)


def negations(claim: str, _source: Source, _names: Names, pick: random.Random) -> Iterator[Variant]:
    """ "Not" put in or taken out of the first main clause that has a place for it."""
    if _OPEN.search(claim):
        return
    yield from _removed(claim)
    yield from _added(claim, pick)


def _removed(claim: str) -> Iterator[Variant]:
    if match := _NOT.search(claim):
        yield Variant(claim[: match.end(1)] + " " + claim[match.end() :], "negation removed")
    if (match := _DID_NOT.search(claim)) and match[1] in _BASES:
        said = claim[: match.start()] + _BASES[match[1]] + claim[match.end() :]
        yield Variant(said, "negation removed")
    for pattern, plain in _UNDONE:
        if match := pattern.search(claim):
            said = claim[: match.start()] + plain + claim[match.end() :]
            yield Variant(said, "negation removed")
    if (match := _FAILED_TO.search(claim)) and match[1] in _BASES:
        said = claim[: match.start()] + _BASES[match[1]] + claim[match.end() :]
        yield Variant(said, "negation removed")


def _added(claim: str, pick: random.Random) -> Iterator[Variant]:
    places = [
        m for m in _BE.finditer(claim) if not re.match(r" (?:there|it|this)\b", claim[m.end() :])
    ]
    if places:
        match = places[0]
        first, _, rest = match[1].partition(" ")
        said = " ".join(word for word in (first, "not", rest) if word)
        yield Variant(claim[: match.start()] + said + claim[match.end() :], "negation added")
    for match in _PAST.finditer(claim):
        before = claim[: match.start()]
        if not _NO_SUBJECT.search(before):
            said = pick.choice(("did not {}", "never {}"))
            verb = TRANSITIVE[match[1]] if "did" in said else match[1]
            yield Variant(before + said.format(verb) + claim[match.end() :], "negation added")
            return


_USERS = ("users", "customers", "user", "customer", "callers", "developers", "home workers")
_STAFF = ("we", "the team", "engineers", "the on-call engineer", "one of the engineers", "on-call",
          "an engineer", "the engineer", "admins", "administrators", "operators")  # fmt: skip
# Half of these stand in no list of the verifier: a writer may name anybody.
_OUTSIDERS = (
    "the vendor", "the auditors", "the night shift", "the procurement department",
    "an intern", "the hosting firm",
)  # fmt: skip
_OTHER_USERS = ("administrators", "contractors", "journalists", "volunteers")
_COMPANIES = re.compile(
    r"\b(?:AWS|Microsoft|GitHub|Cloudflare|Fastly|Docker|Oracle|Google|Azure|CircleCI|SAP"
    r"|the vendor|the provider|the carrier|the supplier)\b(?= (?:support |team )?(?:\w+ed|did|does"
    r"|has|have|had|is|was|raised|told|confirmed)\b)"
)
_ACTS = (
    r"(?= (?:\w+ed|had|have|has|were|was|are|is|did|do|could|can|cannot|ran|saw|found|got|made|took"
    r"|unable)\b)"
)


def actors(claim: str, source: Source, names: Names, pick: random.Random) -> Iterator[Variant]:
    """Somebody else as the one who did it, or to whom it happened."""
    for known, others in ((_USERS, _OTHER_USERS), (_STAFF, _OUTSIDERS)):
        for actor in known:
            pattern = (
                rf"(?<![\w-])(?<!of )(?<!to )(?<!for )(?<!with )(?:(?:some|all|the|many|our) )?"
                rf"{actor}\b{_ACTS}|\bby {actor}\b(?=[.,]|$)"
            )
            if match := re.search(pattern, claim, re.IGNORECASE):
                yield from _exchanged(claim, match, others, source.evidence, pick)
                break
    if match := _COMPANIES.search(claim):
        yield from _exchanged(
            claim, match, ("our own team", "the customer", *_OUTSIDERS[2:4]), source.evidence, pick
        )
    for team in names.teams:
        if match := re.search(rf"\b(?:the )?{re.escape(team)}\b", claim, re.IGNORECASE):
            yield from _exchanged(claim, match, names.teams, source.evidence, pick)
            return


def _exchanged(
    claim: str, match: re.Match[str], others: tuple[str, ...], evidence: str, pick: random.Random
) -> Iterator[Variant]:
    folded = evidence.casefold()
    free = [o for o in others if o.casefold().removeprefix("the ").rstrip("s") not in folded]
    if not free:
        return
    other = pick.choice(free)
    before = "by " if match[0].lower().startswith("by ") else ""
    if match[0].lower().startswith("the ") and other[0].isupper():
        other = f"the {other}"
    if match.start() == 0 or claim[: match.start()].rstrip().endswith((".", ":")):
        other = other[0].upper() + other[1:]
    yield Variant(claim[: match.start()] + before + other + claim[match.end() :], "actor")
