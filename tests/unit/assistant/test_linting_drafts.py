"""What the linter finds in a draft, by section and claim."""

from datetime import UTC, datetime

from assistant.domain.drafts import (
    Claim,
    ClaimKind,
    Draft,
    DraftBody,
    DraftSection,
    Provenance,
    SectionName,
    Verdict,
)
from assistant.services.linting.linter import lint_draft


def claim(text: str, kind: ClaimKind = ClaimKind.FACT) -> Claim:
    return Claim(text=text, kind=kind, verdict=Verdict.SUPPORTED)


def draft_of(**sections: list[Claim]) -> Draft:
    return Draft(
        id="draft-1",
        record_id="INC1",
        revision=1,
        body=DraftBody(
            title="Mail gateway down",
            sections=tuple(
                DraftSection(name=name, claims=tuple(sections.get(name.name, ())))
                for name in SectionName
            ),
        ),
        provenance=Provenance(writer="extractive", evidence=()),
        author="ruth",
        edited_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


class TestDraft:
    def test_offsets_are_those_of_the_claim(self) -> None:
        text = "🙂 The engineer should have known it."
        draft = draft_of(ROOT_CAUSE=[claim("The quota has no owner."), claim(text)])
        found = next(finding for finding in lint_draft(draft) if finding.rule == "blame")
        assert (found.section, found.claim) == (SectionName.ROOT_CAUSE, 1)
        assert text[found.start : found.end] == found.quote == "The engineer should have known"

    def test_a_precedent_is_not_linted(self) -> None:
        draft = draft_of(ROOT_CAUSE=[claim("It was human error.", ClaimKind.PRECEDENT)])
        assert "blame" not in {finding.rule for finding in lint_draft(draft)}

    def test_the_place_of_a_claim_counts_precedents_too(self) -> None:
        draft = draft_of(ACTIONS=[claim("Add a limit.", ClaimKind.PRECEDENT), claim("Monitor it.")])
        found = [f for f in lint_draft(draft) if f.rule == "vague-action"]
        assert [(f.claim, f.quote) for f in found] == [(1, "Monitor it.")]

    def test_what_is_missing_belongs_to_the_section(self) -> None:
        draft = draft_of(IMPACT=[claim("Users had trouble.")])
        found = next(f for f in lint_draft(draft) if f.rule == "impact-without-numbers")
        assert (found.section, found.claim, found.quote) == (SectionName.IMPACT, None, "")

    def test_an_empty_draft_has_no_findings(self) -> None:
        assert lint_draft(draft_of()) == ()
