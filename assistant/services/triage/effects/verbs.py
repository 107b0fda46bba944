"""Regular English verbs in the forms in which people tell what to do or what was done."""

import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import NamedTuple

_WORD = re.compile(r"(?<![\w/.-])[a-z][\w-]*", re.IGNORECASE)
_VOWELS = "aeiou"
_IRREGULAR = {
    "overwrite": ("overwrote", "overwritten", "overwriting"),
    "rewrite": ("rewrote", "rewritten", "rewriting"),
    "rebuild": ("rebuilt", "rebuilding"),
    "run": ("ran", "running"),
    "re-run": ("re-ran", "re-running"),
    "rerun": ("reran", "rerunning"),
    "tear": ("tore", "tearing"),
    "send": ("sent", "sending"),
    "take": ("took", "taken", "taking"),
    "shut": ("shutting",),
    "set": ("setting",),
    "reset": ("resetting",),
    "put": ("putting",),
    "do": ("did", "doing"),
    "bring": ("brought", "bringing"),
    "cut": ("cutting",),
    "let": ("letting",),
    "give": ("gave", "given", "giving"),
    "make": ("made", "making"),
    "get": ("got", "getting"),
    "blow": ("blew", "blown", "blowing"),
    "build": ("built", "building"),
    "undo": ("undid", "undone", "undoing"),
    "withdraw": ("withdrew", "withdrawn", "withdrawing"),
}


def forms(verb: str) -> Iterator[str]:
    """Base, past and gerund; the first word of a phrase is inflected ("turned off").

    The third person is left out: it describes ("the pod restarts") and tells nobody to act.
    """
    word, _, rest = verb.partition(" ")
    for form in (word, *_inflected(word)):
        yield f"{form} {rest}" if rest else form


def _inflected(word: str) -> tuple[str, ...]:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("e"):
        return f"{word}d", f"{word[:-1]}ing"
    if word.endswith("y") and word[-2] not in _VOWELS:
        return f"{word[:-1]}ied", f"{word}ing"
    if word[-1] not in "wxy" and word[-2] in _VOWELS and word[-3:-2] not in tuple(_VOWELS):
        # Both spellings: which one is right depends on the stress.
        doubled = word + word[-1]
        return f"{word}ed", f"{word}ing", f"{doubled}ed", f"{doubled}ing"
    return f"{word}ed", f"{word}ing"


class Verb(NamedTuple):
    """A verb found in a text: what it is, how it stands there, and where."""

    base: str
    form: str
    start: int
    end: int


class Lexicon:
    """Finds listed verbs, also those of two words; names that contain one are no verbs.

    "delete-old-snapshots", "prevent_destroy" and "/var/drop" are names.
    """

    def __init__(self, verbs: Iterable[str]) -> None:
        self._base = {form: verb for verb in verbs for form in forms(verb)}

    def find(self, text: str) -> Iterator[Verb]:
        """The verbs in the order of the text; of two that begin together the longer one."""
        words = list(_WORD.finditer(text))
        for word, following in zip_longest(words, words[1:]):
            form, end = word.group().lower(), word.end()
            if following is not None and following.start() == end + 1:
                pair = f"{form} {following.group().lower()}"
                if pair in self._base:
                    form, end = pair, following.end()
            if form in self._base:
                yield Verb(self._base[form], form, word.start(), end)
