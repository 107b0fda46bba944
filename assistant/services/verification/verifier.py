"""Does the evidence say what the claim says? Deterministic, and strict about facts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.domain.drafts import Verdict
from assistant.services.sentences import sentences
from assistant.services.verification.actors import other_doer, stranger, turned_around
from assistant.services.verification.alignment import (
    covered,
    exchanged_words,
    negations_differ,
)
from assistant.services.verification.binding import Found, agrees, misplaced
from assistant.services.verification.facts import Fact, FactKind, folded_name
from assistant.services.verification.folding import folded
from assistant.services.verification.order import added_causality, reversed_order
from assistant.services.verification.polarity import contradicted, opposite
from assistant.services.verification.words import Statement, Word

# Share of a claim's content words that its evidence must have. Measured on the reworded pairs
# of the tests (lowest 0.75) and on 578 sentences of real RCAs held against the text around
# another sentence (median 0, 95 % below 0.34, 99 % below 0.57).
SUPPORTED_AT = 0.7
PARTLY_AT = 0.45
# A claim rests on at most this many sentences: beyond it, words are found anywhere.
_MAX_SUPPORT = 4
# Scores of claims that fail a check stay under the line that their verdict means.
_REFUTED_SCORE = 0.2
_DOUBTED_SCORE = 0.69

_HEDGED = re.compile(
    r"\b(?:might|may|could have|suspect\w*|possibl[ey]|perhaps|probabl[ey]|likely|appears?|seems?"
    r"|seemed|appeared|believe[ds]?|assum\w+|potential(?:ly)?|risk|unclear|not sure|think|thought"
    r"|allegedly|apparently)\b",
    re.IGNORECASE,
)
_PLANNED = re.compile(
    r"\b(?:will|should|plan(?:s|ned|ning)?|need(?:s|ed)? to|going to|propos\w+|consider(?:ing)?"
    r"|(?:is|are|was|were) to be|intend\w*|decided to|decision made to|would|must|recommend\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Verification:
    """What the verifier found. ``score`` (0 to 1) orders claims; it is no probability.

    ``reasons`` name what is missing or contradicted; a supported claim has none.
    """

    verdict: Verdict
    score: float
    reasons: tuple[str, ...] = ()


class Verifier:
    """Checks one sentence against the texts that it cites.

    Supported: every number, time, date, name and identifier is in the evidence and told
    of the same thing, nothing is negated, turned round or exchanged, and at least
    ``SUPPORTED_AT`` of the content words are there. Partly: the same with at least
    ``PARTLY_AT``, or the evidence is less certain than the claim. Otherwise unsupported.
    Words taken over unchanged are supported with score 1, whatever the markup.
    """

    def check(self, claim: str, evidence: Sequence[str]) -> Verification:
        """The verdict on ``claim``; no evidence, or a claim without a word, is unsupported."""
        if not folded(claim):
            return Verification(Verdict.UNSUPPORTED, 0.0, ("the claim says nothing",))
        if any(_verbatim(claim, text) for text in evidence):
            return Verification(Verdict.SUPPORTED, 1.0)
        claimed = Found.of(claim, of_evidence=False)
        found = [
            Found.of(text[part.start : part.end], of_evidence=True)
            for text in evidence
            for part in sentences(text)
        ]
        if not found:
            return Verification(Verdict.UNSUPPORTED, 0.0, ("there is no evidence",))
        return _judged(claimed, found)


def _judged(claimed: Found, found: list[Found]) -> Verification:
    support = _support(claimed, found)
    content = _content(claimed.statement)
    known = frozenset(key for part in support for key in part.statement.vocabulary())
    missing = [word.text for word in _uncovered(content, known)]
    coverage = 1.0 if not content else 1 - len(missing) / len(content)
    if hard := tuple(_contradictions(claimed, support, found)):
        return Verification(Verdict.UNSUPPORTED, min(coverage, _REFUTED_SCORE), hard)
    doubts = list(_doubts(claimed, support, found))
    if coverage < SUPPORTED_AT:
        doubts.append(f"the evidence does not mention {', '.join(missing[:4])}")
    if coverage < PARTLY_AT:
        return Verification(Verdict.UNSUPPORTED, coverage, tuple(doubts))
    if doubts:
        return Verification(Verdict.PARTLY, min(coverage, _DOUBTED_SCORE), tuple(doubts))
    return Verification(Verdict.SUPPORTED, coverage)


def _verbatim(claim: str, text: str) -> bool:
    """True when the claim's words stand together in the evidence and nothing around them
    takes them back ("we doubt that …", "… was ruled out").
    """
    wanted = folded(claim)
    for part in sentences(text) or ():
        whole = folded(text[part.start : part.end])
        position = f" {whole} ".find(f" {wanted} ")
        if position >= 0:
            rest = f"{whole[:position]} {whole[position + len(wanted) :]}"
            return not (_TAKES_BACK.search(rest) or _HEDGED.search(rest) or _PLANNED.search(rest))
    return folded(text) == wanted


_TAKES_BACK = re.compile(
    r"\b(?:not|no|never|none|without|ruled|\w+n't|cannot|unable|failed|deny|denied|false|wrong)\b"
)


def _content(claim: Statement) -> list[Word]:
    return [word for word in claim.words if word.key and not word.key[0].isdigit()]


def _uncovered(content: list[Word], known: frozenset[str]) -> Iterator[Word]:
    """Words that the support lacks; "check out" is there when "checkout" is."""
    keys = ["", *(word.key for word in content), ""]
    for index, word in enumerate(content, start=1):
        joined = (keys[index - 1] + word.key, word.key + keys[index + 1])
        if not covered(word, known) and known.isdisjoint(joined):
            yield word


def _support(claimed: Found, found: list[Found]) -> list[Found]:
    """The fewest sentences that together cover most of the claim, best first."""
    words = {word.key: word for word in _content(claimed.statement)}
    wanted: set[str | Fact] = {*words, *claimed.facts}
    support: list[Found] = []
    while wanted and len(support) < _MAX_SUPPORT:
        # Of two that cover as much, the shorter one says it more directly.
        best = max(
            found,
            key=lambda part: (len(_covers(part, wanted, words)), -len(part.statement.words)),
        )
        gained = _covers(best, wanted, words)
        if not gained:
            break
        support.append(best)
        wanted -= gained
    return support


def _covers(part: Found, wanted: set[str | Fact], words: dict[str, Word]) -> set[str | Fact]:
    vocabulary = part.statement.vocabulary()
    return {
        item
        for item in wanted
        if (
            covered(words[item], vocabulary)
            if isinstance(item, str)
            else any(agrees(item, fact) for fact in part.facts)
        )
    }


def _contradictions(claimed: Found, support: list[Found], found: list[Found]) -> Iterator[str]:
    statements = [part.statement for part in support]
    told_in = [part.statement for part in found]
    yield from _false_facts(claimed, support, found)
    yield from _false_polarity(claimed.statement, statements)
    yield from _false_doers(claimed.statement, told_in)
    yield from _false_causes(claimed.statement, told_in)
    for exchange in exchanged_words(claimed.statement, statements[0]) if statements else ():
        if exchange.is_noun:
            yield f"the evidence says {exchange.found!r} where the claim says {exchange.claimed!r}"


def _false_facts(claimed: Found, support: list[Found], found: list[Found]) -> Iterator[str]:
    absent = [fact for fact in claimed.facts if not _present(fact, found)]
    for fact in absent:
        yield f"the {fact.kind} {fact.text} is not in the evidence"
    if not absent and (moved := misplaced(claimed, support)):
        yield f"the evidence tells {moved.text} of something else"


def _false_polarity(claim: Statement, support: list[Statement]) -> Iterator[str]:
    if word := contradicted(claim, support):
        yield f"one of claim and evidence negates {word!r}"
    elif support and negations_differ(claim, support[0]):
        yield "one of claim and evidence has a negation more"
    if word := opposite(claim, support):
        yield f"the evidence has the opposite of {word!r}"


def _false_doers(claim: Statement, told_in: list[Statement]) -> Iterator[str]:
    if name := stranger(claim, told_in):
        yield f"the evidence does not name {name!r}"
    elif doer := other_doer(claim, told_in):
        yield f"according to the evidence it was {doer!r}"
    if verb := turned_around(claim, told_in):
        yield f"the evidence has the two sides of {verb!r} the other way round"


def _false_causes(claim: Statement, told_in: list[Statement]) -> Iterator[str]:
    if connective := reversed_order(claim, told_in):
        yield f"the evidence has the two sides of {connective!r} the other way round"
    if (added := added_causality(claim, told_in)) and added.invented:
        yield f"the evidence tells both, but not {added.text!r}"


def _present(fact: Fact, found: list[Found]) -> bool:
    if any(agrees(fact, other) for part in found for other in part.facts):
        return True
    if fact.kind not in (FactKind.NAME, FactKind.IDENTIFIER):
        return False
    return any(_named(fact, part.statement) for part in found)


def _named(fact: Fact, found: Statement) -> bool:
    """True when the name stands in the text in any spelling, or its initials do."""
    value = fact.value
    text = f" {folded_name(found.text)} "
    if f" {value} " in text or f" {value}s " in text or f" {value.removesuffix('s')} " in text:
        return True
    words = value.split()
    if len(words) > 1:
        if fact.kind is FactKind.IDENTIFIER:
            return False
        initials = "".join(word[0] for word in words)
        return f" {initials} " in text or all(f" {word} " in text for word in words)
    return value in _acronyms(found)


def _acronyms(found: Statement) -> frozenset[str]:
    """Initials of runs of capitalised words: "the Open Policy Agent" is also OPA."""
    runs = re.findall(r"(?:\b[A-Z][a-z]+ ){1,5}\b[A-Z][a-z]+", found.text)
    initials = ("".join(word[0] for word in run.split()).casefold() for run in runs)
    return frozenset(run[start:] for run in initials for start in range(len(run) - 1))


def _doubts(claimed: Found, support: list[Found], found: list[Found]) -> Iterator[str]:
    statements = [part.statement for part in support]
    if not statements:
        return
    best = statements[0]
    if _HEDGED.search(best.text) and not _HEDGED.search(claimed.statement.text):
        yield "the evidence is less certain than the claim"
    if _PLANNED.search(best.text) and not _PLANNED.search(claimed.statement.text):
        yield "the evidence tells a plan or a condition, the claim a fact"
    if added := added_causality(claimed.statement, [part.statement for part in found]):
        yield f"the evidence does not say {added.text!r}"
    for exchange in exchanged_words(claimed.statement, best):
        if not exchange.is_noun:
            yield f"the evidence says {exchange.found!r} where the claim says {exchange.claimed!r}"
