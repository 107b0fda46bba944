"""Errors of cause: the two sides the other way round, or an order in time told as a cause."""

import random
import re
from collections.abc import Iterator

from evals.planted.cases import Variant
from evals.planted.sources import Names, Source
from evals.planted.wording import lowered, raised

# The connective with what must stand on its two sides to be exchanged: anything of this length.
_CAUSAL = re.compile(
    r"(?P<left>.{12,}?),? (?P<link>because of|because|due to|caused by|causing|caused|led to"
    r"|leading to|resulted in|resulting in|as a result of|which caused|which led to|which meant"
    r"|triggered by|triggered|so)\b(?! far| that\b| to\b) (?P<right>.{12,})",
)
_STAMP = re.compile(r"^(?:[\d-]{10}[T ])?\d\d[:.]\d\d(?::\d\d)?(?: UTC)?[ :–-]*")
_AFTER = re.compile(
    r"(?P<late>[^,;:]{12,}?) (?<!even )(?:shortly |soon |directly )?(?:after|(?<!the )following)"
    r" (?P<early>(?!\d|a few)[^,;:]{10,})"
)
_AFTER_FIRST = re.compile(
    r"(?:After|Following|Once|As soon as) (?P<early>(?!\d)[^,;:]{10,}), (?P<late>[^,;:]{12,})"
)
_THEN = re.compile(r"(?P<early>[^,;:]{15,}), (?:and )?then (?P<late>[^,;:]{12,})")
_TELLS_CAUSE = re.compile(
    r"\b(?:caus\w+|because|due to|result\w*|led to|lead\w* to|trigger\w*|so\b|therefore|hence"
    r"|reason|meant|which|why|since|broke|prevent\w*|block\w*|made|make)\b",
    re.IGNORECASE,
)


def causes(claim: str, source: Source, _names: Names, _pick: random.Random) -> Iterator[Variant]:
    """The cause as the effect; or what merely came first as the cause."""
    stamp = _STAMP.match(claim)
    plain = claim[stamp.end() :] if stamp else claim
    yield from _turned(plain.rstrip("."))
    if not _TELLS_CAUSE.search(source.evidence):
        yield from _made_causal(plain.rstrip("."))
        yield from _chained(claim, source.before)


# A purpose, a condition or a second sentence would stand in the wrong place.
_NOT_TURNED = re.compile(
    r"[;:\"]|\. |^(?:As|While|When|Although|Since|If|To|Due|\w+day|It|On|In|At|But|This)\b|\bif\b"
    r"|\bto (?:mitigate|bypass|avoid|prevent|fix|resolve|see|be)\b|\bneed(?:s|ed)?\b|^\[",
)


def _turned(claim: str) -> Iterator[Variant]:
    match = _CAUSAL.fullmatch(claim)
    if not match or _CAUSAL.search(match["right"]) or _NOT_TURNED.search(claim):
        return
    left, link, right = match["left"], match["link"], match["right"]
    if left.endswith((" which", " that", " and")):
        return
    yield Variant(f"{raised(right)} {link} {lowered(left)}.", "sides turned")
    if link in ("because", "due to", "because of"):
        yield Variant(f"{raised(left)}, which caused {lowered(right)}.", "connective turned")
    elif link in ("causing", "which caused", "led to", "caused", "resulted in"):
        yield Variant(f"{raised(left)} because of {lowered(right)}.", "connective turned")


def _chained(claim: str, before: str) -> Iterator[Variant]:
    """Two entries of a timeline, the earlier one told as the cause of the later one."""
    early, late = _STAMP.match(before), _STAMP.match(claim)
    if early and late and not re.search(r"[;?]|\. ", before):
        cause, effect = before[early.end() :].rstrip("."), claim[late.end() :].rstrip(".")
        if min(len(cause.split()), len(effect.split())) >= 4:
            yield Variant(f"{raised(effect)} because {lowered(cause)}.", "sequence told as cause")


def _made_causal(claim: str) -> Iterator[Variant]:
    for pattern in (_AFTER_FIRST, _AFTER, _THEN):
        if match := pattern.fullmatch(claim):
            early, late = lowered(match["early"]), match["late"]
            if re.match(r"\w+ing\b", early):
                yield Variant(f"{raised(late)} because of {early}.", "order told as cause")
            elif re.search(r"\b(?:was|were|is|are|had|has|\w+ed|went|came|ran)\b", early):
                yield Variant(f"{raised(late)} because {early}.", "order told as cause")
            else:
                yield Variant(f"{raised(late)} due to {early}.", "order told as cause")
            return
