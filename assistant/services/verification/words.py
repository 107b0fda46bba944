"""Statements as the verifier reads them: words by their stem, each with its polarity."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.services.verification.folding import tidy
from retrieval.analysis import analyse


@dataclass(frozen=True, slots=True)
class Word:
    """One word or punctuation mark.

    ``key`` is its stem or the head of its family of synonyms, empty for marks and
    function words; ``parts`` are the stems inside a compound such as ``ingress-nginx``.
    ``negated`` says that a negation reaches it, ``denied`` that it is the first one reached.
    ``opens`` is true at the beginning of a sentence or clause, where a capital says nothing.
    ``start`` is the offset in the statement's text.
    """

    text: str
    key: str = ""
    parts: tuple[str, ...] = ()
    opens: bool = False
    negated: bool = False
    denied: bool = False
    start: int = 0

    @property
    def lower(self) -> str:
        """The word in small letters."""
        return self.text.casefold()

    @property
    def is_mark(self) -> bool:
        """True for punctuation."""
        return not any(character.isalnum() for character in self.text)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence as tidied text and as words."""

    text: str
    words: tuple[Word, ...]

    def vocabulary(self) -> frozenset[str]:
        """Everything that a word of another statement can be covered by."""
        found: set[str] = set()
        before = ""
        for word in self.words:
            if word.key:
                found.add(word.key)
                found.update(word.parts)
                found.add(before + word.key)
            before = word.key
        return frozenset(found)

    def polarities(self, key: str) -> frozenset[bool]:
        """Whether the word stands negated here, or plainly, or both; empty when absent."""
        return frozenset(word.negated for word in self.words if key in (word.key, *word.parts))


# Families of words that operations people use for one another; the first is the head.
# Closed on purpose: a word that is missing costs coverage, one too many lets an error pass.
_FAMILIES = """
restart reboot recycle bounce
revert rollback undo back-out
outage downtime
fail failure error break broke broken fault
notice detect discover spot observe identify find found see saw seen
report alert notify inform announce tell told flag
fix repair resolve restore recover mitigate solve remedy resolution recovery
remove delete destroy drop purge
change modify update amend alter modification
user customer people caseworker
start begin began begun launch commence
increase raise grow bump expand rise grew rose enlarge
reduce decrease lower shrink cut fall fell shrank
stop halt cease
issue problem incident
configuration config setting configure
certificate cert
kubernetes k8s
database db
application app
repository repo
authentication auth authenticate login
deploy deployment rollout release
message notification comms
impact affect disrupt
cause trigger lead result due reason because
expire expiry expiration
several multiple numerous many
slow slowness latency sluggish degrade
fast quick rapid
show reveal indicate
large big
need require necessary
minute min
second sec
hour hr
use utilise
hide hid hidden
run ran
take took taken
give gave given
lose lost
keep kept
hold held
send sent
build built
bring brought
write wrote written
choose chose chosen
forget forgot forgotten
freeze froze frozen
hang hung
spend spent
throw threw thrown
withdraw withdrew withdrawn
come came
make made
overwrite overwrote overwritten
""".strip().splitlines()

_PAIRS = {
    ("roll", "back"): "revert",
    ("back", "out"): "revert",
    ("turn", "off"): "disabl",
    ("switch", "off"): "disabl",
    ("turn", "on"): "enabl",
    ("switch", "on"): "enabl",
    ("went", "down"): "down",
    ("run", "out"): "exhaust",
    ("ran", "out"): "exhaust",
    ("no", "longer"): "",
}

# Words that carry no fact of their own; they neither need nor give support.
_LIGHT = frozenset(
    """also then very just some while about during where when there can could may might would
    should shall must get got own each both any other more most such only still already again
    however therefore thus hence which what how being very within via per etc following
    not no nor never none neither cannot without due because after before until since once so
    approx approximately around roughly that this these those here true""".split()
)

_TOKEN = re.compile(
    r"[^\W_]+(?:[._\-:/@+\\$#'’&]+[^\W_]+)*%?|[<>]=?|[,;:.()–—!?\"“”]|(?<=\s)-(?=\s)"
)
_POSSESSIVE = re.compile(r"['’]s?$")
_OPENERS = frozenset('.:!?"“–—-(')


@lru_cache(maxsize=50_000)
def _keys_of(token: str) -> tuple[str, ...]:
    """The head of the word's family first, then the stems of its parts."""
    bare = _POSSESSIVE.sub("", token)
    if bare.casefold() in _LIGHT:
        return ()
    terms = tuple(_HEADS.get(term, term) for term in analyse(bare))
    return terms or ((bare.casefold(),) if bare.isdigit() else ())


def _heads() -> dict[str, str]:
    heads: dict[str, str] = {}
    for line in _FAMILIES:
        stems = [next(iter(analyse(word)), word) for word in line.split()]
        heads.update(dict.fromkeys(stems, stems[0]))
    return heads


_HEADS = _heads()


@lru_cache(maxsize=20_000)
def statement(text: str) -> Statement:
    """Read one sentence."""
    plain = tidy(text)
    return Statement(plain, tuple(_with_polarity(list(_words(plain)))))


def _words(text: str) -> Iterator[Word]:
    opens = True
    tokens = list(_TOKEN.finditer(text))
    skip = False
    for index, match in enumerate(tokens):
        if skip:
            skip = False
            continue
        token = match.group()
        keys = _keys_of(token)
        follower = tokens[index + 1].group().casefold() if index + 1 < len(tokens) else ""
        pair = _PAIRS.get((keys[0] if keys else token.casefold(), follower))
        if pair is not None:
            skip = True
            yield Word(f"{token} {follower}", pair, (), opens, start=match.start())
        else:
            yield Word(token, keys[0] if keys else "", keys[1:], opens, start=match.start())
        opens = token in _OPENERS


# What turns the words after it round; "failed to" and "refused to" do too.
_NEGATION = re.compile(
    r"not|never|no|no longer|none|nobody|nothing|neither|nor|without|cannot|unable|\w+n['’]t"
    r"|lack(?:s|ed|ing)?|missing|absence|(?:could|does|did|was|were|do|is|can|would|has|have)not"
    r"|(?:did|does|do|is|was|were|could|would|should|has|have|had|ca|wo)nt",
    re.IGNORECASE,
)
_NEEDS_TO = re.compile(r"fail(?:s|ed|ing|ure)?|refus(?:es|ed|ing|al)|declin(?:es|ed|ing)", re.I)
_INSTEAD = {
    ("instead", "of"), ("rather", "than"), ("ruled", "out"), ("prevented", "from"),
    ("unrelated", "to"), ("independent", "of"), ("regardless", "of"), ("irrespective", "of"),
}  # fmt: skip
# "Lost access" is "could not access".
_LOSES = frozenset("lose loses lost losing".split())
_LOST = frozenset("access connectivity contact".split())
_LOST_WITHIN = 3
# Where the reach of a negation ends.
_BARRIERS = frozenset(
    """, ; : . ( ) – — ! ? but although though however because due so which while whereas and
    when as since until unless if after before""".split()
)
_REACH = 4  # content words
_BE = frozenset("is are was were be been being go goes went gone".split())


def is_negation(words: Sequence[Word], index: int) -> bool:
    """True when the word at ``index`` turns what follows it round."""
    lower = words[index].lower
    follower = words[index + 1].lower if index + 1 < len(words) else ""
    if (lower == "no" and follower == ".") or (lower == "not" and follower in ("only", "least")):
        return False
    if _NEEDS_TO.fullmatch(lower):
        return follower == "to"
    if lower in _LOSES:
        near = words[index + 1 : index + 1 + _LOST_WITHIN]
        return any(word.lower in _LOST for word in near)
    return (lower, follower) in _INSTEAD or bool(_NEGATION.fullmatch(lower))


def negations(words: Sequence[Word]) -> list[int]:
    """For each word whether it turns something round, by itself (1), by its prefix too (2)."""
    return [
        is_negation(words, index) + (_PREFIXED.fullmatch(word.lower) is not None)
        for index, word in enumerate(words)
    ]


def _with_polarity(words: list[Word]) -> Iterator[Word]:
    cues = [index for index in range(len(words)) if is_negation(words, index)]
    flips = [0] * len(words)
    heads: set[int] = set()
    for index in cues:
        reached = reach(words, index)
        heads.update(reached[:1])
        for position in reached:
            flips[position] += 1
    for index, word in enumerate(words):
        plain = _without_prefix(word)
        prefixed = plain != word.key
        negated = (flips[index] + prefixed) % 2 == 1
        denied = negated and (prefixed or index in heads)
        # A cue is heard in the polarity of the others; it asks for no support of its own.
        key = "" if index in cues else plain
        yield replace(word, key=key, negated=negated, denied=denied)


def reach(words: Sequence[Word], index: int) -> list[int]:
    """Positions of the content words that a negation at ``index`` turns round.

    "Annotations were missing" works backwards; everything else forwards to the end of
    the clause, four content words at most.
    """
    backwards = words[index].lower == "missing" and index > 0 and words[index - 1].lower in _BE
    positions = range(index - 1, -1, -1) if backwards else range(index + 1, len(words))
    reached: list[int] = []
    for position in positions:
        word = words[position]
        if word.lower in _BARRIERS and reached:
            break
        if word.key and not word.lower.endswith("ly"):
            reached.append(position)
            if len(reached) == _REACH:
                break
    return reached


# Closed, because most words that begin so are no negation: "under", "invest", "display".
_NEGATED_FORMS = """unavailable/available unreachable/reachable unsuccessful/successful
unsuccessfully/successfully unhealthy/healthy unresponsive/responsive unstable/stable
unaffected/affected unaware/aware unexpected/expected unplanned/planned unscheduled/scheduled
unauthorised/authorised unauthorized/authorized unused/used unknown/known unlikely/likely
unpaused/paused unlocked/locked unmounted/mounted uncordoned/cordoned unencrypted/encrypted
unsupported/supported unresolved/resolved unchanged/changed untested/tested unlimited/limited
incorrect/correct incorrectly/correctly invalid/valid inaccessible/accessible inactive/active
insufficient/sufficient incomplete/complete inconsistent/consistent incompatible/compatible
impossible/possible irrelevant/relevant disconnected/connected disallowed/allowed
non-production/production non-responding/responding nonexistent/existent""".split()
_NEGATIVE_FORMS = [pair.partition("/")[0] for pair in _NEGATED_FORMS]
_WITH_PREFIX = {
    next(iter(analyse(word))): next(iter(analyse(plain)))
    for word, plain in (pair.split("/") for pair in _NEGATED_FORMS)
}
_PREFIXED = re.compile("|".join(_NEGATIVE_FORMS))


def _without_prefix(word: Word) -> str:
    plain = _WITH_PREFIX.get(word.key)
    return word.key if plain is None else _HEADS.get(plain, plain)
