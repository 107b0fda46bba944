"""Light true rewordings: the same said a little differently, or a part of it."""

import re
from collections.abc import Callable, Iterator

from evals.planted.cases import Variant
from evals.planted.sources import Source, states
from evals.planted.wording import COUNTS, DONE_TO, MONTHS, lowered, raised

_DATE = re.compile(r"(?<![\w/-])(20\d\d)-(0[1-9]|1[0-2])-(\d\d)(?![\w-])")
_STAMP = re.compile(
    r"^(?:20\d\d-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?|\d\d:\d\d)(?: UTC)?[ :–-]+(?=[A-Za-z])"
)
_PARENTHESIS = re.compile(r" \([^()]{3,60}\)")
_DIGITS = re.compile(
    r"(?<![\w.:/#%,-])([2-9]|1[0-2])(?= [a-z]{4,})(?! (?:minutes|hours|days|secon))"
)
_LENGTH = re.compile(r"\b(\d+) (minutes|mins|hours|seconds)\b")
_SHORT = {"minutes": "min", "mins": "minutes", "hours": "h", "seconds": "s"}
# One word or phrase for another that says the same in operations. Not the verifier's list.
_SYNONYMS = """due to/because of|n't / not |rolled back/reverted|restarted/rebooted|deleted/removed
|increased/raised|unavailable/not available|was unable to/could not|were unable to/could not
|users could not/users were unable to|mins/minutes|noticed/spotted|affected/impacted
|issue/problem|started/began|fixed/repaired|discovered/found|caused by/due to|reduced/lowered
|resulted in/led to|led to/resulted in|k8s/Kubernetes|configuration/config|database/DB
|prior to/before|in order to/to|approximately/about|approx./about"""


def rewordings(source: Source) -> Iterator[Variant]:
    """Every rewording that fits the sentence, each with its name."""
    for name, reword in REWORDINGS.items():
        for claim in reword(source):
            if claim != source.claim and len(claim.split()) >= 4:
                yield Variant(claim, name)


def _verbatim(source: Source) -> Iterator[str]:
    if source.raw != source.claim:
        yield source.raw


def _without_stamp(source: Source) -> Iterator[str]:
    plain = _STAMP.sub("", source.claim)
    if len(plain.split()) >= 5:
        yield raised(plain)


def _respelled_date(source: Source) -> Iterator[str]:
    if match := _DATE.search(source.claim):
        spelled = f"{int(match[3])} {MONTHS[int(match[2]) - 1]} {match[1]}"
        yield _DATE.sub(spelled, source.claim, count=1)


def _respelled_number(source: Source) -> Iterator[str]:
    if match := _DIGITS.search(source.claim):
        worded = COUNTS[int(match[1])]
        yield source.claim[: match.start()] + worded + source.claim[match.end() :]
    if match := re.search(rf"(?<!one )\b({'|'.join(COUNTS[2:])})\b(?! of the)", source.claim):
        digits = str(COUNTS.index(match[1]))
        yield source.claim[: match.start()] + digits + source.claim[match.end() :]


def _respelled_length(source: Source) -> Iterator[str]:
    if match := _LENGTH.search(source.claim):
        said = f"{match[1]} {_SHORT[match[2]]}"
        yield source.claim[: match.start()] + said + source.claim[match.end() :]


def _synonym(source: Source) -> Iterator[str]:
    for pair in "".join(_SYNONYMS.splitlines()).split("|"):
        word, other = pair.split("/")
        pattern = re.escape(word) if " " in word[:1] + word[-1:] or "'" in word else rf"\b{word}\b"
        if re.search(pattern, source.claim) and f"{other}" not in source.claim:
            yield re.sub(pattern, other, source.claim, count=1)


def _clause_dropped(source: Source) -> Iterator[str]:
    claim = source.claim
    if _PARENTHESIS.search(claim):
        yield _PARENTHESIS.sub("", claim, count=1)
    if match := re.search(r"(?:, which |; |, so that )[^,;]{10,}$", claim):
        yield claim[: match.start()].rstrip(".") + "."


def _first_half(source: Source) -> Iterator[str]:
    """ "A, and B" says A, where B has a verb of its own and A no condition."""
    match = re.fullmatch(
        r"([^,;]{25,}),? (?:and|but) ((?:the|it|we|they) [^,;]{15,})", source.claim
    )
    conditional = r"\b(?:if|when|whether|both|between|would|unless)\b"
    if match and states(match[1]) and not re.search(conditional, match[1]):
        yield f"{match[1]}."


def _merged(source: Source) -> Iterator[str]:
    ends = (
        source.claim.endswith(".") and len(source.claim.split()) + len(source.follower.split()) < 40
    )
    if (
        ends
        and source.follower
        and not re.match(
            r"(?:This|It|They|These|That|He|She|However|And|But|So|Then|Also|Or)\b", source.follower
        )
    ):
        yield f"{source.claim.rstrip('.')}, and {lowered(source.follower)}"


_NOUN = r"(?:[^\s,;:.()]+ ){0,6}[^\s,;:.()]+"


def _active(source: Source) -> Iterator[str]:
    match = re.fullmatch(
        rf"({_NOUN}) (?:was|were) ((?:\w+ly )?\w+ed) by ({_NOUN})\.?", source.claim
    )
    if match and not re.search(r"\b(?:that|which|when|and|to|\w+ing)\b", match[0]):
        yield f"{raised(match[3])} {match[2]} {lowered(match[1])}."


_NOT_TURNED = re.compile(
    r"\b(?:that|which|when|who|by|was|were|is|are|be|to|had|has|can|and|for|after|on|because)\b"
)
_NO_DOER = re.compile(
    r"(?:we|they|he|she|it|i|and|hence|then|however|also|now|this|user|\w+ed)\b", re.IGNORECASE
)


def _passive(source: Source) -> Iterator[str]:
    match = re.fullmatch(
        rf"({_NOUN}) ({'|'.join(DONE_TO)}) ((?:the|a|an|all|every|its|our|\d+) {_NOUN})\.?",
        source.claim,
    )
    if match and not _NOT_TURNED.search(match[0]) and not _NO_DOER.match(match[1]):
        singular = match[3].split()[0] in ("a", "an", "every")
        be = "were" if match[3].endswith("s") and not singular else "was"
        yield f"{raised(match[3])} {be} {match[2]} by {lowered(match[1])}."


def _reordered(source: Source) -> Iterator[str]:
    claim = source.claim.rstrip(".")
    match = re.fullmatch(r"([^,;:]{15,}?) (?<!even )(because|after) ([^,;:]{12,})", claim)
    if match and not re.search(r"\b(?:although|but|and|if|that)\b", match[0]):
        yield f"{raised(match[2])} {match[3]}, {lowered(match[1])}."
    if match := re.fullmatch(r"(Because|After) ([^,;:]{12,}), ([^,;:]{15,})", claim):
        yield f"{raised(match[3])} {match[1].lower()} {match[2]}."
    if match := re.fullmatch(r"(At [\d:]+(?: UTC)?),? ([^,;:]{15,})", claim):
        yield f"{raised(match[2])} {lowered(match[1])}."


REWORDINGS: dict[str, Callable[[Source], Iterator[str]]] = {
    "verbatim": _verbatim,
    "without stamp": _without_stamp,
    "date respelled": _respelled_date,
    "number respelled": _respelled_number,
    "duration respelled": _respelled_length,
    "synonym": _synonym,
    "clause dropped": _clause_dropped,
    "first half": _first_half,
    "merged": _merged,
    "active": _active,
    "passive": _passive,
    "reordered": _reordered,
}
"""How a true sentence may be said. To add one: a function here and a line in this catalogue."""
