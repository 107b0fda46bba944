"""Near-duplicates among hits: the first is shown, the others are counted with it."""

import re

from retrieval.analysis import analyse
from retrieval.records import Record

# Two reports that share nine words of ten say the same: an alert that fired again, a ticket
# opened twice from a template. A smaller share is a different story in similar words.
_SAME_WORDS = 0.9
# Fewer words agree by chance.
_FEWEST_WORDS = 5

_DIGIT = re.compile(r"\d")


class Folding:
    """Tells of each record, in turn, which earlier one it repeats."""

    def __init__(self) -> None:
        self._leaders: list[tuple[Record, frozenset[str]]] = []

    def leader_of(self, record: Record) -> Record | None:
        """The earlier record that says the same, or ``None``: then this is a new leader.

        The same: of one kind, of the same services, nine in ten of their words shared.
        Words with digits (times, counters, the ends of pod names) are not compared, as
        they change from one occurrence to the next.
        """
        words = _words(record)
        for leader, known in self._leaders:
            if (
                leader.kind == record.kind
                and set(leader.services) == set(record.services)
                and _alike(words, known)
            ):
                return leader
        self._leaders.append((record, words))
        return None


def _words(record: Record) -> frozenset[str]:
    terms = analyse(f"{record.title}\n{record.text}")
    return frozenset(term for term in terms if not _DIGIT.search(term))


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    if min(len(one), len(other)) < _FEWEST_WORDS:
        return one == other and bool(one)
    shared = len(one & other)
    return shared >= _SAME_WORDS * (len(one) + len(other) - shared)
