"""Is a fact told of the same thing? "Declared at 12:07" is false when 12:07 was the end."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import NamedTuple

from assistant.services.verification.facts import (
    Fact,
    FactKind,
    exact_facts,
    same_date,
    same_quantity,
)
from assistant.services.verification.words import Statement, Word, statement

_NEAR = 4  # content words on each side
_OPENING = 20  # characters: a time or a date and a time stand in it
# A rival must share this many more neighbours with the claim before it counts as the true
# owner of the place. Names stand beside each other in one clause, so they need more: with 2
# for both, one of the 38 reworded pairs in the tests was refused, and no error more found.
_MARGIN = 2
_NAME_MARGIN = 3
# A preposition gives a number its part: "from 25 to 50" is not "from 50 to 25".
_OPPOSITE_ROLES = {
    "from": {"to", "until", "till"},
    "to": {"from"},
    "until": {"from", "since", "after"},
    "till": {"from", "since", "after"},
    "since": {"until", "till", "before"},
    "before": {"after", "since"},
    "after": {"before", "until"},
    "over": {"under", "below"},
    "above": {"under", "below"},
    "under": {"over", "above"},
    "below": {"over", "above"},
}
_CLAUSE_ENDS = frozenset(";:.!?")
_BETWEEN_SHARE = frozenset("of out the our all in these those its".split())
_COUNTED = (FactKind.QUANTITY, FactKind.TIME, FactKind.DATE)
_PLACES = {FactKind.IDENTIFIER: FactKind.NAME}


@dataclass(frozen=True, slots=True)
class Found:
    """A statement with its exact facts. Numbers, times and dates are facts, not words."""

    statement: Statement
    facts: tuple[Fact, ...]

    @classmethod
    def of(cls, text: str, *, of_evidence: bool) -> "Found":
        """Read one sentence."""
        read = statement(text)
        facts = exact_facts(read, of_evidence=of_evidence)
        counted = [fact for fact in facts if fact.kind in _COUNTED]
        words = (
            replace(word, key="", parts=())
            if any(fact.start <= word.start < fact.end for fact in counted)
            else word
            for word in read.words
        )
        return cls(Statement(read.text, tuple(words)), facts)


@dataclass(frozen=True, slots=True)
class Around:
    """The content words beside a fact."""

    left: frozenset[str]
    right: frozenset[str]

    def shared(self, other: "Around") -> int:
        """Words beside both, on whichever side."""
        return len((self.left | self.right) & (other.left | other.right))

    def shared_in_order(self, other: "Around") -> int:
        """Words beside both on the same side."""
        return len(self.left & other.left) + len(self.right & other.right)


def agrees(claimed: Fact, found: Fact) -> bool:
    """True when the evidence's fact is the claim's, however it is written."""
    if claimed.kind is FactKind.DATE:
        return found.kind is FactKind.DATE and same_date(claimed.value, found.value)
    if claimed.kind is FactKind.QUANTITY:
        return found.kind is FactKind.QUANTITY and same_quantity(claimed.value, found.value)
    if claimed.kind is FactKind.TIME:
        return found.kind is FactKind.TIME and claimed.value == found.value
    if found.kind not in (FactKind.NAME, FactKind.IDENTIFIER):
        return False
    # "Cloud Platform" is named by "Cloud Platform Team" too.
    return f" {claimed.value} " in f" {found.value} " or f" {found.value} " in f" {claimed.value} "


def misplaced(claim: Found, support: Sequence[Found]) -> Fact | None:
    """The first fact of the claim that the support tells of something else.

    A fact that the support does not contain is not misplaced but missing; see the verifier.
    """
    for fact in claim.facts:
        around = _around(claim.statement, fact)
        own, rival = -1, -1
        for found in support:
            for other in found.facts:
                if _place(other) != _place(fact):
                    continue
                shared = around.shared(_around(found.statement, other))
                if agrees(fact, other):
                    own = max(own, shared)
                elif not any(agrees(stated, other) for stated in claim.facts):
                    rival = max(rival, shared)
        is_name = _place(fact) is FactKind.NAME
        margin = _NAME_MARGIN if is_name else _MARGIN
        enough = min(1 + is_name, len(around.left | around.right))
        if own >= 0 and (rival >= own + margin or (own == 0 and 0 < enough <= rival)):
            return fact
        if own >= 0 and (_other_role(claim, fact, support) or _elsewhere(claim, fact, support)):
            return fact
        if fact.kind in (FactKind.TIME, FactKind.DATE) and _other_entry(claim, fact, support):
            return fact
    return _turned_share(claim, support) or next(_exchanged(claim, support), None)


def _place(fact: Fact) -> FactKind:
    return _PLACES.get(fact.kind, fact.kind)


def _around(found: Statement, fact: Fact) -> Around:
    """The nearest content words on both sides, as far as the clause goes."""
    before = [word for word in found.words if word.start < fact.start]
    after = [word for word in found.words if word.start >= fact.end]
    return Around(
        frozenset(_clause(reversed(before))),
        frozenset(_clause(after)),
    )


def _clause(words: Iterable[Word]) -> list[str]:
    near: list[str] = []
    for word in words:
        if word.text in _CLAUSE_ENDS or len(near) == _NEAR:
            break
        if word.key and not word.key[0].isdigit():
            near.append(word.key)
    return near


def _role(found: Statement, fact: Fact) -> str:
    before = [word.lower for word in found.words if word.start < fact.start]
    return before[-1] if before and before[-1] in _OPPOSITE_ROLES else ""


def _other_role(claim: Found, fact: Fact, support: Sequence[Found]) -> bool:
    """True when the support gives the fact the opposite part, or its part to another one."""
    role = _role(claim.statement, fact)
    if not role:
        return False
    for found in support:
        alike = [other for other in found.facts if other.kind is fact.kind]
        own = {_role(found.statement, other) for other in alike if agrees(fact, other)}
        rivals = {_role(found.statement, other) for other in alike if not agrees(fact, other)}
        if own and role not in own and (role in rivals or own & _OPPOSITE_ROLES[role]):
            return True
    return False


def _other_entry(claim: Found, fact: Fact, support: Sequence[Found]) -> bool:
    """True when the claim is the entry of another moment in a timeline."""
    said = frozenset(word.key for word in claim.statement.words if word.key)
    own = rival = 0
    for found in support:
        alike = [other for other in found.facts if other.kind is fact.kind]
        if not alike or alike[0].start > _OPENING:
            continue
        shared = len(said & frozenset(word.key for word in found.statement.words if word.key))
        if any(agrees(fact, other) for other in alike):
            own = max(own, shared)
        elif not any(agrees(stated, other) for stated in claim.facts for other in alike):
            rival = max(rival, shared)
    return 0 < own < rival and 2 * own <= len(said)


def _elsewhere(claim: Found, fact: Fact, support: Sequence[Found]) -> bool:
    """True when another fact of its sort stands beside the very words that it is told of.

    "Started at 23:40" where the support has "started at 23:00 and failed at 23:40". A name
    needs the same word on both sides, because names stand beside each other.
    """
    here = _beside(claim.statement, fact)
    is_name = _place(fact) is FactKind.NAME
    if not here.left or (is_name and not here.right):
        return False
    own: list[_Beside] = []
    rivals: list[_Beside] = []
    for found in support:
        for other in found.facts:
            if _place(other) is _place(fact):
                mine = agrees(fact, other)
                if mine or not any(agrees(stated, other) for stated in claim.facts):
                    (own if mine else rivals).append(_beside(found.statement, other))
    if is_name:
        return here in rivals and all(each.right != here.right for each in own)
    return any(each.left == here.left for each in rivals) and all(
        each.left and each.left != here.left for each in own
    )


class _Beside(NamedTuple):
    """The nearest content word on each side within the clause, or nothing."""

    left: str
    right: str


def _beside(found: Statement, fact: Fact) -> _Beside:
    around = (
        _clause(reversed([word for word in found.words if word.start < fact.start])),
        _clause(word for word in found.words if word.start >= fact.end),
    )
    left, right = (words[0] if words else "" for words in around)
    return _Beside(left, right)


def _turned_share(claim: Found, support: Sequence[Found]) -> Fact | None:
    """ "Two of five" where the support has "five of two"."""
    told = [share for found in support for share in _shares(found)]
    for part, whole in _shares(claim):
        straight = any(agrees(part, a) and agrees(whole, b) for a, b in told)
        turned = any(agrees(part, b) and agrees(whole, a) for a, b in told)
        if turned and not straight:
            return part
    return None


def _shares(found: Found) -> Iterator[tuple[Fact, Fact]]:
    counts = sorted(
        (fact for fact in found.facts if fact.kind is FactKind.QUANTITY), key=lambda f: f.start
    )
    for part, whole in pairwise(counts):
        between = found.statement.text[part.end : whole.start].lower().split()
        if "of" in between and _BETWEEN_SHARE.issuperset(between):
            yield part, whole


def _exchanged(claim: Found, support: Sequence[Found]) -> Iterator[Fact]:
    """Facts of one sort that have changed places with each other."""
    pairs = [pair for pair in combinations(claim.facts, 2) if _place(pair[0]) == _place(pair[1])]
    for found in support:
        if _passive(claim.statement) != _passive(found.statement):
            continue
        for one, other in pairs:
            firsts = [fact for fact in found.facts if agrees(one, fact)]
            seconds = [fact for fact in found.facts if agrees(other, fact)]
            places = [(a, b) for a in firsts for b in seconds if a.start != b.start]
            forward = one.start < other.start
            # A number that stands there twice has not moved if one of its places fits.
            if not places or any((a.start < b.start) == forward for a, b in places):
                continue
            if _crossed(
                [_around(claim.statement, one), _around(claim.statement, other)],
                [_around(found.statement, fact) for fact in places[0]],
            ):
                yield one


def _crossed(claimed: list[Around], found: list[Around]) -> bool:
    own = sum(one.shared_in_order(other) for one, other in zip(claimed, found, strict=True))
    cross = sum(
        one.shared_in_order(other) for one, other in zip(claimed, reversed(found), strict=True)
    )
    return cross > own


def _passive(found: Statement) -> bool:
    return any(word.lower == "by" for word in found.words)
