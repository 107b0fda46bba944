"""Near-verbatim claims: a sentence copied with one word exchanged is an error, not a paraphrase."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from assistant.services.verification.actors import is_own
from assistant.services.verification.words import Statement, Word, negations

# Two words and three fifths of the claim in the same order on both sides: below that a
# difference in wording says little.
_MIN_COMMON = 2
_MIN_SHARE = 0.6
# From here on a claim is a copy, and one negation more or less is no accident.
_COPY_SHARE = 0.85
_MAX_SWAPPED = 3
# What stands here does something rather than being spoken of.
_VERB_ENDING = ("ed", "ing", "ly")
_BEFORE_VERB = frozenset(
    """to will would could can may might should must shall do does did not never i we they it he
    she who which also then be is are was were been being has have had""".split()
)
_IRREGULAR = frozenset(
    """ran went got took made gave lost fell rose hit left kept held led sent shut broke began grew
    saw became brought built came knew meant met paid put said stood told wrote ran""".split()
)
# Whoever wrote the evidence; only the team may stand in their place.
_WRITERS = frozenset("we us i".split())
_AFTER_VERB = frozenset("the a an that this these those our their its his her all".split())


@dataclass(frozen=True, slots=True)
class Exchange:
    """A word of the claim that stands where the evidence has another one.

    ``is_noun``: it names what the sentence is about, as far as its place tells.
    """

    claimed: str
    found: str
    is_noun: bool


def exchanged_words(claim: Statement, found: Statement) -> list[Exchange]:
    """Words exchanged in a claim that otherwise follows the evidence word for word."""
    ours, theirs = _spoken(claim), _spoken(found)
    matcher = _matcher(ours, theirs)
    common, content = _common(matcher, ours), sum(1 for word in ours if word.key)
    if common < _MIN_COMMON or common < _MIN_SHARE * content:
        return []
    exchanges: list[Exchange] = []
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag != "replace" or last - first > _MAX_SWAPPED:
            continue
        new = _unknown(ours[first:last], found)
        old = _opposite_number(ours, theirs, (first, last), (start, end))
        if new and old:
            position = ours.index(new[0])
            is_noun = (
                _is_noun(ours, position) or _plural(new[0], old[0]) or _qualifies(ours, position)
            )
            exchanges.append(Exchange(new[0].text, old[0].text, is_noun))
    return exchanges


def negations_differ(claim: Statement, found: Statement) -> bool:
    """True for a copy that has a negation more, or fewer, than the part that it copies."""
    ours, theirs = _spoken(claim), _spoken(found)
    matcher = _matcher(ours, theirs)
    common, content = _common(matcher, ours), sum(1 for word in ours if word.key)
    if common < _MIN_COMMON or common < _COPY_SHARE * content:
        return False
    more, mine, its = 0, negations(ours), negations(theirs)
    for _, first, last, start, end in matcher.get_opcodes():
        one, other = ours[first:last], theirs[start:end]
        # A gap with words of its own left something out; only a bare "not" was put in.
        if last - first == end - start or not any(word.key for word in (*one, *other)):
            more += sum(mine[first:last]) - sum(its[start:end])
    return more % 2 == 1


def _opposite_number(
    ours: Sequence[Word], theirs: Sequence[Word], mine: tuple[int, int], its: tuple[int, int]
) -> list[Word]:
    """What the evidence has in the place of words of the claim.

    A claim that begins or ends in the middle of a long sentence is held against what stands
    beside the same words there; names are compared elsewhere.
    """
    (first, last), (start, end) = mine, its
    if end - start > _MAX_SWAPPED:
        if any(_is_name(word) for word in ours[first:last]):
            return []
        at_end = last == len(ours)
        beside = ours[:first] if at_end else theirs[end : end + _MAX_SWAPPED]
        if _content(beside) < _MIN_COMMON:
            return []
        start, end = (start, start + last - first) if at_end else (end - last + first, end)
    said = theirs[start:end]
    if any(is_own(word) for word in ours[first:last]):
        said = [word for word in said if word.lower not in _WRITERS]
    return [word for word in said if word.key or word.lower in _WRITERS]


def _is_name(word: Word) -> bool:
    return word.text[:1].isupper() and (not word.opens or word.text.isupper())


def _qualifies(words: Sequence[Word], position: int) -> bool:
    """ "The reporting gateway": between an article and the word that it qualifies."""
    before = words[position - 1].lower if position else ""
    after = words[position + 1] if position + 1 < len(words) else None
    return before in ("the", "a", "an") and after is not None and bool(after.key)


def _content(words: Sequence[Word]) -> int:
    return sum(1 for word in words if word.key)


def _matcher(ours: Sequence[Word], theirs: Sequence[Word]) -> SequenceMatcher[str]:
    return SequenceMatcher(a=_forms(ours), b=_forms(theirs), autojunk=False)


def _common(matcher: SequenceMatcher[str], ours: Sequence[Word]) -> int:
    """How many content words stand in the same order on both sides."""
    return sum(
        1
        for block in matcher.get_matching_blocks()
        for word in ours[block.a : block.a + block.size]
        if word.key
    )


def _spoken(found: Statement) -> Sequence[Word]:
    return [word for word in found.words if not word.is_mark]


def _forms(words: Sequence[Word]) -> list[str]:
    return [word.key or word.lower for word in words]


def _unknown(words: Sequence[Word], other: Statement) -> list[Word]:
    vocabulary = other.vocabulary()
    return [
        word
        for word in words
        if word.key and not word.key[0].isdigit() and not covered(word, vocabulary)
    ]


def covered(word: Word, vocabulary: frozenset[str]) -> bool:
    """True when the vocabulary has the word, or all the parts of a compound."""
    return word.key in vocabulary or bool(word.parts and vocabulary.issuperset(word.parts))


def _is_noun(words: Sequence[Word], position: int) -> bool:
    """True unless its ending or its neighbours show a verb or an adverb."""
    word = words[position]
    if word.text[:1].isupper() and not word.opens:
        return True
    before = words[position - 1].lower if position else ""
    after = words[position + 1].lower if position + 1 < len(words) else ""
    is_verb = (
        word.lower in _IRREGULAR
        or before in _BEFORE_VERB
        or before.endswith(("n't", "n’t"))
        or after in _AFTER_VERB
        or after.endswith("ly")
    )
    return not is_verb and not word.lower.endswith(_VERB_ENDING)


def _plural(one: Word, other: Word) -> bool:
    """ "Told to users", not "to use": an infinitive has no such ending."""
    return all(w.lower.endswith("s") and not w.lower.endswith("ss") for w in (one, other))
