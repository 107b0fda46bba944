"""The gate: what does not stand on its evidence leaves the draft and becomes a question."""

import pytest

from assistant.domain.drafts import (
    Claim,
    ClaimKind,
    DraftBody,
    DraftSection,
    SectionName,
    Verdict,
)
from assistant.domain.evidence import EvidencePack, Related
from assistant.services.drafting.gate import gate
from retrieval.records import Citation
from tests.unit.assistant.test_drafting import record

TEXT = "At 10:05 the pool of orders-db was lowered from 200 to 50. Payments failed at 10:07."
FIRST = TEXT.index("Payments") - 1
PACK = EvidencePack(record("INC1", TEXT), (Related(record("INC0", "The disk was full.")),))
CITED = PACK.incident.cite(0, FIRST)


def through(text: str, *citations: Citation, kind: ClaimKind = ClaimKind.FACT) -> DraftBody:
    claim = Claim(text=text, kind=kind, verdict=Verdict.SUPPORTED, citations=citations)
    section = DraftSection(name=SectionName.ROOT_CAUSE, claims=(claim,))
    return gate(DraftBody(title="Down", sections=(section,)), PACK)


def reasons(body: DraftBody) -> str:
    return "; ".join(reason for removed in body.removed for reason in removed.reasons)


class TestGate:
    def test_a_supported_claim_stays(self) -> None:
        body = through("The pool of orders-db was lowered from 200 to 50 at 10:05.", CITED)
        (claim,) = body.claims()
        assert claim.verdict is Verdict.SUPPORTED
        assert body.removed == ()
        assert body.questions == ()

    def test_an_unsupported_claim_becomes_a_question_with_its_reason(self) -> None:
        body = through("The pool of orders-db was raised from 50 to 200.", CITED)
        assert body.claims() == ()
        (question,) = body.questions
        assert question.section is SectionName.ROOT_CAUSE
        assert "The pool of orders-db was raised" in question.text
        assert reasons(body) in question.text

    def test_the_writers_own_verdict_counts_for_nothing(self) -> None:
        assert through("The vendor confirmed it.", CITED).claims() == ()

    def test_a_claim_without_citation_is_removed(self) -> None:
        assert "it cites nothing" in reasons(through("The pool was lowered."))

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"record_id": "INC7"}, "INC7 is not in the evidence"),
            ({"revision": 2}, "as revision 3, not 2"),
            ({"start": 1}, "does not say that"),
            ({"quote": "The pool of orders-db was raised."}, "does not say that"),
            ({"end": 9_999}, "has no span"),
            ({"start": -3}, "has no span"),
        ],
    )
    def test_a_citation_that_does_not_resolve_is_false(
        self, change: dict[str, object], reason: str
    ) -> None:
        values = {name: getattr(CITED, name) for name in Citation.__slots__} | change
        body = through("The pool of orders-db was lowered.", Citation(**values))
        assert body.claims() == ()
        assert reason in reasons(body)

    def test_another_records_sentence_is_never_a_fact_of_this_incident(self) -> None:
        other = PACK.precedents[0].record.cite(0, 18)
        assert through("The disk was full.", other).claims() == ()
        (claim,) = through("The disk was full.", other, kind=ClaimKind.PRECEDENT).claims()
        assert claim.kind is ClaimKind.PRECEDENT

    @pytest.mark.parametrize(
        "text",
        [
            "The pool was lowered, see https://evil.example.org/x",
            "The pool was lowered ![x](http://evil.example.org/p.png)",
            "The pool was [lowered](//evil.example.org)",
            "The pool was <b>lowered</b>",
        ],
    )
    def test_links_images_and_markup_do_not_pass(self, text: str) -> None:
        assert "link" in reasons(through(text, CITED))

    def test_an_authors_claim_is_theirs(self) -> None:
        (claim,) = through("I saw it myself.", kind=ClaimKind.AUTHOR).claims()
        assert claim.verdict is Verdict.AUTHOR_ASSERTED

    def test_passing_twice_changes_nothing(self) -> None:
        body = through("The pool of orders-db was raised.", CITED)
        assert gate(body, PACK) == body
