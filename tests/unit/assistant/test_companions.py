"""Companions: the claims of a draft for other readers, and what is missing as questions."""

from assistant.domain.companions import Companion, CompanionKind
from assistant.domain.drafts import Draft, DraftBody
from assistant.domain.evidence import EvidencePack, Related
from assistant.services.companions import BUILDERS, Material
from assistant.services.companions.linted import linted
from assistant.services.drafting.extractive import ExtractiveWriter
from assistant.services.drafting.whys import MAX_WHYS, five_whys
from assistant.services.exporting.markdown import render_markdown
from assistant.services.exporting.outline import companion_outline, outline
from retrieval.records import Record
from tests.drafts import stored
from tests.unit.assistant.test_drafting import INCIDENT, record

LOGGED = """Checkout of shop-web v4.2.1 fails whenever customers pay by card.

## Impact
1,240 customers could not pay for 45 minutes.

## Work notes
- 2026-03-02 10:07 oncall: pool of orders-db is exhausted
- 2026-03-02 10:20 oncall: raised a case with the vendor, case 4711234
- 2026-03-02 10:30 oncall: next update at 11:00

```
2026-03-02 10:06:59 ERROR pool orders-db exhausted (50/50)
```
"""

ROOT = "No alert tells of a full pool."


def made(kind: CompanionKind, incident: Record, *precedents: Record) -> tuple[Companion, Draft]:
    pack = EvidencePack(incident, tuple(Related(similar) for similar in precedents))
    draft = stored(ExtractiveWriter().write(pack).body)
    return BUILDERS[kind](Material(draft, incident)), draft


def texts(companion: Companion, heading: str) -> list[str]:
    found = [part for part in companion.sections if part.heading == heading]
    return [claim.text for part in found for claim in part.claims]


def asked(companion: Companion) -> list[str]:
    return [question for part in companion.sections for question in part.questions]


class TestEveryKind:
    def test_each_claim_is_one_of_the_draft_or_cites_the_record_word_for_word(self) -> None:
        incident = record("INC1", LOGGED, "Checkout")
        for kind in CompanionKind:
            companion, draft = made(kind, incident)
            assert companion.claims(), kind
            for claim in companion.claims():
                in_draft = claim in draft.body.claims()
                (citation,) = claim.citations
                assert incident.text[citation.start : citation.end] == citation.quote
                assert in_draft or "ERROR" in citation.quote

    def test_a_record_that_says_nothing_gives_only_questions(self) -> None:
        for kind in CompanionKind:
            companion, _ = made(kind, record("INC2", "n/a", "?"))
            assert companion.claims() == ()
            assert len(asked(companion)) >= 4

    def test_what_a_precedent_did_is_never_told_as_done(self) -> None:
        before = record("INC0", "## Resolution\nThe certificate of pay-gw-2 was renewed.\n")
        open_incident = record("INC3", "Payments at the checkout fail.", "Checkout")
        for kind in (CompanionKind.STATUS_UPDATE, CompanionKind.EXECUTIVE_SUMMARY):
            companion, _ = made(kind, open_incident, before)
            assert not any("pay-gw-2" in claim.text for claim in companion.claims())
        note, _ = made(CompanionKind.HANDOVER, open_incident, before)
        assert texts(note, "What was done") == []
        assert texts(note, "What past cases found and did") == [
            "The certificate of pay-gw-2 was renewed."
        ]


class TestStatusUpdate:
    def test_it_says_what_so_what_now_what_and_when_next(self) -> None:
        update, _ = made(CompanionKind.STATUS_UPDATE, record("INC1", LOGGED, "Checkout"))
        assert texts(update, "What happened")
        assert texts(update, "What it means") == ["1,240 customers could not pay for 45 minutes."]
        doing = texts(update, "What we are doing")
        assert doing[-1].endswith("raised a case with the vendor, case 4711234")
        assert texts(update, "Next update") == ["2026-03-02 10:30 oncall: next update at 11:00"]

    def test_a_missing_next_update_is_asked_for(self) -> None:
        update, _ = made(CompanionKind.STATUS_UPDATE, record("INC1", INCIDENT))
        assert "When is the next update, and who gives it?" in asked(update)


class TestLint:
    def test_an_update_without_a_now_what_is_told_so(self) -> None:
        text = "Checkout was down.\n\n## Impact\nUsers could not pay.\n"
        update, _ = made(CompanionKind.STATUS_UPDATE, record("INC6", text, "Checkout"))
        judged = linted(update)
        (finding,) = judged.findings
        assert (finding.rule, finding.quote) == ("status-update-incomplete", "")

    def test_blame_in_a_handover_is_found_where_it_stands(self) -> None:
        text = "Checkout was down.\n\n## Root cause\nThe engineer should have known better.\n"
        note, _ = made(CompanionKind.HANDOVER, record("INC6", text, "Checkout"))
        judged = linted(note)
        (blame,) = [finding for finding in judged.findings if finding.rule == "blame"]
        assert judged.text[blame.start : blame.end] == blame.quote

    def test_what_says_nothing_has_no_weak_spot(self) -> None:
        note, _ = made(CompanionKind.HANDOVER, record("INC2", "n/a", "?"))
        assert linted(note).findings == ()


class TestVendorDossier:
    def test_a_full_record_is_complete(self) -> None:
        dossier, _ = made(CompanionKind.VENDOR_DOSSIER, record("INC1", LOGGED, "Checkout"))
        assert dossier.completeness is not None
        assert dossier.completeness.missing == ("What was tried",)
        (log,) = texts(dossier, "Logs and error messages")
        assert log.startswith("2026-03-02 10:06:59 ERROR pool")

    def test_what_is_missing_lowers_the_score_and_is_asked(self) -> None:
        text = "The portal is slow.\n\n## Impact\n40 users wait.\n"
        dossier, _ = made(CompanionKind.VENDOR_DOSSIER, record("INC4", text, "Portal"))
        assert dossier.completeness is not None
        assert dossier.completeness.score == 2 / 8
        assert len(asked(dossier)) == 6


class TestExport:
    def test_the_document_has_headings_numbers_and_the_open_questions(self) -> None:
        companion, draft = made(CompanionKind.VENDOR_DOSSIER, record("INC1", LOGGED, "Checkout"))
        page = render_markdown(companion_outline(companion, draft))
        assert page.startswith("# Vendor dossier: Checkout")
        assert "7 of 8 parts are there (88%). Missing: what was tried." in page
        assert "## To be answered before it is sent" in page
        assert "## References\n1. INC1, revision 3" in page


class TestWhys:
    def test_the_chain_goes_from_what_happened_to_the_root_cause(self) -> None:
        body = ExtractiveWriter().write(EvidencePack(record("INC1", INCIDENT))).body
        first, second = five_whys(body)
        assert first.question == "Why: “Checkout was unavailable”?"
        assert first.answer
        assert "pool of orders-db was exhausted" in first.answer.text
        assert "pool of orders-db was exhausted" in second.question
        assert second.answer
        assert "no check of peak connections" in second.answer.text

    def test_an_unknown_cause_ends_the_chain_with_a_question(self) -> None:
        body = ExtractiveWriter().write(EvidencePack(record("INC2", "Mail is slow.", "Mail"))).body
        assert [why.answer for why in five_whys(body)] == [None]

    def test_the_root_cause_is_reached_within_five_steps(self) -> None:
        causes = "\n".join(f"- Job {n} failed because job {n + 1} failed." for n in range(9))
        text = f"Checkout was down.\n\n## Proximate cause\n{causes}\n\n## Root cause\n{ROOT}\n"
        body = ExtractiveWriter().write(EvidencePack(record("INC5", text, "Checkout"))).body
        whys = five_whys(body)
        assert len(whys) <= MAX_WHYS
        assert whys[-1].answer
        assert whys[-1].answer.text == ROOT

    def test_they_stand_below_the_root_cause_of_an_export(self) -> None:
        page = render_markdown(outline(stored(draft_body())))
        assert "## Five whys\n- Why: “Checkout was unavailable”? Payments failed" in page


def draft_body() -> DraftBody:
    return ExtractiveWriter().write(EvidencePack(record("INC1", INCIDENT))).body
