"""Acronyms and what they stand for: ``synonyms.txt``, one meaning a line."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import Stemmer


class _Phrase(NamedTuple):
    words: tuple[str, ...]
    concept: str


def concepts(words: Sequence[str]) -> Iterator[str]:
    """A term for every acronym or phrase of the list among the stemmed words of a text."""
    known = _phrases()
    for place, word in enumerate(words):
        for phrase in known.get(word, ()):
            if tuple(words[place : place + len(phrase.words)]) == phrase.words:
                yield phrase.concept


@cache
def acronyms() -> frozenset[str]:
    """The single words of the list, in small letters: what operations people know."""
    return frozenset(
        variant for variants in _meanings() for variant in variants if variant.isalnum()
    )


@cache
def _phrases() -> dict[str, list[_Phrase]]:
    """Phrases by their first word."""
    stem = Stemmer.Stemmer("english").stemWord
    found: dict[str, list[_Phrase]] = defaultdict(list)
    for variants in _meanings():
        for variant in variants:
            words = tuple(stem(word) if word.isalpha() else word for word in variant.split())
            found[words[0]].append(_Phrase(words, f"={variants[0]}"))
    return dict(found)


def _meanings() -> Iterator[list[str]]:
    text = files("retrieval").joinpath("synonyms.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        entry = line.partition("#")[0].strip()
        if entry:
            yield [variant.strip().lower() for variant in entry.replace("=", ",").split(",")]
