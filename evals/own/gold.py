"""What the links of an organisation say about relevance, and how much each kind of them says."""

from collections.abc import Mapping
from enum import StrEnum

from retrieval.links import Link

RELATED_GRADE, SAME_GRADE = 1, 2
"""Worth a look; the same problem. What a judge says with 1 and 2, too."""


class LinkKind(StrEnum):
    """Why two records are taken to be about the same thing, in the words of the card."""

    PROBLEM = "share a problem or root-cause record"
    DUPLICATE = "are marked as duplicates, or have the same parent incident"
    RELATED = "are linked as related"

    @property
    def grade(self) -> int:
        """What one is worth as an answer to the other."""
        return RELATED_GRADE if self is LinkKind.RELATED else SAME_GRADE


# Every other link field says no more than "related": a plain parent can be any kind of work.
_PROBLEM = frozenset("problem problem_id known_error rca rca_id caused_by_problem".split())
_DUPLICATE = frozenset("duplicate_of duplicates parent_incident master_ticket".split())
_STRENGTH: Mapping[LinkKind, int] = {
    LinkKind.RELATED: 0,
    LinkKind.DUPLICATE: 1,
    LinkKind.PROBLEM: 2,
}


def kind_of(link: Link) -> LinkKind:
    """The kind of a link: no stronger than the weaker of the two statements it is made of."""
    told = [_kind(fields) for fields in (link.ours, link.theirs) if fields]
    return min(told, key=_STRENGTH.__getitem__)


def strongest(kinds: list[LinkKind]) -> LinkKind:
    """Of several links between the same records the one that says most."""
    return max(kinds, key=_STRENGTH.__getitem__)


def _kind(fields: frozenset[str]) -> LinkKind:
    if fields & _PROBLEM:
        return LinkKind.PROBLEM
    return LinkKind.DUPLICATE if fields & _DUPLICATE else LinkKind.RELATED
