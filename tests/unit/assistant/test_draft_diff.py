"""The difference of two revisions: complete, by section, down to words."""

from collections.abc import Sequence
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.console import show_diff
from assistant.domain.drafts import Claim, DraftBody, Question, SectionName
from assistant.schemas import DiffOut
from assistant.services.draft_diff import Change, Happened, diff, words_changed
from assistant.services.draft_reading import Compared
from tests.drafts import OWN, PAST, body, fact, stated, stored

_WORDS = st.lists(st.sampled_from("the disk was full at 10:07, not half".split()), max_size=6).map(
    " ".join
)
_CLAIMS = st.one_of(
    _WORDS.map(fact), _WORDS.map(stated), _WORDS.map(lambda text: fact(text, OWN, PAST))
)
_SECTIONS = st.dictionaries(
    st.sampled_from([SectionName.IMPACT, SectionName.ACTIONS]), st.lists(_CLAIMS, max_size=6)
)
_QUESTIONS = st.lists(
    st.builds(Question, section=st.sampled_from(SectionName), text=_WORDS), max_size=5
)
BODIES = st.builds(lambda told, asked: body(told, *asked), _SECTIONS, _QUESTIONS)

ItemT = TypeVar("ItemT", Claim, Question)


def applied(old: Sequence[ItemT], changes: Sequence[Change[ItemT]]) -> list[ItemT]:
    """The old list with the changes made to it."""
    gone = {change.old_at for change in changes}
    made = [item for at, item in enumerate(old) if at not in gone]
    placed = [(c.new_at, c.new) for c in changes if c.new_at is not None and c.new is not None]
    for at, item in sorted(placed, key=lambda pair: pair[0]):
        made.insert(at, item)
    return made


def of(made: DraftBody, name: SectionName) -> tuple[Claim, ...]:
    return next(section.claims for section in made.sections if section.name is name)


class TestDiff:
    @given(BODIES, BODIES)
    def test_the_old_with_the_changes_is_the_new(self, old: DraftBody, new: DraftBody) -> None:
        found = diff(old, new)
        changes = {section.name: section.changes for section in found.sections}
        for name in SectionName:
            assert applied(of(old, name), changes.get(name, ())) == list(of(new, name))
        assert applied(old.questions, found.questions) == list(new.questions)

    @given(BODIES, BODIES)
    def test_every_change_says_what_it_was(self, old: DraftBody, new: DraftBody) -> None:
        for section in diff(old, new).sections:
            for change in section.changes:
                assert change.old == (
                    None if change.old_at is None else of(old, section.name)[change.old_at]
                )
                assert change.old != change.new
                if change.segments:
                    assert change.old is not None
                    kept = [s.text for s in change.segments if s.happened is not Happened.ADDED]
                    assert "".join(kept) == change.old.text

    @given(BODIES)
    def test_nothing_differs_from_itself(self, same: DraftBody) -> None:
        assert not diff(same, same)

    def test_a_reworded_claim_is_changed_and_a_new_one_added(self) -> None:
        old = body({SectionName.IMPACT: [fact("Payments failed at 10:07."), fact("It was dark.")]})
        new = body(
            {
                SectionName.IMPACT: [
                    fact("Nobody could log in."),
                    fact("All payments failed at 10:08."),
                    fact("It was dark."),
                ]
            }
        )
        (section,) = diff(old, new).sections
        assert section.name is SectionName.IMPACT
        added, changed = section.changes
        assert (added.happened, added.new_at) == (Happened.ADDED, 0)
        assert (changed.happened, changed.old_at, changed.new_at) == (Happened.CHANGED, 0, 1)

    def test_what_says_something_else_is_no_rewording(self) -> None:
        old = body({SectionName.IMPACT: [fact("Payments failed.")]})
        new = body({SectionName.IMPACT: [fact("Nobody could log in.")]})
        (section,) = diff(old, new).sections
        assert [c.happened for c in section.changes] == [Happened.REMOVED, Happened.ADDED]

    def test_other_citations_alone_are_a_change_without_segments(self) -> None:
        old = body({SectionName.IMPACT: [fact("Payments failed.", OWN)]})
        new = body({SectionName.IMPACT: [fact("Payments failed.", OWN, PAST)]})
        (change,) = diff(old, new).sections[0].changes
        assert (change.happened, change.segments) == (Happened.CHANGED, ())

    def test_a_section_too_long_to_compare_is_still_told_in_full(self) -> None:
        old = body({SectionName.IMPACT: [fact(f"The disk {n} was full.") for n in range(101)]})
        new = body({SectionName.IMPACT: [fact(f"The disk {n} is full.") for n in range(101)]})
        (section,) = diff(old, new).sections
        assert len(section.changes) == 202
        assert applied(of(old, section.name), section.changes) == list(of(new, section.name))


class TestWords:
    def test_only_what_changed_is_marked(self) -> None:
        found = words_changed("Failed at 10:07.", "Failed twice at 10:08.")
        told = [(segment.happened.value, segment.text) for segment in found]
        assert told == [
            ("kept", "Failed"),
            ("added", " twice"),
            ("kept", " at 10:"),
            ("removed", "07"),
            ("added", "08"),
            ("kept", "."),
        ]

    @given(st.text(), st.text())
    def test_segments_make_both_texts(self, old: str, new: str) -> None:
        found = words_changed(old, new)
        assert "".join(s.text for s in found if s.happened is not Happened.ADDED) == old
        assert "".join(s.text for s in found if s.happened is not Happened.REMOVED) == new


class TestConsole:
    def test_tells_changes_without_colours_too(self, capsys: pytest.CaptureFixture[str]) -> None:
        old = {SectionName.IMPACT: [fact("Failed [1] at 10:07."), fact("Same."), fact("Gone.")]}
        new = {SectionName.IMPACT: [fact("Failed [1] at 10:08."), fact("Same.", PAST)]}
        asked = Question(section=SectionName.IMPACT, text="How many?")
        before, after = body(old), body(new, asked)
        compared = Compared(stored(before, 1), stored(after, 2), diff(before, after))
        show_diff(DiffOut.of(compared))
        lines = capsys.readouterr().out.splitlines()
        assert lines == [
            "draft-1  revision 1 → 2",
            "",
            "Impact",
            "- Gone.",
            "~ Failed [1] at 10:[-07-]{+08+}.",
            "~ Same. (the same words, but not the same sources or verdict)",
            "",
            "Questions",
            "+ How many?",
        ]
