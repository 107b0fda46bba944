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
)
# Somebody did something: an order of doer and deed, not a cause.
_AGENT = r"(?:was|were|been|being|got|is|are) (?:\w+ly )?\w{3,}ed by|prevented by|blocked by"
_FORWARD = (
    r"which (?:in turn )?(?:caused|led to|resulted in|triggered|meant|made|broke|stopped|prevented)"
    r"|caus(?:ed|es|ing)|led to|leads to|leading to|result(?:ed|s|ing) in|trigger(?:ed|s|ing)|"
    r"meant that|which meant|brought about|, so\b(?! that)|therefore|and hence|hence"
    r"|ma(?:de|kes|king) (?=the |it )"
)
_LATER_FIRST = r"after|following|once|since"
_EARLIER_FIRST = r"before|prior to|until"
_CONNECTIVE = re.compile(
    rf"\b(?P<backward>{_BACKWARD})\b|(?:\b|(?=,))(?P<forward>{_FORWARD})(?:\b|(?=\s|$))"
    rf"|\b(?P<agent>{_AGENT})\b|\b(?P<later>{_LATER_FIRST})\b|\b(?P<earlier>{_EARLIER_FIRST})\b",
    re.IGNORECASE,
)
_OPENING_CLAUSE = re.compile(r",\s")


@dataclass(frozen=True, slots=True)
class Order:
    """Two sides of a connective as stems: what came first, and what came of it."""

    first: frozenset[str]
    second: frozenset[str]
    causal: bool
    text: str


def orders(found: Statement, before: Statement | None = None) -> Iterator[Order]:
    """Every order that a statement tells.

    ``before`` lends its words to a side that only points back ("This caused …").
    """
    text = found.text
    for match in _CONNECTIVE.finditer(text):
        left, right = text[: match.start()], text[match.end() :]
        kind = match.lastgroup or ""
        if not left.strip(" ,") and (clause := _OPENING_CLAUSE.search(right)):
            # "Because A, B": the connective opens the sentence and the comma divides it.
            left, right = right[clause.end() :], right[: clause.start()]
        one, other = statement(left).vocabulary(), statement(right).vocabulary()
        if before is not None and len(one) < 2:
            one = one | before.vocabulary()
        if one and other:
            reverse = kind in ("backward", "agent", "later")
            first, second = (other, one) if reverse else (one, other)
            yield Order(first, second, kind in ("backward", "forward"), match.group())


def reversed_order(claim: Statement, support: Sequence[Statement]) -> str | None:
    """The connective of the claim whose two sides the support tells the other way round."""
    told = list(_told(support))
    for order in orders(claim):
        same = max((_agreement(order, other) for other in told), default=0)
        swapped = max((_agreement(_swapped(order), other) for other in told), default=0)
        if swapped > same:
            return order.text.strip(" ,")
    return None


def added_causality(claim: Statement, support: Sequence[Statement]) -> str | None:
    """A causal connective of the claim when its support tells no cause at all."""
    if any("caus" in found.vocabulary() for found in support):
        return None
    if any(order.causal for order in _told(support)):
        return None
    added = next((order.text for order in orders(claim) if order.causal), None)
    return None if added is None else added.strip(" ,")


def _told(support: Sequence[Statement]) -> Iterator[Order]:
    before: Statement | None = None
    for found in support:
        yield from orders(found, before)
        before = found


def _agreement(one: Order, other: Order) -> int:
    """Words shared on the same sides; 0 unless both sides share something."""
    first, second = len(one.first & other.first), len(one.second & other.second)
    return first + second if first and second else 0


def _swapped(order: Order) -> Order:
    return Order(order.second, order.first, order.causal, order.text)
