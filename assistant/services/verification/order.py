"""What came first, and what made what happen: the order of cause and effect."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.services.verification.words import Statement, statement

# Connectives by what they do with their two sides. ``forward``: the left side comes first
# ("A caused B"); ``backward``: the right side does ("B because A").
_BACKWARD = (
    r"because(?: of)?|due to|owing to|as a (?:result|consequence) of|caused by|triggered by"
    r"|resulted from|resulting from|stemmed from|stemming from|brought (?:on|about) by"
    r"|(?:is|are|was|were|been|being|gets|got) (?:\w+ly )?(?:triggered|caused)"
    r" (?:by|when|whenever|if|once|after)"
)
# Somebody did something: an order of doer and deed, not a cause.
_AGENT = r"(?:was|were|been|being|got|is|are) (?:\w+ly )?\w{3,}ed by|prevented by|blocked by"
_FORWARD = (
    r"which (?:in turn )?(?:caused|led to|resulted in|triggered|meant|made|broke|stopped|prevented)"
    r"|caus(?:ed|es|ing)|led to|leads to|leading to|result(?:ed|s|ing) in|trigger(?:ed|s|ing)|"
    r"meant that|which meant|brought about|, so\b(?! that)|therefore|and hence|hence|consequently"
    r"|as a (?:result|consequence)(?! of)"
    r"|(?<!and )(?<!is )(?<!not )(?<!if )(?<!do )(?<!did )so(?: that)?"
    r"(?= (?!far|much|many|long|on|called|as|few|little|that)\w)"
    r"|ma(?:de|kes|king) (?=the |it )"
)
# Not "since 12 May" or "after two hours": a moment or a length of time is no side.
_NO_CLAUSE = (
    r"(?! (?:\d|about|around|then|yesterday|midnight|noon|(?:a few|two|three|four|five|six|several)"
    r" (?:seconds|minutes|hours|days|weeks)|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*\b))"
)
_LATER_FIRST = rf"(?:after|following|once|since)\b{_NO_CLAUSE}"
_EARLIER_FIRST = rf"(?:before|prior to|until)\b{_NO_CLAUSE}"
_CONNECTIVE = re.compile(
    rf"\b(?P<backward>{_BACKWARD})\b|(?:\b|(?=,))(?P<forward>{_FORWARD})(?:\b|(?=\s|$))"
    rf"|\b(?P<agent>{_AGENT})\b|\b(?P<later>{_LATER_FIRST})|\b(?P<earlier>{_EARLIER_FIRST})",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:not|never|no)\b|n['’]t\b", re.IGNORECASE)
_CAUSAL = ("backward", "forward")
_OPENING_CLAUSE = re.compile(r",\s")
# "The root cause was A": a cause told by a noun, with its effect in "of B" or nowhere.
_CAUSE_IS = re.compile(
    r"\bcauses?\b(?: of (?P<effect>.+?))?(?::|,? (?:was|is|were|are)\b"
    r"(?: (?:later|then|eventually))?"
    r"(?: (?:found|identified|determined|traced|confirmed)(?: to be| as| to)?)?) (?P<cause>.+)",
    re.IGNORECASE,
)
_IS_CAUSE = re.compile(
    r"(?P<cause>.+?) (?:was|is|were|are|has been) (?:\w+ )?(?:the|a) (?:[\w-]+ ){0,2}causes?\b"
    r"(?: (?:of|for) (?P<effect>.+))?",
    re.IGNORECASE,
)
# Any of these may tell a cause, so that a claim of one is at most doubtful.
_SOFT_CAUSE = re.compile(
    r"\b(?:caus\w+|because|due|owing|thus|hence|therefore|so|since|as|which|reason\w*|result\w*"
    r"|led|lead\w*|trigger\w*|mean\w*|meant|leav\w+|left|mak\w+|made|forc\w+|prevent\w*|block\w*"
    r"|stop\w*|broke|from|by|through|with|exhaust\w*|contribut\w*|responsible|behind|allow\w*"
    r"|root|consequen\w+|impact\w*|affect\w*|need\w*|require\w*|to)\b",
    re.IGNORECASE,
)
_STRONG_CAUSE = re.compile(
    r"\b(?:caus\w+|because|due to|owing|thus|hence|therefore|as a result|resulted|resulting|led to"
    r"|leading to|trigger\w*|which meant|meant that|reason\w*|consequen\w+|root cause)\b|, so\b"
    r"|\bso (?:the|this|we|they|it|its|all|no|users)\b",
    re.IGNORECASE,
)
# Words before the other side that tell an order in time only.
_IN_TIME = re.compile(
    r"\b(?:after|following|when|while|then|once|before|shortly|later|meanwhile|and)\b"
    r"|\b\d{1,2}[:.]\d\d\b",
    re.IGNORECASE,
)
# So much of a side must be in the evidence before the evidence is held against the claim.
_TOLD_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Order:
    """Two sides of a connective as stems: what came first, and what came of it."""

    first: frozenset[str]
    second: frozenset[str]
    causal: bool
    text: str


def orders(found: Statement, before: Statement | None = None) -> Iterator[Order]:
    """Every order that a statement tells; a side goes as far as the next cause that is told,
    that of a doer as far as the next connective.

    ``before`` lends its words to a side that only points back ("This caused …").
    """
    text = found.text
    matches = list(_CONNECTIVE.finditer(text))
    for match in matches:
        kind = match.lastgroup or ""
        bounds = [other for other in matches if kind == "agent" or other.lastgroup in _CAUSAL]
        begin = max((o.end() for o in bounds if o.end() <= match.start()), default=0)
        end = min((o.start() for o in bounds if o.start() >= match.end()), default=len(text))
        reverse = kind in ("backward", "agent", "later")
        left, right = text[begin : match.start()], text[match.end() : end]
        if reverse and not left.strip(" ,") and (clause := _OPENING_CLAUSE.search(right)):
            # "Because A, B": the connective opens the sentence and the comma divides it.
            left, right = right[clause.end() :], right[: clause.start()]
        one, other = _sides(text, match, left, right)
        if before is not None and len(one) < 2 and not reverse:
            one = one | before.vocabulary()
        if one and other:
            first, second = (other, one) if reverse else (one, other)
            yield Order(first, second, kind in _CAUSAL, match.group())


def _sides(
    text: str, match: re.Match[str], left: str, right: str
) -> tuple[frozenset[str], frozenset[str]]:
    """The words of both sides; one without any goes to the end of the sentence."""
    return (
        _keys(left) or _keys(text[: match.start()]),
        _keys(right) or _keys(text[match.end() :]),
    )


def _keys(text: str) -> frozenset[str]:
    return frozenset(
        key for word in statement(text).words for key in (word.key, *word.parts) if key
    )


def reversed_order(claim: Statement, told_in: Sequence[Statement]) -> str | None:
    """The connective of the claim whose two sides are told the other way round.

    ``told_in`` is the evidence in the order of its text.
    """
    told = list(_told(told_in))
    for order in orders(claim):
        same = max((_agreement(order, other) for other in told), default=0)
        swapped = max((_agreement(_swapped(order), other) for other in told), default=0)
        if swapped > same:
            return order.text.strip(" ,")
    return None


def added_causality(claim: Statement, told_in: Sequence[Statement]) -> "Added | None":
    """The first cause of the claim that the evidence does not tell as one.

    ``invented``: the evidence tells both sides, in an order of time or in separate
    sentences. Otherwise something in its wording may mean a cause.
    """
    # "Since" may tell a cause; only the evidence is believed to.
    told = [order for order in _told(told_in) if order.causal or order.text.lower() == "since"]
    named = [order for found in told_in for order in _named_causes(found)]
    for order in (*(one for one in orders(claim) if one.causal), *_named_causes(claim)):
        if any(_agreement(order, other) for other in told):
            continue
        if any(_same_cause(order, one) for one in (*named, *(() if order.second else told))):
            continue
        text = order.text.strip(" ,")
        if named and not order.second:
            return Added(text, invented=True)
        sides = [_most(side, told_in) for side in (order.first, order.second)]
        if not all(side.share >= _TOLD_SHARE for side in sides):
            if any(_STRONG_CAUSE.search(found.text) for found in told_in):
                continue
            return Added(text, invented=False)
        return Added(text, invented=not _may_mean_it(told_in, sides[0].index, sides[1].index))
    return None


@dataclass(frozen=True, slots=True)
class Added:
    """A connective without support, and whether the evidence speaks against it."""

    text: str
    invented: bool


@dataclass(frozen=True, slots=True)
class _Told:
    """Where a side is told best, and how much of it."""

    index: int
    share: float


def _most(side: frozenset[str], told_in: Sequence[Statement]) -> _Told:
    if not side or not told_in:
        return _Told(0, 1.0 if not side else 0.0)
    shares = [len(side & found.vocabulary()) / len(side) for found in told_in]
    best = max(range(len(shares)), key=shares.__getitem__)
    return _Told(best, shares[best])


def _may_mean_it(told_in: Sequence[Statement], one: int, other: int) -> bool:
    """True when the sentences of both sides have a wording that may tell a cause."""
    early, late = sorted((one, other))
    if early != late:
        return any(_STRONG_CAUSE.search(found.text) for found in told_in[early : late + 1])
    text = told_in[early].text
    if _STRONG_CAUSE.search(text):
        return True
    return not _IN_TIME.search(text) and bool(_SOFT_CAUSE.search(text))


def _named_causes(found: Statement) -> Iterator[Order]:
    """ "The cause of B was A", with "cause" itself left out of both sides."""
    if match := _IS_CAUSE.match(found.text) or _CAUSE_IS.search(found.text):
        if _DENIED.search(match.group()):
            return
        named = statement(match["cause"])
        # "A fault unrelated to the release" does not name the release.
        first = frozenset(word.key for word in named.words if word.key and not word.negated)
        if first:
            yield Order(first, _keys(match["effect"] or ""), True, "the cause was")


def _same_cause(one: Order, other: Order) -> bool:
    """True when half of the shorter naming stands in the other."""
    return 2 * len(one.first & other.first) >= min(len(one.first), len(other.first))


def _told(told_in: Sequence[Statement]) -> Iterator[Order]:
    before: Statement | None = None
    for found in told_in:
        yield from orders(found, before)
        before = found


def _agreement(one: Order, other: Order) -> int:
    """Words shared on the same sides; 0 unless both sides share something."""
    first, second = len(one.first & other.first), len(one.second & other.second)
    return first + second if first and second else 0


def _swapped(order: Order) -> Order:
    return Order(order.second, order.first, order.causal, order.text)
