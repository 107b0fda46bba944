"""Does the claim say the opposite? Negations and words of direction."""

from collections.abc import Iterator, Sequence

from assistant.services.verification.words import Statement, Word, is_negation, reach, statement

# Two sides of one thing. A claim that has one side where its evidence has only the other
# says the opposite; "un-" and its like are negations, see ``words``. Words stand as people
# write them, their stems are compared.
_OPPOSITES = """
increase raise grow expand bump double higher more upscale | reduce decrease lower shrink drop halve fewer less fall
enable | disable
start begin launch | stop end halt cease
keep kept continue remain | stop stopped halt cease end
confirm admit | deny denied dispute
add attach introduce | remove detach delete
create build rebuild | destroy delete
open | close shut
allow permit accept | block deny forbid reject refuse
connect | disconnect
upgrade | downgrade revert
up | down
before | after
earlier sooner early | later late
faster quicker | slower
first initial | last final
success succeed successful pass | fail failure
online | offline
newer new newest latest | older old oldest outdated
above over exceed | below under
maximum highest | minimum lowest
high | low
automatic automatically | manual manually
temporary interim | permanent
intermittent partial brief | constant continuous complete
primary | secondary standby
internal | external
inbound incoming | outbound outgoing
production prod | staging preproduction
pause suspend | resume
read | write
push | pull
renew renewed | expire expired
gain | lose lost
help helped helps resolve resolved resolves fix fixed solve solved | worsen worsened aggravate
""".strip().splitlines()  # noqa: E501 — a table, one meaning a line


def _sides() -> dict[str, list[tuple[int, int]]]:
    sides: dict[str, list[tuple[int, int]]] = {}
    for pair, line in enumerate(_OPPOSITES):
        for side, words in enumerate(line.split("|")):
            for word in words.split():
                for key in _keys(word):
                    entry = (pair, side)
                    if entry not in sides.setdefault(key, []):
                        sides[key].append(entry)
    return sides


def _keys(word: str) -> Iterator[str]:
    yield word
    key = statement(word).words[0].key
    if key and key != word:
        yield key


_SIDES = _sides()
# A negation belongs to the first words after it; further ones are reached by accident.
_HEADS = 3
_NO_VERBS = frozenset(statement(verb).words[0].key for verb in "failed outage crashed".split())
_NEAR = 4  # content words on each side that say what a direction is about


def opposite(claim: Statement, support: Sequence[Statement]) -> str | None:
    """The first word of direction that the support has only the other way round.

    When the support has both ways, the one that stands nearer to the claim's
    neighbouring words counts.
    """
    for index, word in enumerate(claim.words):
        for pair, side in _sides_of(word):
            same = _nearness(claim, index, support, pair, side)
            other = _nearness(claim, index, support, pair, 1 - side)
            if other is not None and (same is None or other > same):
                return word.text
    return None


def _sides_of(word: Word) -> list[tuple[int, int]]:
    """The pairs a word belongs to; a word that is denied stands on the other side."""
    found = {*_SIDES.get(word.lower, ()), *_SIDES.get(word.key, ())}
    return [(pair, 1 - side if word.denied else side) for pair, side in found]


def _nearness(
    claim: Statement, index: int, support: Sequence[Statement], pair: int, side: int
) -> int | None:
    """Most neighbours shared with a word of that side in the support; ``None`` if it has none."""
    around = _neighbours(claim.words, index)
    shared = [
        len(around & _neighbours(found.words, position))
        for found in support
        for position, word in enumerate(found.words)
        if (pair, side) in _sides_of(word)
    ]
    return max(shared, default=None)


def _neighbours(words: Sequence[Word], index: int) -> frozenset[str]:
    before = [word.key for word in words[:index] if word.key][-_NEAR:]
    after = [word.key for word in words[index + 1 :] if word.key][:_NEAR]
    return frozenset((*before, *after))


def contradicted(claim: Statement, support: Sequence[Statement]) -> str | None:
    """The first word that one of the two negates and the other states plainly."""
    return _flipped(claim, support) or next(
        (word for found in support if (word := _flipped(found, [claim]))), None
    )


def _flipped(one: Statement, others: Sequence[Statement]) -> str | None:
    """A word that ``one`` turns round and that the others have only the plain way."""
    if any(_says_no(other) for other in others) and not _says_no(one):
        return None
    for index in range(len(one.words)):
        if not is_negation(one.words, index):
            continue
        reached = [one.words[position] for position in reach(one.words, index)][:_HEADS]
        if any(True in _polarities(others, word.key) for word in reached):
            continue
        head = reached[0] if reached and reached[0].negated else None
        if head is not None and _plain_there(one, index, head, others):
            return head.text
    prefixed = [word for word in one.words if word.denied and not word.lower.startswith(word.key)]
    return next((w.text for w in prefixed if _polarities(others, w.key) == {False}), None)


def _plain_there(one: Statement, cue: int, head: Word, others: Sequence[Statement]) -> bool:
    """True when the others say the word plainly, and of the same thing.

    The same thing: they share a word that stands before the negation, or after it when
    nothing does.
    """
    if _polarities(others, head.key) != {False}:
        return False
    before = [word.key for word in one.words[:cue] if word.key][-_NEAR:]
    # What the others deny of the same subject is denied here too, in other words.
    if any(word.negated for other in others for word in other.words if word.key in before):
        return False
    after = [word.key for word in one.words[cue:] if word.key and word is not head][:_NEAR]
    return any(_polarities(others, key) for key in before or after or [head.key])


def _says_no(found: Statement) -> bool:
    """True when a verb says no by itself: "printing failed" is "could not print"."""
    return any(word.key in _NO_VERBS and not word.negated for word in found.words)


def _polarities(others: Sequence[Statement], key: str) -> frozenset[bool]:
    return frozenset(polarity for other in others for polarity in other.polarities(key))
