"""A section written again: new from the writer, untouched where a person wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.drafts import (
    Claim,
    ClaimKind,
    DraftBody,
    Question,
    RemovedClaim,
    SectionName,
    Verdict,
)
from assistant.services.drafting.ports import Written
from assistant.services.drafting.rewriting import noted, rewritten
from tests.drafts import OWN, PAST, body, fact, stated, stored

IMPACT, CAUSE = SectionName.IMPACT, SectionName.ROOT_CAUSE


def letters(made: DraftBody) -> str:
    return " ".join(claim.text for s in made.sections if s.name is IMPACT for claim in s.claims)


def section(words: str) -> DraftBody:
    """Lower-case words are the writer's, words in capitals a person's."""
    return body(
        {IMPACT: [stated(word) if word.isupper() else fact(word) for word in words.split()]}
    )


class TestPlaces:
    @pytest.mark.parametrize(
        ("old", "fresh", "new"),
        [
            ("a b c", "x y", "x y"),
            ("A b", "x y", "A x y"),
            ("a B", "x y", "x y B"),
            ("a B c", "x y z", "x B y z"),
            ("a b C d", "x", "x C"),
            ("a B c", "", "B"),
            ("A B", "x y", "x y A B"),
            ("", "x", "x"),
            ("A b C d E", "x y z", "A x C y z E"),
        ],
    )
    def test_what_a_person_wrote_stays_in_its_place(self, old: str, fresh: str, new: str) -> None:
        assert letters(rewritten(section(old), section(fresh), IMPACT)) == new

    @given(st.text("abAB ", max_size=12), st.text("xyz ", max_size=8))
    def test_nothing_of_a_person_is_lost_or_moved_among_their_own(
        self, old: str, fresh: str
    ) -> None:
        spaced = section(" ".join(old.replace(" ", "")))
        new = rewritten(spaced, section(" ".join(fresh.replace(" ", ""))), IMPACT)
        own = [claim for claim in spaced.claims() if claim.kind is ClaimKind.AUTHOR]
        assert [claim for claim in new.claims() if claim.kind is ClaimKind.AUTHOR] == own
        written = [claim.text for claim in new.claims() if claim.kind is not ClaimKind.AUTHOR]
        assert written == list(fresh.replace(" ", ""))

    @given(st.text("abAB", max_size=12), st.text("xyz", max_size=8))
    def test_the_same_again_changes_nothing(self, old: str, fresh: str) -> None:
        again = section(" ".join(fresh))
        once = rewritten(section(" ".join(old)), again, IMPACT)
        assert rewritten(once, again, IMPACT) == once


class TestWhatComesBack:
    def test_a_claim_that_a_person_reworded_does_not(self) -> None:
        ours = Claim(
            text="Payments were down from 10:07.",
            kind=ClaimKind.AUTHOR,
            verdict=Verdict.SUPPORTED,
            citations=(OWN,),
        )
        fresh = body({IMPACT: [fact("Payments failed at 10:07.", OWN), fact("More.", PAST)]})
        new = rewritten(body({IMPACT: [ours]}), fresh, IMPACT)
        assert letters(new) == "More. Payments were down from 10:07."

    def test_a_claim_that_a_person_typed_does_not(self) -> None:
        new = rewritten(body({IMPACT: [stated("x")]}), body({IMPACT: [fact("X")]}), IMPACT)
        assert letters(new) == "x"

    def test_a_claim_that_a_person_took_out_does(self) -> None:
        new = rewritten(body({}), body({IMPACT: [fact("x")]}), IMPACT)
        assert letters(new) == "x"


class TestTheRest:
    OLD = body(
        {IMPACT: [fact("a")], CAUSE: [fact("b"), stated("C")]},
        Question(section=SectionName.SUMMARY, text="What?"),
        Question(section=IMPACT, text="How many?"),
        Question(section=CAUSE, text="Why?"),
    )
    FRESH = body(
        {IMPACT: [fact("x")], CAUSE: [fact("y")]},
        Question(section=IMPACT, text="How long?"),
        Question(section=CAUSE, text="Whence?"),
    ).model_copy(
        update={
            "title": "Other",
            "removed": (
                RemovedClaim(section=IMPACT, text="z", reasons=("r",)),
                RemovedClaim(section=CAUSE, text="z", reasons=("r",)),
            ),
        }
    )

    def test_other_sections_are_not_touched(self) -> None:
        new = rewritten(self.OLD, self.FRESH, IMPACT)
        assert new.title == self.OLD.title
        before = {s.name: s for s in self.OLD.sections if s.name is not IMPACT}
        assert {s.name: s for s in new.sections if s.name is not IMPACT} == before

    def test_only_the_questions_of_the_section_are_asked_anew(self) -> None:
        new = rewritten(self.OLD, self.FRESH, IMPACT)
        assert [question.text for question in new.questions] == ["What?", "How long?", "Why?"]
        assert [(gone.section, gone.text) for gone in new.removed] == [(IMPACT, "z")]


class TestNotes:
    def test_say_who_had_what_written_again_once_a_section(self) -> None:
        first = stored(body({})).provenance
        written = Written(body({}), "rca_draft/v1", "scripted:one", ("Fell back.",))
        once = noted(first, Written(body({})), IMPACT, "extractive", "ruth")
        twice = noted(once, written, IMPACT, "chat", "paul")
        assert once.notes == ("Impact was written again for ruth (extractive).",)
        assert twice.notes == (
            "Impact was written again for paul (chat, rca_draft/v1, scripted:one).",
            "Fell back.",
        )
        assert (twice.writer, twice.evidence) == (first.writer, first.evidence)
