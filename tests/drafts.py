"""Stored drafts made by hand, for tests of what becomes of them."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from assistant.domain.drafts import (
    Claim,
    ClaimKind,
    Draft,
    DraftBody,
    DraftSection,
    EvidenceItem,
    Provenance,
    Question,
    SectionName,
    Verdict,
)
from retrieval.records import Citation

OWN = Citation("INC1", 2, 10, 35, "Payments failed at 10:07.")
PAST = Citation("INC0", 1, 0, 18, "The disk was full.")


def fact(text: str, *citations: Citation) -> Claim:
    return Claim(
        text=text,
        kind=ClaimKind.FACT,
        verdict=Verdict.SUPPORTED,
        citations=citations or (OWN,),
    )


def stated(text: str) -> Claim:
    return Claim(text=text, kind=ClaimKind.AUTHOR, verdict=Verdict.AUTHOR_ASSERTED)


def body(sections: dict[SectionName, list[Claim]], *questions: Question) -> DraftBody:
    return DraftBody(
        title="Payments down",
        sections=tuple(
            DraftSection(name=name, claims=tuple(sections.get(name, ()))) for name in SectionName
        ),
        questions=questions,
    )


def stored(made: DraftBody, revision: int = 1) -> Draft:
    return Draft(
        id="draft-1",
        record_id="INC1",
        revision=revision,
        body=made,
        provenance=Provenance(
            writer="chat",
            evidence=(
                EvidenceItem(record_id="INC1", revision=2, content_hash="a" * 64),
                EvidenceItem(record_id="INC0", revision=1, content_hash="b" * 64),
            ),
            prompt="rca_draft/v1",
            model="scripted:one",
        ),
        author="ruth",
        edited_at=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
    )


# Words that could be taken for markup, beside any text at all.
_MARKUP = "# - + = 1. 2) * ** _ ` ``` <b> </li> &lt; &amp; [x] [a](b) ![i](j) | ~ \\ ! > word"
TEXTS = st.one_of(
    st.text(min_size=1, max_size=60),
    st.lists(st.sampled_from(_MARKUP.split()), min_size=1, max_size=8).map(" ".join),
).filter(lambda text: bool(text.strip()))
