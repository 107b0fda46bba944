"""Words as operations people write them: identifiers kept whole, and also split.

``analyse`` turns text into the terms of the lexical index. ``identifiers`` finds the
error codes, host names, versions, alert names and ticket numbers in a text.
"""

import hashlib
import itertools
import re
from collections import Counter
from functools import lru_cache

import Stemmer

from retrieval import synonyms

ANALYSIS_VERSION = "2"
"""Changes whenever the same text would give other terms; kept with every index."""

# Runs of word characters joined by the punctuation that identifiers contain.
WORD = re.compile(r"[^\W_]+(?:[._\-:/@+\\$#]+[^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
# CamelCase needs an inner capital after a lower-case letter: KubePodCrashLooping, not VPN.
_IS_CAMEL = re.compile(r"[a-z\d][A-Z]")

# Function words of English; they say nothing about an incident. Question words and
# negations stay: "not responding" and "why" carry meaning in tickets.
STOP_WORDS = frozenset(
    """a an and are as at be been but by did do does for from had has have he her his i if in into
    is it its me my of on or our she so such than that the their them then there these they this
    those to was we were which who will with would you your""".split()
)

# A token longer than this is a blob (base64, a minified line), not a word.
_MAX_TERM_CHARS = 80

# What changes from one occurrence to the next: found as a whole, its parts say nothing.
_VOLATILE = re.compile(
    r"""(?ix)
    [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}                     # a GUID
  | (?:0x)?(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,64}                   # an address or a hash
  | \d{4}-\d\d-\d\d(?:t\d\d:\d\d(?::\d\d)?(?:\.\d+)?z?)?(?:\+\d\d:\d\d)?
  | \d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?z?                            # a time of day
    """
)
# What Kubernetes puts behind the name of a deployment: replica set and pod.
_POD = re.compile(r"(?P<name>[a-z][a-z0-9-]*?)-[0-9a-f]{8,10}-[a-z0-9]{5}")

_stemmer = Stemmer.Stemmer("english")


def analyse(text: str) -> Counter[str]:
    """The lexical terms of a text with their counts.

    An identifier gives its whole lower-cased form and its parts; a prose word gives
    its stem (Snowball English); stop words give nothing. Of what is different each time
    (times, hashes, GUIDs, the ends of pod names) only the whole is kept, and a name
    without its volatile end besides. An acronym and what it stands for
    (``synonyms.txt``) give a term in common.
    """
    terms: list[str] = []
    words: list[str] = []
    for token in WORD.findall(text):
        found = word_terms(token)
        terms.extend(found)
        words.append(found[0] if len(found) == 1 else token.lower())
    terms.extend(synonyms.concepts(words))
    # Counted at once: a search analyses thousands of lines, and updates take half of the time.
    return Counter(terms)


@lru_cache(maxsize=200_000)
def word_terms(token: str) -> tuple[str, ...]:
    """The terms of one match of ``WORD``, as ``analyse`` counts them."""
    if len(token) > _MAX_TERM_CHARS:
        return tuple(_word(part) for part in _PART.findall(token)[:8] if _keeps(part))
    if _VOLATILE.fullmatch(token):
        return (token.lower(),)
    pod = _POD.fullmatch(token)
    if pod is not None:
        return (token.lower(), *word_terms(pod.group("name")))
    parts = _PART.findall(token)
    pieces = [piece for part in parts for piece in _pieces(part)]
    words = [_word(piece) for piece in pieces if _keeps(piece)]
    if len(pieces) > 1 or any(character.isdigit() for character in token):
        whole = token.lower()
        return (whole, *(word for word in words if word != whole))
    return tuple(words)


def _pieces(part: str) -> list[str]:
    if not _IS_CAMEL.search(part):
        return [part]
    split = _CAMEL.findall(part)
    # Codes such as 0x80070005 or e3b0c442 fall to crumbs when split; their parts mean nothing.
    return split if all(len(piece) > 1 for piece in split) else [part]


def _keeps(piece: str) -> bool:
    if len(piece) == 1:
        return piece.isdigit()
    return piece.lower() not in STOP_WORDS and len(piece) <= _MAX_TERM_CHARS


def _word(piece: str) -> str:
    lowered = piece.lower()
    if any(character.isdigit() for character in piece):
        return lowered
    stem: str = _stemmer.stemWord(lowered)
    return stem


# A longer line is somebody's own sentence, and after so many the rest is a log.
_MAX_LINE_CHARS = 200
_MAX_LINES = 200
_NOT_A_WORD = re.compile(r"[\W_]+")


def line_marks(text: str) -> dict[str, str]:
    """A mark for each short line of a text, equal for lines of the same words.

    By their marks an index counts how many records have a line: what many have (a greeting,
    the heading of a template, a signature) says nothing about any of them.
    """
    found: dict[str, str] = {}
    for line in itertools.islice(text.splitlines(), _MAX_LINES):
        words = _NOT_A_WORD.sub(" ", line.lower()).strip()
        if words and len(line) <= _MAX_LINE_CHARS:
            found[line] = hashlib.blake2b(
                words.encode("utf-8", "replace"), digest_size=6
            ).hexdigest()
    return found


_IDENTIFIER = re.compile(
    r"""
    (?P<code>\b(?:0x[0-9A-Fa-f]{4,16}|[A-Z]{2,10}[-_]\d{2,8}|[A-Z]{3,}(?:_[A-Z0-9]+)+
        |AADSTS\d{4,7}|E[A-Z]{4,12}\b|HTTP[ /]?[45]\d\d)\b)
  | (?P<version>\bv?\d+\.\d+(?:\.\d+){0,2}(?:-[A-Za-z0-9]+)?\b)
  | (?P<host>\b(?=[A-Za-z0-9.-]*[A-Za-z])[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?
        (?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?){1,6}\b)
  | (?P<machine>\b[a-z]{2,12}(?:-[a-z0-9]{1,12}){1,5}\b)
  | (?P<alert>\b(?:[A-Z][a-z]+){2,}[A-Z]?[a-z]*\b)
  | (?P<ticket>\b(?:INC|CHG|PRB|RITM|KB|TASK|REQ)\d{4,}\b)
    """,
    re.VERBOSE,
)
_HAS_DIGIT = re.compile(r"\d")


def identifiers(text: str) -> tuple[str, ...]:
    """Distinct identifiers in the order of the text, as written.

    Codes (``ORA-00257``, ``0x80070005``, ``KRB_AP_ERR_SKEW``), host and machine names
    (a machine name needs a digit: ``vpn-gw-lon-1``), CamelCase alert names, versions
    and ticket numbers.
    """
    found: dict[str, None] = {}
    for match in _IDENTIFIER.finditer(text):
        value = match.group()
        if match.lastgroup == "machine" and not _HAS_DIGIT.search(value):
            continue
        if match.lastgroup == "host" and not _plausible_host(value):
            continue
        found.setdefault(value)
    return tuple(found)


def _plausible_host(value: str) -> bool:
    """Not two sentences glued together, not "e.g", not a person's login such as "s.nowak"."""
    labels = value.split(".")
    if len(labels) == 2 and len(labels[0]) == 1:
        return False
    return len(labels[-1]) > 1 and len(value) > 4 and not labels[0].isdigit()
