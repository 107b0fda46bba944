"""Who did it: the team, its users, its suppliers, and the names that act."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.services.verification.words import Statement, Word


class Side(StrEnum):
    """Whose people they are."""

    OWN = "own"  # whoever writes: "we", "the team"
    STAFF = "staff"  # of the organisation, by their job
    USERS = "users"
    OUTSIDE = "outside"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody as the one who acts; ``head`` compares equal for words of one meaning."""

    side: Side
    head: str
    text: str


@dataclass(frozen=True, slots=True)
class Deed:
    """An actor with the stem of what was done."""

    actor: Actor
    verb: str


# One meaning a line. Closed, as all lists here: words that as often name a program
# ("operator", "client", "manager") are left out.
_PEOPLE = {
    Side.OWN: "we us team teams engineer engineers on-call responder responders",
    Side.STAFF: """administrator administrators admins
developer developers
analyst analysts
technician technicians
dba dbas
desk helpdesk""",
    Side.USERS: """user users customer customers people caller callers worker workers employee
employees visitor visitors subscriber subscribers tenant tenants shopper shoppers
passenger passengers patient patients driver drivers""".replace("\n", " "),
    Side.OUTSIDE: """vendor vendors supplier suppliers manufacturer provider providers carrier
contractor contractors
consultant consultants
auditor auditors
partner partners
attacker attackers
crawler crawlers""",
}
_ACTORS = {
    word: (side, line.split()[0])
    for side, lines in _PEOPLE.items()
    for line in lines.splitlines()
    for word in line.split()
}
_SKIPPED = frozenset(
    """had has have did do does could can would will should may might must not never also then
    first later again been be to n't who and manually""".split()
)
_OBJECTS = frozenset("the a an it its them all our this that these".split())
_NOT_IN_NOUN = frozenset(
    """and but or on at in for with before after when it they he she we which who that to was were
    is are been be""".split()
)
_NOUN = 4
_PASSIVE = frozenset("is are was were be been being".split())
_BE = frozenset("is are was were".split())
_VERB_WITHIN = 5
_BY_WITHIN = 4


def is_own(word: Word) -> bool:
    """True for words by which a team speaks of itself."""
    return _ACTORS.get(word.lower, (None, ""))[0] is Side.OWN


def stranger(claim: Statement, told_in: Sequence[Statement]) -> str | None:
    """Somebody whom the claim names and the evidence does not; ``None`` if there is nobody.

    The team and its users are how a writer calls whoever acts or is affected, and need no
    mention. A supplier may stand for a name that acts.
    """
    known = {_head(word) for found in told_in for word in found.words}
    named = {deed.verb for found in told_in for deed in deeds(found) if _is_named(deed)}
    mine = {deed.actor.text: deed.verb for deed in deeds(claim)}
    for word in claim.words:
        side, head = _ACTORS.get(word.lower, (Side.OWN, ""))
        if side in (Side.OWN, Side.USERS) or head in known or word.negated:
            continue
        if head == "vendor" and mine.get(word.text) in named:
            continue
        return word.text
    return None


def other_doer(claim: Statement, told_in: Sequence[Statement]) -> str | None:
    """Who did it according to the evidence, when the claim says that somebody else did it."""
    told = [deed for found in told_in for deed in deeds(found)]
    mentioned = {word.lower for word in claim.words}
    for deed in deeds(claim):
        if _is_named(deed):
            continue
        others = [other.actor for other in told if other.verb == deed.verb]
        if any(_same(deed.actor, other, mentioned) for other in others):
            continue
        if others:
            return others[0].text
        if deed.actor.side is not Side.OWN and (agent := _other_agent(claim, deed, told_in)):
            return agent
    return None


def _other_agent(claim: Statement, deed: Deed, told_in: Sequence[Statement]) -> str | None:
    """Somebody outside the lists of people who did it: "approved by the CAB"."""
    for found in told_in:
        for index, word in enumerate(found.words):
            if word.key != deed.verb:
                continue
            agents = _agents(found.words, index)
            known = {claimed.key for claimed in claim.words}
            if agents and known.isdisjoint(agent.key for agent in agents):
                return agents[-1].text
    return None


def _agents(words: Sequence[Word], index: int) -> list[Word]:
    """The words that name who did what stands at ``index``, by a passive or before a verb."""
    after = [word.lower for word in words[index + 1 : index + 2]]
    if after == ["by"]:
        return _noun(words[index + 2 : index + 2 + _NOUN])
    if after and after[0] in _OBJECTS:
        before = list(_noun(list(reversed(words[max(0, index - _NOUN) : index]))))
        return before[::-1]
    return []


def _noun(words: Sequence[Word]) -> list[Word]:
    """The content words up to the end of the clause."""
    found: list[Word] = []
    for word in words:
        if word.is_mark or word.lower in _NOT_IN_NOUN:
            break
        if word.key:
            found.append(word)
    return found


def _same(claimed: Actor, found: Actor, mentioned: set[str]) -> bool:
    """True unless they cannot be the same; "the team" may be anybody of the organisation."""
    if found.side is Side.NAMED:
        # A name such as AWS is a company; one such as Priya may be anybody of the team.
        is_company = sum(character.isupper() for character in found.text) > 1
        return claimed.head == "vendor" or not is_company or found.text.lower() in mentioned
    if {claimed.side, found.side} <= {Side.OWN, Side.STAFF}:
        return claimed.side is not found.side or claimed.head == found.head
    return claimed.head == found.head


def turned_around(claim: Statement, told_in: Sequence[Statement]) -> str | None:
    """The verb of the claim whose two sides the evidence has the other way round.

    "A deadlock introduced the fix" where "the fix introduced a deadlock"; only where both
    are told in the same voice and nothing stands on its own side.
    """
    for index, verb in _active(claim):
        left, right = _beside(claim.words, index)
        for found in told_in:
            for place, other in _active(found):
                if other != verb:
                    continue
                doers, objects = _beside(found.words, place)
                crossed = left & objects and right & doers
                if crossed and left.isdisjoint(doers) and right.isdisjoint(objects):
                    return claim.words[index].text
    return None


def _active(found: Statement) -> Iterator[tuple[int, str]]:
    """Places and stems of verbs in the past that are no passive."""
    for index, word in enumerate(found.words[:-1]):
        passive = found.words[index + 1].lower == "by" or (
            index and found.words[index - 1].lower in _PASSIVE
        )
        if word.key and word.lower.endswith("ed") and not passive:
            yield index, word.key


def _beside(words: Sequence[Word], index: int) -> tuple[frozenset[str], frozenset[str]]:
    before = _noun(list(reversed(words[max(0, index - _NOUN) : index])))
    after = _noun(words[index + 1 : index + 1 + _NOUN])
    return frozenset(word.key for word in before), frozenset(word.key for word in after)


def deeds(found: Statement) -> Iterator[Deed]:
    """Who does what: an actor before a verb, or after "by"."""
    words = found.words
    for index in range(len(words)):
        actor = _actor(words, index)
        if actor is None:
            continue
        if (verb := _done_by(words, index)) or (verb := _verb_after(words, index)):
            yield Deed(actor, verb)
        for verb in _further(words, index):
            yield Deed(actor, verb)


def _actor(words: Sequence[Word], index: int) -> Actor | None:
    word = words[index]
    if word.lower in _ACTORS:
        return Actor(*_ACTORS[word.lower], word.text)
    if word.text[:1].isupper() and not word.is_mark and word.key and _acts(words, index):
        return Actor(Side.NAMED, word.key, word.text)
    return None


def _acts(words: Sequence[Word], index: int) -> bool:
    """A name acts where a verb in the past stands right behind it."""
    after = words[index + 1] if index + 1 < len(words) else None
    return after is not None and after.lower.endswith("ed") and len(after.text) > 4


def _verb_after(words: Sequence[Word], index: int) -> str:
    """The stem after the actor; nothing for a passive, in which others act."""
    for word in words[index + 1 : index + 1 + _VERB_WITHIN]:
        if word.is_mark or word.lower in _BE or word.lower == "by":
            return ""
        if word.lower in _SKIPPED or word.lower.endswith(("ly", "n't", "n’t")):
            continue
        return word.key
    return ""


def _further(words: Sequence[Word], index: int) -> Iterator[str]:
    """What else the actor did: "found a crawler … and blocked it"."""
    for place in range(index + 1, len(words) - 1):
        word, follower = words[place], words[place + 1]
        if word.text in (".", ";"):
            return
        if word.lower in ("and", "then") and follower.lower.endswith("ed") and follower.key:
            yield follower.key


def _done_by(words: Sequence[Word], index: int) -> str:
    before = [word.lower for word in words[max(0, index - _BY_WITHIN) : index]]
    if "by" not in before:
        return ""
    place = index - len(before) + len(before) - 1 - before[::-1].index("by")
    if any(words[position].is_mark for position in range(place, index)):
        return ""
    deed = words[place - 1] if place else None
    return deed.key if deed is not None else ""


def _is_named(deed: Deed) -> bool:
    return deed.actor.side is Side.NAMED


def _head(word: Word) -> str:
    return _ACTORS.get(word.lower, (Side.OWN, ""))[1]
