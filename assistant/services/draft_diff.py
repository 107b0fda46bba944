"""What differs between two revisions of a draft: claims by section, and questions."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Generic, TypeVar

from assistant.domain.drafts import Claim, DraftBody, Question, SectionName

ItemT = TypeVar("ItemT", Claim, Question)

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_WORD = re.compile(r"\w+")
# Less than half of the words in common, and one shown as a rewrite of the other reads worse
# than the two apart.
_REWRITTEN = 0.5
# Comparing each of a hundred new claims with each of a hundred old takes about a quarter of a
# second; nobody reads the rewrites of a longer section one by one.
_MOST_PAIRS = 10_000


class Happened(StrEnum):
    """What became of a claim, a question or some words."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Segment:
    """Words that were kept, added or removed; kept and removed ones make up the old text."""

    happened: Happened
    text: str


@dataclass(frozen=True, slots=True)
class Change(Generic[ItemT]):
    """One claim or question that was added, removed or changed.

    ``old_at`` and ``new_at`` are its places (from 0) in the old and the new list, ``None``
    where it is not in that list. ``segments`` tell a change of the text; they are empty
    where only the kind, the verdict or the citations changed.
    """

    happened: Happened
    old_at: int | None = None
    new_at: int | None = None
    old: ItemT | None = None
    new: ItemT | None = None
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionDiff:
    """The changes in one section, in reading order."""

    name: SectionName
    changes: tuple[Change[Claim], ...]


@dataclass(frozen=True, slots=True)
class DraftDiff:
    """Everything that differs: without the old places that are named, and with the new items
    put at theirs, the old lists become the new ones. Sections without a change are left out.
    """

    sections: tuple[SectionDiff, ...]
    questions: tuple[Change[Question], ...]

    def __bool__(self) -> bool:
        return bool(self.sections or self.questions)


def diff(old: DraftBody, new: DraftBody) -> DraftDiff:
    """What differs between two bodies. What moved counts as removed here and added there."""
    before, after = _claims(old), _claims(new)
    found = (
        SectionDiff(name, _changes(before[name], after[name], lambda claim: claim.text))
        for name in SectionName
    )
    return DraftDiff(
        sections=tuple(section for section in found if section.changes),
        questions=_changes(old.questions, new.questions, lambda question: question.text),
    )


def words_changed(old: str, new: str) -> tuple[Segment, ...]:
    """Two texts, word by word: kept and removed segments make the old, kept and added the new."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    found: list[Segment] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Segment(Happened.KEPT, "".join(before[a:b])))
            continue
        if a < b:
            found.append(Segment(Happened.REMOVED, "".join(before[a:b])))
        if c < d:
            found.append(Segment(Happened.ADDED, "".join(after[c:d])))
    return tuple(found)


def _claims(body: DraftBody) -> dict[SectionName, tuple[Claim, ...]]:
    told: dict[SectionName, tuple[Claim, ...]] = dict.fromkeys(SectionName, ())
    return told | {section.name: section.claims for section in body.sections}


def _changes(
    old: Sequence[ItemT], new: Sequence[ItemT], text: Callable[[ItemT], str]
) -> tuple[Change[ItemT], ...]:
    found: list[Change[ItemT]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        pairs = dict(_pairs(old, new, range(a, b), range(c, d), text))
        for at in range(a, b):
            if at not in pairs:
                found.append(Change(Happened.REMOVED, old_at=at, old=old[at]))
        rewritten = {later: earlier for earlier, later in pairs.items()}
        for at in range(c, d):
            if at in rewritten:
                found.append(_rewrite(old, new, rewritten[at], at, text))
            else:
                found.append(Change(Happened.ADDED, new_at=at, new=new[at]))
    return tuple(found)


def _rewrite(
    old: Sequence[ItemT], new: Sequence[ItemT], a: int, c: int, text: Callable[[ItemT], str]
) -> Change[ItemT]:
    before, after = text(old[a]), text(new[c])
    segments = () if before == after else words_changed(before, after)
    return Change(Happened.CHANGED, a, c, old[a], new[c], segments)


def _pairs(
    old: Sequence[ItemT],
    new: Sequence[ItemT],
    before: range,
    after: range,
    text: Callable[[ItemT], str],
) -> Iterator[tuple[int, int]]:
    """Places in the old and the new list that hold versions of one item, the likest first."""
    if len(before) * len(after) > _MOST_PAIRS:
        return
    likeness = sorted((-_likeness(text(old[a]), text(new[c])), a, c) for a in before for c in after)
    used_old: set[int] = set()
    used_new: set[int] = set()
    for negative, a, c in likeness:
        if -negative >= _REWRITTEN and a not in used_old and c not in used_new:
            used_old.add(a)
            used_new.add(c)
            yield a, c


def _likeness(old: str, new: str) -> float:
    """The share of words in common, in order (the ratio of ``difflib``), from 0 to 1."""
    before, after = _WORD.findall(old.casefold()), _WORD.findall(new.casefold())
    return SequenceMatcher(None, before, after, autojunk=False).ratio()
